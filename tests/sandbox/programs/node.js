// The judge: runs programs in node, as the sandbox would, and prints what each gives. Input: {api, codes}, as JSON.
const { api, codes } = JSON.parse(require('fs').readFileSync(0, 'utf8'));
globalThis.ApiError = class ApiError extends Error {};
globalThis.host = async (_name, argument) => argument;
console.debug = console.log = console.info = console.warn = console.error = console.table = console.group = console.count = console.assert = () => {};
// what the sandbox makes of a value on its way out
const plain = (value) => {
  if (value instanceof Map) return [...value.keys()].every((key) => typeof key === 'string') ? Object.fromEntries([...value].map(([k, v]) => [k, plain(v)])) : [...value].map(plain);
  if (value instanceof Set) return [...value].map(plain);
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Uint8Array) return { bytes: [...value] };
  if (Array.isArray(value)) return Array.from(value, plain);
  if (value && typeof value === 'object' && Object.getPrototypeOf(value)?.constructor?.name === 'Object') return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plain(v)]));
  return value;
};
(async () => {
  const out = [];
  for (const code of codes) {
    (0, eval)(api);
    try { const value = plain(await (0, eval)(code)()); out.push(value === undefined ? ['undefined'] : ['value', value]); } catch (error) { out.push(['error', String(error)]); }
  }
  process.stdout.write(JSON.stringify(out), () => process.exit(0));
})();
