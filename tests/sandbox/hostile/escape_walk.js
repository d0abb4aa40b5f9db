// class: ways out of the realm; returns: []
// everything that can be reached through properties: no hook of the prelude may be in it
const seen = new Set(), found = [];
const walk = (o) => {
  if ((typeof o !== "object" && typeof o !== "function") || o === null || seen.has(o)) return;
  seen.add(o);
  if (typeof o === "function" && /\b(mapGet|mapSet)\((timers|calls)|stringify\(fields\)/.test(Function.prototype.toString.call(o)) && o !== host && o !== setTimeout && o !== clearTimeout) found.push(o.name);
  let keys = [];
  try { keys = Reflect.ownKeys(o); } catch {}
  for (const key of keys) { const d = Object.getOwnPropertyDescriptor(o, key); for (const part of [d.value, d.get, d.set]) walk(part); }
  try { walk(Object.getPrototypeOf(o)); } catch {}
};
walk(globalThis); walk(host("echo", 1)); walk(async () => {}); walk(function* () {}); walk(async function* () {}); walk([][Symbol.iterator]()); walk("".matchAll(/x/g)); walk(new Map().entries());
return found;
