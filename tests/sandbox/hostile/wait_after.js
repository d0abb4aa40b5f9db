// class: floods; ends: wall
host("never", 1);
return 1;
