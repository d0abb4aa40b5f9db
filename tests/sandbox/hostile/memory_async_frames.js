// class: memory in one built-in; ends: memory cpu
for (;;) (async () => { await new Promise(() => {}); })();
