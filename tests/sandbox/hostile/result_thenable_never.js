// class: results and arguments; ends: unsettled
return { then() {} };
