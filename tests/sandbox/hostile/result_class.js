// class: results and arguments; ends: result
return class { static x = 1; };
