// class: re-entrancy in arrays and collections; returns: [3,"number",false]
// a descriptor whose getters change the object that it is defined on
const a = [1, 2, 3];
Object.defineProperty(a, 0, { get value() { a.length = 0; return 7; }, get writable() { a.push(1, 2, 3); return false; } });
return [a.length, typeof a[0], Object.getOwnPropertyDescriptor(a, 0).writable];
