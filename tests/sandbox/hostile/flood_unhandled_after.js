// class: floods; ends: unhandled
host("slow", 1).then(() => { throw new Error("late"); });
return 1;
