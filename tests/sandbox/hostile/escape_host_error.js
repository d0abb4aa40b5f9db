// class: ways out of the realm; returns: [true,true,"ApiError",true]
try { await host("fail"); } catch (e) { return [e instanceof Error, Object.getPrototypeOf(e) === ApiError.prototype, e.name, e.constructor.constructor === Function]; }
