// class: results and arguments; ends: throw result
return new Proxy({}, { ownKeys() { throw new TypeError("no keys"); } });
