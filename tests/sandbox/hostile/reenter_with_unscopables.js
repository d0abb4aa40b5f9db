// class: re-entrancy in arrays and collections; returns: true
return new Function("let n = 0; const o = { x: 1, get [Symbol.unscopables]() { n++; delete o.x; return { get x() { return false; } }; } }; try { with (o) { x; x = 2; } } catch {} return n > 0")();
