// class: results and arguments; returns: {"a":1}
return new Proxy({}, { ownKeys: () => ["a", "b"], getOwnPropertyDescriptor: (_, key) => ({ value: 1, enumerable: key === "a", configurable: true }), get: (_, key) => (key === "a" ? 1 : undefined) });
