// class: floods; ends: cpu
Promise.resolve().then(() => { for (;;); });
return 1;
