// class: re-entrancy in arrays and collections; returns: [1,"undefined"]
const o = { get a() { Object.setPrototypeOf(o, null); delete o.b; return 1; }, b: 2 };
const { a, b, ...rest } = o;
return [a, typeof b];
