// class: re-entrancy in arrays and collections; returns: [9,1,5]
return new Function("a", "b", "arguments[0] = 9; arguments.length = 1; Object.defineProperty(arguments, 1, { value: 5, writable: false }); b = 6; return [a, arguments.length, arguments[1]]")(1, 2);
