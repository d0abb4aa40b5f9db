// class: ways out of the realm; returns: []
const names = ["std", "os", "bjson", "scriptArgs", "print", "gc", "load", "loadScript", "evalScript", "createRealm", "ShadowRealm", "$262", "WebAssembly", "SharedArrayBuffer", "Atomics", "navigator", "window", "self", "module", "__run", "__settle", "__track", "__rest", "__send", "__encode", "__decode"];
return names.filter((name) => { try { return eval(`typeof ${name}`) !== "undefined"; } catch { return true; } });
