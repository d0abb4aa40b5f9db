// class: re-entrancy in arrays and collections; returns: {"a":1,"c":3}
const o = { get a() { delete o.b; o.d = 4; return 1; }, b: 2, c: 3 };
return { ...o };
