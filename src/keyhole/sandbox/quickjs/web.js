// The small Web functions that programs expect and the language lacks. Evaluated once, after url.js; ordinary
// code, since nothing here is trusted by the host. Not complete: what API programs use of each (WHATWG Encoding, Fetch, DOM, HTML).
(() => {
  "use strict";
  const utf8Encode = globalThis.__encode, utf8Decode = globalThis.__decode, fill = globalThis.__fill, { whenSending } = globalThis.__kit;
  for (const name of ["__encode", "__decode", "__fill"]) delete globalThis[name];
  const define = (name, value) => Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });

  define("TextEncoder", class TextEncoder {
    get encoding() { return "utf-8"; }
    encode(text = "") { return utf8Encode(String(text).toWellFormed()); }
    encodeInto(text, target) {
      let read = 0, written = 0;
      for (const character of String(text)) {
        const bytes = this.encode(character);
        if (written + bytes.length > target.length) break;
        target.set(bytes, written);
        written += bytes.length;
        read += character.length;
      }
      return { read, written };
    }
  });

  const bytesOf = (input) => {
    if (input instanceof ArrayBuffer) return new Uint8Array(input);
    if (ArrayBuffer.isView(input)) return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
    throw new TypeError("bytes expected: a Uint8Array or an ArrayBuffer");
  };
  const same = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);
  define("TextDecoder", class TextDecoder {
    #fatal; #keep;
    constructor(label = "utf-8", { fatal = false, ignoreBOM = false } = {}) {
      if (!/^\s*(utf-?8|unicode-1-1-utf-8)\s*$/i.test(label)) throw new RangeError(`TextDecoder knows utf-8 here, not ${label}`);
      this.#fatal = fatal; this.#keep = ignoreBOM;
    }
    get encoding() { return "utf-8"; }
    get fatal() { return this.#fatal; }
    decode(input = new Uint8Array(0)) {
      const bytes = bytesOf(input), text = utf8Decode(bytes);
      if (this.#fatal && !same(utf8Encode(text), bytes)) throw new TypeError("the bytes are not valid utf-8");
      return !this.#keep && text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
    }
  });

  // Of node's Buffer what models write: from and to text, in the encodings an API uses.
  const ENCODINGS = {
    utf8: [utf8Encode, utf8Decode],
    hex: [(text) => Uint8Array.fromHex(/^(?:[0-9a-f]{2})*/i.exec(text)[0]), (bytes) => bytes.toHex()],
    base64: [(text) => Uint8Array.fromBase64(text.replace(/=.*$/s, "").replace(/-/g, "+").replace(/_/g, "/").replace(/[^A-Za-z0-9+/]/g, "")), (bytes) => bytes.toBase64()],
    latin1: [(text) => Uint8Array.from(text, (character) => character.charCodeAt(0)), (bytes) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")],
  };
  ENCODINGS.base64url = [ENCODINGS.base64[0], (bytes) => bytes.toBase64({ alphabet: "base64url", omitPadding: true })];
  ENCODINGS.ascii = [ENCODINGS.latin1[0], (bytes) => ENCODINGS.latin1[1](bytes.map((byte) => byte & 127))];
  const encoding = (name = "utf8") => {
    const plain = String(name).toLowerCase().replace("utf-8", "utf8").replace("binary", "latin1");
    if (!Object.hasOwn(ENCODINGS, plain)) throw new TypeError(`Buffer knows no encoding ${name} here. Use one of ${Object.keys(ENCODINGS).join(", ")}`);
    return ENCODINGS[plain];
  };
  class Buffer extends Uint8Array {
    static from(value, how, length) {
      if (typeof value === "string") { const bytes = encoding(how)[0](value.toWellFormed()); return new Buffer(bytes.buffer, bytes.byteOffset, bytes.length); }
      if (value instanceof ArrayBuffer) return new Buffer(value, how, length);
      return super.from(value?.type === "Buffer" ? value.data : value);
    }
    static alloc(size, fill = 0) { return new Buffer(size).fill(typeof fill === "string" ? fill.charCodeAt(0) : fill); }
    static isBuffer(value) { return value instanceof Buffer; }
    static byteLength(value, how) { return typeof value === "string" ? Buffer.from(value, how).length : value.byteLength; }
    static concat(list, size = list.reduce((sum, bytes) => sum + bytes.length, 0)) {
      const whole = new Buffer(size);
      let at = 0;
      for (const bytes of list) { whole.set(bytes.subarray(0, size - at), at); at = Math.min(size, at + bytes.length); }
      return whole;
    }
    toString(how, start = 0, end = this.length) { return encoding(how)[1](new Uint8Array(this.buffer, this.byteOffset, this.length).subarray(start, end)); }
    slice(start, end) { return this.subarray(start, end); }
    equals(other) { return same(this, other); }
  }
  define("Buffer", Buffer);

  define("structuredClone", function structuredClone(value) {
    const seen = new Map();
    const refuse = (item) => { throw new DOMException(`a ${item instanceof Promise ? "Promise" : typeof item} cannot be cloned: await it, or leave it out`, "DataCloneError"); };
    const copyOf = (error) => {
      const known = [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].find((kind) => error instanceof kind) ?? Error;
      const copy = new known(error.message);
      Object.defineProperty(copy, "stack", { value: error.stack, writable: true, configurable: true });
      if (error.cause !== undefined) Object.defineProperty(copy, "cause", { value: clone(error.cause), writable: true, configurable: true });
      return copy;
    };
    const clone = (item) => {
      if (typeof item === "function" || typeof item === "symbol") refuse(item);
      if (typeof item !== "object" || item === null) return item;
      if (seen.has(item)) return seen.get(item);
      const keep = (copy) => { seen.set(item, copy); return copy; };
      if (item instanceof Date) return keep(new Date(item.getTime()));
      if (item instanceof RegExp) return keep(new RegExp(item.source, item.flags));
      if (item instanceof ArrayBuffer) return keep(item.slice(0));
      if (item instanceof DataView) return keep(new DataView(clone(item.buffer), item.byteOffset, item.byteLength));
      if (ArrayBuffer.isView(item)) return keep(new item.constructor(clone(item.buffer), item.byteOffset, item.length));
      if (item instanceof Promise || item instanceof WeakMap || item instanceof WeakSet) refuse(item);
      if (item instanceof Map) { const copy = keep(new Map()); item.forEach((v, k) => copy.set(clone(k), clone(v))); return copy; }
      if (item instanceof Set) { const copy = keep(new Set()); item.forEach((v) => copy.add(clone(v))); return copy; }
      const copy = keep(Array.isArray(item) ? new Array(item.length) : item instanceof Error ? copyOf(item) : {});
      for (const key of Object.keys(item)) Object.defineProperty(copy, key, { value: clone(item[key]), writable: true, configurable: true, enumerable: true });
      return copy;
    };
    return clone(value);
  });

  class Headers {
    #map = new Map();
    constructor(init = {}) {
      const pairs = typeof init[Symbol.iterator] === "function" ? init : Object.entries(init);
      for (const [name, value] of pairs) this.append(name, value);
    }
    append(name, value) { const key = String(name).toLowerCase(), before = this.#map.get(key); this.#map.set(key, before === undefined ? String(value).trim() : `${before}, ${String(value).trim()}`); }
    set(name, value) { this.#map.set(String(name).toLowerCase(), String(value).trim()); }
    get(name) { return this.#map.get(String(name).toLowerCase()) ?? null; }
    has(name) { return this.#map.has(String(name).toLowerCase()); }
    delete(name) { this.#map.delete(String(name).toLowerCase()); }
    entries() { return [...this.#map].sort(([a], [b]) => (a < b ? -1 : 1)).values(); }
    *keys() { for (const [name] of this.entries()) yield name; }
    *values() { for (const [, value] of this.entries()) yield value; }
    forEach(action, self) { for (const [name, value] of this.entries()) action.call(self, value, name, this); }
    [Symbol.iterator]() { return this.entries(); }
  }
  define("Headers", Headers);
  whenSending(Headers.prototype, (headers) => Object.fromEntries(headers));

  class Event {
    #cancelled = false; #cancelable;
    constructor(type, { cancelable = false } = {}) { this.type = String(type); this.target = null; this.timeStamp = performance.now(); this.#cancelable = cancelable; }
    preventDefault() { this.#cancelled = this.#cancelable; }
    get defaultPrevented() { return this.#cancelled; }
    stopImmediatePropagation() { this.stopped = true; }
  }
  define("Event", Event);
  define("CustomEvent", class CustomEvent extends Event {
    constructor(type, options = {}) { super(type, options); this.detail = options?.detail ?? null; }
  });
  class EventTarget {
    #listeners = [];
    addEventListener(type, listener, options = {}) {
      if (!listener || this.#listeners.some((one) => one.type === type && one.listener === listener)) return;
      this.#listeners.push({ type, listener, once: Boolean(options?.once) });
    }
    removeEventListener(type, listener) { this.#listeners = this.#listeners.filter((one) => one.type !== type || one.listener !== listener); }
    dispatchEvent(event) {
      event.target = this;
      const own = this[`on${event.type}`];
      for (const one of [{ type: event.type, listener: own }, ...this.#listeners]) {
        if (one.type !== event.type || event.stopped || !one.listener) continue;
        if (one.once) this.removeEventListener(one.type, one.listener);
        if (typeof one.listener === "function") one.listener.call(this, event); else one.listener.handleEvent(event);
      }
      return !event.defaultPrevented;
    }
  }
  define("EventTarget", EventTarget);

  const abort = Symbol();
  class AbortSignal extends EventTarget {
    #aborted = false; #reason;
    onabort = null;
    get aborted() { return this.#aborted; }
    get reason() { return this.#reason; }
    throwIfAborted() { if (this.#aborted) throw this.#reason; }
    [abort](reason = new DOMException("This operation was aborted", "AbortError")) {
      if (this.#aborted) return;
      this.#aborted = true; this.#reason = reason;
      this.dispatchEvent(new Event("abort"));
    }
    static abort(reason) { const signal = new AbortSignal(); signal[abort](reason); return signal; }
    static timeout(ms) { const signal = new AbortSignal(); setTimeout(() => signal[abort](new DOMException("The operation was aborted due to timeout", "TimeoutError")), ms); return signal; }
    static any(signals) {
      const signal = new AbortSignal();
      for (const one of signals) { if (one.aborted) signal[abort](one.reason); else one.addEventListener("abort", () => signal[abort](one.reason)); }
      return signal;
    }
  }
  define("AbortSignal", AbortSignal);
  define("AbortController", class AbortController {
    signal = new AbortSignal();
    abort(reason) { this.signal[abort](reason); }
  });

  const MOST = 65536;
  const crypto = {
    getRandomValues(array) {
      if (!ArrayBuffer.isView(array) || /^Float|^DataView/.test(array[Symbol.toStringTag] ?? "DataView")) throw new TypeError("getRandomValues takes an array of integers, like new Uint8Array(16)");
      if (array.byteLength > MOST) throw new DOMException(`getRandomValues gives at most ${MOST} bytes at once, not ${array.byteLength}`, "QuotaExceededError");
      fill(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
      return array;
    },
    randomUUID() {
      const bytes = new Uint8Array(16);
      fill(bytes);
      bytes[6] = (bytes[6] & 15) | 64; bytes[8] = (bytes[8] & 63) | 128;
      const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
      return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
    },
  };
  for (const name of Object.keys(crypto)) Object.defineProperty(crypto, name, { enumerable: false });
  define("crypto", crypto);
})();
