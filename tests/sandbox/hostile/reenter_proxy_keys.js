// class: re-entrancy in arrays and collections; ends: memory cpu
return Object.keys(new Proxy({}, { ownKeys: () => Array.from({ length: 1e6 }, (_, i) => "k" + i), getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }) })).length;
