// Evaluated once, when an image is baked, before anything else. It gives programs `host`, `console` and the small
// Web functions, and gives guest.c six hooks, which `seal` takes off the global again. Whatever a program may
// redefine later is captured here first, and nothing here iterates, destructures a list, sets an index or writes a
// template (which calls String.prototype.concat): a program that breaks itself must still end in an honest report.
(() => {
  "use strict";
  const send = globalThis.__send;
  delete globalThis.__send;
  delete globalThis.Error.prepareStackTrace; // it would hand a program the functions below

  const { Object, Array, String, Number, Error, TypeError, RangeError, Promise, Proxy, Date, Map, Set, WeakMap, JSON } = globalThis;
  const { Symbol, Uint8Array, ArrayBuffer, DataView, RegExp, Reflect } = globalThis;
  const apply = Reflect.apply;
  const uncurry = (method) => (self, ...rest) => apply(method, self, rest);
  const getter = (prototype, name) => uncurry(Object.getOwnPropertyDescriptor(prototype, name).get);
  const TypedArray = Object.getPrototypeOf(Uint8Array.prototype);
  const { stringify } = JSON;
  const { keys, getPrototypeOf, defineProperty, freeze, getOwnPropertyDescriptor, is: sameValue } = Object;
  const { isArray } = Array;
  const isName = (text) => match(/^[A-Za-z_$][\w$]*$/, text) !== null;
  const { isInteger } = Number;
  const mapGet = uncurry(Map.prototype.get), mapSet = uncurry(Map.prototype.set), mapDelete = uncurry(Map.prototype.delete);
  const mapHas = uncurry(Map.prototype.has), mapForEach = uncurry(Map.prototype.forEach), mapSize = getter(Map.prototype, "size");
  const setForEach = uncurry(Set.prototype.forEach), setSize = getter(Set.prototype, "size");
  const weakGet = uncurry(WeakMap.prototype.get), weakSet = uncurry(WeakMap.prototype.set);
  const slice = uncurry(String.prototype.slice), indexOf = uncurry(String.prototype.indexOf);
  const match = uncurry(RegExp.prototype.exec), join = uncurry(Array.prototype.join);
  const toISO = uncurry(Date.prototype.toISOString), getTime = uncurry(Date.prototype.getTime);
  const toBase64 = uncurry(Uint8Array.prototype.toBase64), fromBase64 = uncurry(Uint8Array.fromBase64);
  const bufferOf = getter(TypedArray, "buffer"), offsetOf = getter(TypedArray, "byteOffset"), bytesOf = getter(TypedArray, "byteLength");
  const kindOf = getter(TypedArray, Symbol.toStringTag), sizeOf = getter(ArrayBuffer.prototype, "byteLength");
  const viewBuffer = getter(DataView.prototype, "buffer"), viewOffset = getter(DataView.prototype, "byteOffset"), viewBytes = getter(DataView.prototype, "byteLength");
  const describeSymbol = uncurry(Symbol.prototype.toString), regexSource = uncurry(RegExp.prototype.toString);
  const functionName = (f) => { const d = getOwnPropertyDescriptor(f, "name"); return d && typeof d.value === "string" ? d.value : ""; };
  // Own, writable and out of sight, as a built-in is; `defineProperty` so that no setter of a prototype hears of it.
  const put = (target, name, value) => defineProperty(target, name, { __proto__: null, value, writable: true, configurable: true, enumerable: false });
  const push = (list, value) => defineProperty(list, list.length, { __proto__: null, value, writable: true, configurable: true, enumerable: true });
  const isA = (kind, value) => { try { return value instanceof kind; } catch { return false; } }; // its Symbol.hasInstance may throw
  const is = (brand, value) => { try { brand(value); return true; } catch { return false; } };

  // ---- Values on the wire: JSON, in which bytes are {[TAG]: base64}; see wire.py ----------------------------------
  // The tag is made up in each run, so that no data can pass for bytes.
  let TAG = null;
  const random = Math.random;
  let sending = false; // whether JSON.stringify works for us: only then do the toJSON below say more than the language does
  let tagged = false;
  const whenSending = (prototype, change) => put(prototype, "toJSON", { toJSON(key) { return sending ? change(this, key) : this; } }.toJSON);
  const tag = (bytes) => { tagged = true; TAG ??= "bytes:" + random() + random(); return { __proto__: null, [TAG]: toBase64(bytes) }; };
  class Unsendable { constructor(problem) { this.problem = problem; } }

  whenSending(TypedArray, (array) =>
    is(kindOf, array) && kindOf(array) !== undefined
      ? (kindOf(array) === "Uint8Array" ? tag(array) : kindOf(array) === "Uint8ClampedArray" ? tag(new Uint8Array(bufferOf(array), offsetOf(array), bytesOf(array))) : listOf(array))
      : array);
  whenSending(ArrayBuffer.prototype, (buffer) => (is(sizeOf, buffer) ? tag(new Uint8Array(buffer)) : buffer));
  whenSending(DataView.prototype, (view) => (is(viewBytes, view) ? tag(new Uint8Array(viewBuffer(view), viewOffset(view), viewBytes(view))) : view));
  whenSending(Map.prototype, (map) => {
    if (!is(mapSize, map)) return map;
    const pairs = [], named = { __proto__: null };
    let names = true;
    mapForEach(map, (value, key) => { if (typeof key === "string") put2(named, key, value); else names = false; push(pairs, [key, value]); });
    return names ? named : pairs;
  });
  whenSending(Set.prototype, (set) => {
    if (!is(setSize, set)) return set;
    const items = [];
    setForEach(set, (value) => push(items, value));
    return items;
  });
  whenSending(Promise.prototype, () => { throw new Unsendable("promise"); });
  whenSending(Error.prototype, (error) => {
    const fields = { __proto__: null, name: error.name, message: error.message };
    each(keys(error), (key) => put2(fields, key, error[key]));
    return fields;
  });
  whenSending(RegExp.prototype, (regex) => { try { return regexSource(regex); } catch { return regex; } });
  whenSending(globalThis.Iterator.prototype, (iterator) => { const items = []; for (;;) { const step = iterator.next(); if (step.done) return items; push(items, step.value); } });
  whenSending(getPrototypeOf(getPrototypeOf(getPrototypeOf((async function* () {})()))), () => { throw new Unsendable("async iterator"); });
  // The language refuses a BigInt in JSON; on its way out of the sandbox it is its digits.
  put(globalThis.BigInt.prototype, "toJSON", { toJSON() { if (sending) return String(this); throw new TypeError("Do not know how to serialize a BigInt"); } }.toJSON);
  const put2 = (target, name, value) => defineProperty(target, name, { __proto__: null, value, writable: true, configurable: true, enumerable: true });
  const each = (list, action) => { const n = list.length; for (let i = 0; i < n; i++) action(list[i]); };
  const listOf = (array) => { const list = []; const n = array.length; for (let i = 0; i < n; i++) push(list, array[i]); return list; };

  /** Give `value` as JSON text (undefined for what JSON has nothing for) and whether bytes are in it. Throws what a getter throws. */
  const encode = (value) => {
    const before = sending, beforeTagged = tagged;
    sending = true; tagged = false;
    try { return { __proto__: null, text: stringify(value), tagged }; } finally { sending = before; tagged = beforeTagged; }
  };

  const tagOf = (sent) => (sent.tagged ? ',"' + TAG + '"' : "");

  /** Where in `value` the thing is that cannot be sent, as "result.a[0]", and what it is. */
  const findUnsendable = (value, root) => {
    const open = new Map();
    let budget = 100000;
    const walk = (item, path) => {
      if (typeof item !== "object" || item === null || --budget < 0) return null;
      if (mapHas(open, item)) return { path, problem: "is " + mapGet(open, item) + " again: a cycle" };
      if (isA(Promise, item)) return { path, problem: "is a Promise: await it first" };
      if (typeof item[Symbol.asyncIterator] === "function") return { path, problem: "is an async iterator: collect it first, with await Array.fromAsync(…)" };
      mapSet(open, item, path);
      if (isArray(item)) {
        for (let i = 0; i < item.length; i++) { const found = walk(item[i], path + "[" + i + "]"); if (found) return found; }
      } else if (is(mapSize, item)) {
        let found = null;
        mapForEach(item, (inner, key) => { found ??= walk(inner, path + ".get(" + (typeof key === "string" ? stringify(key) : "…") + ")"); });
        if (found) return found;
      } else {
        const names = keys(item);
        for (let i = 0; i < names.length; i++) {
          const found = walk(item[names[i]], isName(names[i]) ? path + "." + names[i] : path + "[" + stringify(names[i]) + "]");
          if (found) return found;
        }
      }
      mapDelete(open, item);
      return null;
    };
    try { return walk(value, root); } catch { return null; }
  };

  const explain = (error, value, root) => {
    const ours = isA(Unsendable, error), found = ours || isA(TypeError, error) ? findUnsendable(value, root) : null;
    if (found) return found.path + " " + found.problem;
    if (ours) return root + " holds a " + error.problem + ": await it first";
    if (isA(RangeError, error)) return root + " is nested too deep for JSON";
    return null;
  };

  /** Turn {[mark]: base64} back into bytes, in place. */
  const revive = (value, mark) => {
    if (typeof value !== "object" || value === null) return value;
    if (!isArray(value) && typeof value[mark] === "string") return fromBase64(Uint8Array, value[mark]);
    each(keys(value), (key) => put2(value, key, revive(value[key], mark)));
    return value;
  };

  // ---- Calls to the host ------------------------------------------------------------------------------------------
  class ApiError extends Error {}
  put(ApiError.prototype, "name", "ApiError");
  put(globalThis, "ApiError", ApiError);

  let last = 0; // the id of the last call or timer
  let ended = false; // the program has failed: nothing it does counts any more
  const calls = new Map(), timers = new Map();
  const fieldsOf = new WeakMap(); // error of a host call → what the host said (so that a report is no forgery), and where

  // What a program reads of `stack`: the message on top, as elsewhere, and the lines of its own text, which is one line
  // further up than in what runs. The report goes by the real one.
  const stackOf = getter(Error.prototype, "stack"), stackSetter = getOwnPropertyDescriptor(Error.prototype, "stack").set;
  const shownStack = (error, stack) => {
    let out = errorLine(error), at = 0;
    while (at < stack.length) {
      let end = indexOf(stack, "\n", at);
      if (end < 0) end = stack.length;
      const one = slice(stack, at, end), place = match(/^(.*<program>:)(\d+)(:.*)$/, one);
      at = end + 1;
      if (place) out += "\n" + place[1] + (place[2] - 1) + place[3];
      else if (indexOf(one, "<image>") < 0) out += "\n" + one;
    }
    return out;
  };
  defineProperty(Error.prototype, "stack", {
    __proto__: null, configurable: true, enumerable: false, set: stackSetter,
    get() { const stack = stackOf(this); return typeof stack === "string" && (stack === "" || indexOf(stack, "    at ") === 0) ? shownStack(this, stack) : stack; },
  });

  const hostError = (fields, stack) => {
    const name = typeof fields.name === "string" ? fields.name : "Error";
    const error = name === "ApiError" ? new ApiError(fields.message) : new Error(fields.message);
    if (name !== "ApiError") put(error, "name", name);
    each(keys(fields), (key) => { if (key !== "name" && key !== "message") put2(error, key, fields[key]); });
    put(error, "stack", shownStack(error, stack));
    weakSet(fieldsOf, error, { __proto__: null, fields, stack });
    return error;
  };

  const host = (name, argument) => {
    const stack = stackOf(new Error());
    return new Promise((resolve, reject) => {
      let sent;
      try { sent = encode(argument); } catch (error) {
        const problem = explain(error, argument, "argument");
        throw problem ? new TypeError("cannot send this to the host: " + problem) : error;
      }
      const rest = "," + stringify(String(name)) + "," + (sent.text ?? "null") + tagOf(sent) + "]", id = ++last;
      mapSet(calls, id, { __proto__: null, resolve, reject, stack });
      send("C[" + id + rest);
    });
  };
  put(globalThis, "host", host);

  // A delay is what the language of the Web makes of one; an interval waits at least a millisecond.
  const start = (what, callback, delay, rest, again) => {
    if (typeof callback !== "function") throw new TypeError(what + " takes a function and milliseconds");
    const id = ++last, least = again ? 1 : 0;
    let ms = +delay;
    ms = ms > least ? (ms < 2147483647 ? ms : 2147483647) : least;
    mapSet(timers, id, { __proto__: null, callback, rest, again, ms });
    send("T[" + id + "," + ms + "]");
    return id;
  };
  const stop = (id) => { if (mapDelete(timers, id)) send("t[" + id + "]"); };
  put(globalThis, "setTimeout", function setTimeout(callback, delay, ...rest) { return start("setTimeout", callback, delay, rest, false); });
  put(globalThis, "setInterval", function setInterval(callback, delay, ...rest) { return start("setInterval", callback, delay, rest, true); });
  put(globalThis, "setImmediate", function setImmediate(callback, ...rest) { return start("setImmediate", callback, 0, rest, false); });
  put(globalThis, "clearTimeout", function clearTimeout(id) { stop(id); });
  put(globalThis, "clearInterval", function clearInterval(id) { stop(id); });
  put(globalThis, "clearImmediate", function clearImmediate(id) { stop(id); });

  // ---- The run ----------------------------------------------------------------------------------------------------
  let outcome = null; // the message that ends the run, once the program has returned
  let unawaited = 0; // how many calls were going on when it did
  const rejected = new Map(); // promise → reason, while nobody handles it

  const text = (value, fallback) => { try { return typeof value === "string" ? value : value === undefined ? fallback : String(value); } catch { return fallback; } };
  const cut = (said) => (said.length > 10000 ? slice(said, 0, 10000) + "… " + (said.length - 10000) + " more characters" : said);
  const field = (error, name, fallback) => { try { return cut(text(error[name], fallback)); } catch { return fallback; } };
  // Not JSON.stringify for an object of ours: QuickJS keeps a list of its own while it works, and sets its indexes.
  const record = (fields) => {
    const parts = [], names = keys(fields);
    for (let i = 0; i < names.length; i++) push(parts, stringify(names[i]) + ":" + stringify(fields[names[i]]));
    return "{" + join(parts, ",") + "}";
  };
  const own = (object, name) => { const d = getOwnPropertyDescriptor(object, name); return d ? d.value : undefined; };
  /** What an error says it wraps, a line each: its causes, the errors of an AggregateError. `hint` is the host's, of one of them. */
  const behind = (error) => {
    const parts = [], seen = { __proto__: null, text: "", hint: "" };
    const add = (what, inner) => {
      push(parts, what + cut(isA(Error, inner) ? errorLine(inner) : inspect(inner)));
      const said = typeof inner === "object" && inner !== null ? weakGet(fieldsOf, inner) : undefined;
      if (said && !seen.hint) seen.hint = text(said.fields.hint, "");
    };
    let at = error;
    for (let depth = 0; depth < 3 && isA(Error, at); depth++) {
      const errors = own(at, "errors"), cause = own(at, "cause");
      if (isArray(errors)) for (let i = 0; i < errors.length && i < 5; i++) add("with ", errors[i]);
      if (cause !== undefined) add("caused by ", cause);
      at = cause;
    }
    seen.text = join(parts, "\n");
    return seen;
  };
  // An error of a class of the program's own is made in its constructors: where it was thrown is the place behind them.
  const withoutMaking = (error, stack) => {
    const names = { __proto__: null };
    let kind = error;
    for (let i = 0; i < 8 && (kind = getPrototypeOf(kind)); i++) { const maker = own(kind, "constructor"); if (typeof maker === "function") names[functionName(maker)] = true; }
    let at = 0;
    for (;;) {
      const end = indexOf(stack, "\n", at), line = match(/^ {4}at ([^ ]+) \(/, slice(stack, at, end < 0 ? stack.length : end));
      if (!line || !names[line[1]] || end < 0) return slice(stack, at);
      at = end + 1;
    }
  };
  const report = (kind, error, callback) => {
    if (ended) return;
    ended = true;
    const fields = { __proto__: null, kind };
    if (callback) fields.callback = true; // of a timer or a microtask: no promise was rejected
    let cause = "";
    if (isA(Error, error)) {
      fields.name = field(error, "name", "Error");
      fields.message = field(error, "message", "(its message cannot be read)");
      fields.others = mapSize(rejected);
      const said = weakGet(fieldsOf, error);
      try { fields.stack = text(said ? said.stack : withoutMaking(error, stackOf(error)), ""); } catch { fields.stack = ""; }
      try { const wrapped = behind(error); fields.behind = wrapped.text; fields.hint = wrapped.hint; } catch { /* as hostile as it likes */ }
      if (said) { try { const sent = encode(said.fields); cause = "," + sent.text + tagOf(sent); } catch {} }
    } else {
      fields.thrown = inspect(error);
    }
    let message;
    try { message = "E[" + record(fields) + cause + "]"; } catch { message = 'E[{"kind":"throw","name":"Error","message":"(there was no room to tell it)"}]'; }
    send(message);
  };

  const finish = (value) => {
    if (typeof value === "function" || typeof value === "symbol") return report("result", new TypeError("the program returned a " + typeof value + ", which is not data: call it, or return what is in it"));
    let sent;
    try { sent = encode(value); } catch (error) {
      const problem = explain(error, value, "result");
      return report(problem ? "result" : "throw", problem ? new TypeError(problem) : error);
    }
    outcome = sent.text === undefined ? "R[]" : "R[" + sent.text + tagOf(sent) + "]";
    unawaited = mapSize(calls);
  };

  globalThis.__run = (program, syntax) => {
    started = now();
    if (syntax !== undefined) return report("syntax", syntax);
    (async () => {
      let value;
      try { value = await program(); } catch (error) { return report("throw", error); }
      finish(value);
    })();
  };

  // payload: [value] or [value, mark]; with `ok` false, the value is the fields of an error. A timer's payload is [].
  globalThis.__settle = (id, ok, payload) => {
    const timer = mapGet(timers, id);
    if (timer) {
      mapDelete(timers, id);
      if (timer.again) mapSet(timers, id, timer);
      try { apply(timer.callback, undefined, timer.rest); } catch (error) { report("unhandled", error, true); }
      if (timer.again && mapHas(timers, id)) send("T[" + id + "," + timer.ms + "]");
      return;
    }
    const call = mapGet(calls, id);
    if (!call) return;
    mapDelete(calls, id);
    const value = payload.length > 1 ? revive(payload[0], payload[1]) : payload[0];
    if (ok) call.resolve(value); else call.reject(hostError(value, call.stack));
  };

  globalThis.__track = (promise, reason, handled) => {
    if (handled) mapDelete(rejected, promise); else mapSet(rejected, promise, { __proto__: null, reason });
  };

  // What a microtask of the program's own throws, past every promise.
  globalThis.__uncaught = (error) => report("unhandled", error, true);

  // Where the program is that is stopped, or else the first of the calls that it waits for.
  globalThis.__where = (error) => {
    let stack = stackOf(error);
    if (stack === "") mapForEach(calls, (call) => { stack = stack || call.stack; });
    send("W" + slice(stack, 0, 5000));
  };

  // At rest: nothing left to run before the host answers. Calls nobody awaits are waited for, timers are not.
  globalThis.__rest = () => {
    if (ended || mapSize(calls) > 0) return;
    if (outcome === null && mapSize(timers) > 0) return;
    let first = null;
    mapForEach(rejected, (entry) => { first ??= entry; });
    if (first) return report("unhandled", first.reason);
    if (outcome === null) return report("unsettled", new Error("the program waits for a promise that nothing will ever settle"));
    ended = true;
    remark();
    send(outcome);
  };

  // What a program that returned too early has missed. A long timer beside it is a guard, and belongs to what is over.
  const SOON = 5000;
  const remark = () => {
    let unfired = 0;
    mapForEach(timers, (timer) => { if (!timer.again && timer.ms < SOON) unfired += 1; });
    const note = (text) => send('L["note",' + stringify(text) + "]");
    if (unawaited) note((unawaited === 1 ? "1 call" : unawaited + " calls") + " had not ended when the program returned: what came of them is not in the answer. Await them; a list with Promise.all(list.map(async …)), not forEach");
    if (unfired) note((unfired === 1 ? "1 timer" : unfired + " timers") + " had not fired when the program returned, and never will: await a delay");
  };

  // ---- console ----------------------------------------------------------------------------------------------------
  const LINE = 10000, ITEMS = 100, DEPTH = 5;
  const inspect = (value) => { try { return show(value, 0, []); } catch { return "(a value that cannot be shown)"; } };
  const show = (value, depth, above) => {
    if (typeof value === "string") return value.length > LINE ? stringify(slice(value, 0, LINE)) + "… " + (value.length - LINE) + " more characters" : stringify(value);
    if (typeof value === "bigint") return String(value) + "n";
    if (typeof value === "symbol") return describeSymbol(value);
    if (typeof value === "function") return "[function " + functionName(value) + "]";
    if (typeof value !== "object" || value === null) return sameValue(value, -0) ? "-0" : String(value);
    for (let i = 0; i < above.length; i++) if (above[i] === value) return "[cycle]";
    if (isA(Error, value)) return withCause(value);
    if (isA(Promise, value)) return "Promise";
    if (is(getTime, value)) { try { return toISO(value); } catch { return "Invalid Date"; } }
    if (isA(RegExp, value)) return regexSource(value);
    if (depth >= DEPTH) return isArray(value) ? "[… " + value.length + "]" : "{…}";
    push(above, value);
    const inner = (item) => show(item, depth + 1, above);
    let shown;
    if (isArray(value)) shown = "[" + listed(value, value.length, (i) => inner(value[i])) + "]";
    else if (is(bytesOf, value)) shown = kindOf(value) + "(" + value.length + ") [" + listed(value, value.length, (i) => inner(value[i])) + "]";
    else if (is(sizeOf, value)) shown = "ArrayBuffer(" + sizeOf(value) + ")";
    else if (is(mapSize, value)) { const parts = []; mapForEach(value, (item, key) => { if (parts.length <= ITEMS) push(parts, inner(key) + " => " + inner(item)); }); shown = "Map(" + mapSize(value) + ") {" + listed(parts, mapSize(value), (i) => parts[i]) + "}"; }
    else if (is(setSize, value)) { const parts = []; setForEach(value, (item) => { if (parts.length <= ITEMS) push(parts, inner(item)); }); shown = "Set(" + setSize(value) + ") {" + listed(parts, setSize(value), (i) => parts[i]) + "}"; }
    else {
      const names = keys(value);
      shown = "{" + listed(names, names.length, (i) => (isName(names[i]) ? names[i] : stringify(names[i])) + ": " + inner(value[names[i]])) + "}";
    }
    above.length -= 1;
    return shown;
  };
  const listed = (list, length, part) => {
    const parts = [];
    let size = 0, i = 0;
    for (; i < length && i < ITEMS && size < LINE; i++) { const one = part(i); size += one.length; push(parts, one); }
    if (i < length) push(parts, "… " + (length - i) + " more");
    return join(parts, ", ");
  };
  const errorLine = (error) => {
    const name = text(error.name, "Error"), message = text(error.message, "");
    return message === "" ? name : name + ": " + message;
  };
  const withCause = (error) => (error.cause === undefined ? errorLine(error) : errorLine(error) + " (cause: " + (isA(Error, error.cause) ? errorLine(error.cause) : inspect(error.cause)) + ")");
  const shown = (value) => (typeof value === "string" ? value : inspect(value));
  // %s, %d and their kind in the first text, as every console has them
  const formatted = (values) => {
    const format = values[0];
    let out = "", at = 0, next = 1;
    for (;;) {
      const found = indexOf(format, "%", at);
      if (found < 0 || found === format.length - 1) break;
      const letter = format[found + 1];
      out += slice(format, at, found);
      at = found + 2;
      if (letter === "%") out += "%";
      else if (next >= values.length || indexOf("sdifoOjc", letter) < 0) out += "%" + letter;
      else {
        const value = values[next++];
        out += letter === "c" ? "" : letter === "s" || letter === "o" || letter === "O" || letter === "j" ? shown(value) : letter === "i" ? String(parseInt(value, 10)) : String(Number(value));
      }
    }
    return { __proto__: null, text: out + slice(format, at), next };
  };
  const line = (values) => {
    const parts = [], first = values.length > 1 && typeof values[0] === "string" && indexOf(values[0], "%") >= 0 ? formatted(values) : null;
    if (first) push(parts, first.text);
    for (let i = first ? first.next : 0; i < values.length; i++) push(parts, shown(values[i]));
    return join(parts, " ");
  };
  const print = (level, whole) => send('L["' + level + '",' + stringify(whole.length > LINE ? slice(whole, 0, LINE) + "… " + (whole.length - LINE) + " more characters" : whole) + "]");

  // ---- The run's clock, and what the other scripts of the image need ------------------------------------------------
  const now = Date.now, parseInt = globalThis.parseInt;
  let started = 0;
  put(globalThis, "performance", freeze({ now() { return now() - started; }, get timeOrigin() { return started; } }));
  put(globalThis, "__kit", { put, print, line, shown, inspect, text, now, whenSending });
})();
