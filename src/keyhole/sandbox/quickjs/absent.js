// What is not here says so, and what to use instead. The last script: docs/programs.md lists these, and a test runs each.
(() => {
  "use strict";
  const { put, text } = globalThis.__kit;
  delete globalThis.__kit;
  const CALL = 'Call the API through its global, e.g. `await api.get("/path", {…})`; console.log prints';
  const GLOBALS = "Use the globals: every API is one, and so are JSON, URL, TextEncoder, crypto and the rest of the language";
  const OUTSIDE = "Configuration and credentials stay outside: the API's global adds them to each call";
  const FILE = "Pass a Uint8Array or a string where a file is wanted, or { filename, content }";
  const STORE = "Keep values in variables, and return what the next program needs";
  const absent = (name, instead) => new TypeError(`${name} is not available in this sandbox: there is no network, file system or module here. ${instead}`);

  const functions = {
    fetch: CALL, XMLHttpRequest: CALL, WebSocket: CALL, EventSource: CALL, Request: CALL, Response: CALL,
    Worker: "Run calls side by side with Promise.all", MessageChannel: "Use a Promise", BroadcastChannel: "Use a Promise",
    importScripts: GLOBALS, Blob: FILE, File: FILE, FileReader: FILE, FormData: FILE,
    ReadableStream: "Use an async generator: async function* () { … }", WritableStream: "Collect into a list", TransformStream: "Use an async generator: async function* () { … }",
  };
  for (const [name, instead] of Object.entries(functions)) put(globalThis, name, { [name]: function () { throw absent(name, instead); } }[name]);
  put(globalThis, "require", function require(id) { throw absent(`require(${JSON.stringify(text(id, ""))})`, GLOBALS); });

  const trap = (name, instead) => {
    const refuse = () => { throw absent(name, instead); };
    return new Proxy(Object.create(null), { __proto__: null, get: refuse, set: refuse, has: refuse, ownKeys: refuse, getOwnPropertyDescriptor: refuse, defineProperty: refuse, deleteProperty: refuse });
  };
  const objects = { process: OUTSIDE, Deno: OUTSIDE, Bun: OUTSIDE, localStorage: STORE, sessionStorage: STORE, indexedDB: STORE };
  for (const [name, instead] of Object.entries(objects)) put(globalThis, name, trap(name, instead));
  put(crypto, "subtle", trap("crypto.subtle", "Use crypto.randomUUID() and crypto.getRandomValues(); there are no hashes, signatures or ciphers"));
  put(globalThis, "global", globalThis);
  for (const name of ["SharedArrayBuffer", "Atomics"]) delete globalThis[name];
})();
