// class: re-entrancy in arrays and collections; returns: ["TypeError","TypeError","TypeError","TypeError","TypeError"]
const name = (f) => { try { f(); return "no error"; } catch (e) { return e.name; } };
const frozen = Object.freeze({ x: 1 });
const { proxy, revoke } = Proxy.revocable([], {});
revoke();
return [
  name(() => Object.keys(new Proxy({}, { ownKeys: () => ["a", "a"] }))),
  name(() => new Proxy(frozen, { get: () => 2 }).x),
  name(() => Object.getOwnPropertyDescriptor(new Proxy(frozen, { getOwnPropertyDescriptor: () => undefined }), "x")),
  name(() => Array.isArray(proxy)),
  name(() => Object.defineProperty(new Proxy({}, { defineProperty: () => true }), "x", { value: 1, configurable: false })),
];
