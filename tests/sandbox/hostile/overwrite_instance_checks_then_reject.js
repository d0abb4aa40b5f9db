// class: a world that is overwritten; returns: 1
for (const C of [Error, TypeError, Promise, ApiError]) Object.defineProperty(C, Symbol.hasInstance, { value: () => true });
try { await host("fail"); } catch { return 1; }
