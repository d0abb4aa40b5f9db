// class: floods; ends: unhandled memory calls
for (let i = 0; i < 500; i++) host("fail", i);
return 1;
