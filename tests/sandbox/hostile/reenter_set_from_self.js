// class: re-entrancy in typed arrays; returns: [1,1,2,3,4,5,6,7]
const t = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]);
t.set(t.subarray(0, 7), 1);
return [...t];
