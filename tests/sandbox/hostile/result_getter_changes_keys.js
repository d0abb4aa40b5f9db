// class: results and arguments; returns: {"a":1}
return { get a() { delete this.b; this.c = 3; return 1; }, b: 2 };
