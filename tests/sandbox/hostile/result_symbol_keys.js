// class: results and arguments; returns: {"a":1}
return { a: 1, [Symbol("x")]: 2, [Symbol.toPrimitive]() { for (;;); }, [Symbol.toStringTag]: "x" };
