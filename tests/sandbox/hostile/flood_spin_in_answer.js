// class: floods; ends: cpu
host("echo", 1).then(() => { for (;;); });
return 1;
