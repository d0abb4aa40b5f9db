// class: results and arguments; ends: memory bytes cpu
return new Proxy([], { get: (target, key) => (key === "length" ? 4294967295 : key === "toJSON" ? undefined : 1) });
