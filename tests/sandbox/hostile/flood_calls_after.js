// class: floods; ends: calls
(async () => { for (;;) await host("echo", 1); })();
return 1;
