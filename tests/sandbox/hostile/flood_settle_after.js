// class: floods; returns: 1
// promises that settle after the end, rejected ones among them, all handled
const p = host("slow", 1).then(() => { throw 1; }).catch(() => host("echo", 2)).finally(() => { throw 2; }).catch(() => {});
return 1;
