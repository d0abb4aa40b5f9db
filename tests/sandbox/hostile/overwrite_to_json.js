// class: a world that is overwritten; returns: {"a":[3],"b":"x"}
for (const proto of [Map.prototype, Set.prototype, Error.prototype, Promise.prototype, Object.getPrototypeOf(Uint8Array.prototype), ArrayBuffer.prototype]) proto.toJSON = () => "x";
return { a: [3], b: new Map() };
