// URL and URLSearchParams, which the language lacks (WHATWG URL, as far as programs over an API use it). Ordinary code.
(() => {
  "use strict";
  const utf8Encode = globalThis.__encode, utf8Decode = globalThis.__decode, { whenSending } = globalThis.__kit;
  const define = (name, value) => Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });

  const decodeForm = (text) => decodePercent(text.replace(/\+/g, " "));
  const decodePercent = (text) => (text.includes("%") ? utf8Decode(percentBytes(text)) : text);
  const percentBytes = (text) => {
    const source = utf8Encode(text.toWellFormed()), out = [];
    for (let i = 0; i < source.length; i++) {
      const code = source[i] === 37 && i + 2 < source.length ? parseInt(String.fromCharCode(source[i + 1], source[i + 2]), 16) : NaN;
      const valid = code >= 0 && /^[0-9a-f]{2}$/i.test(String.fromCharCode(source[i + 1], source[i + 2]));
      out.push(valid ? code : source[i]);
      if (valid) i += 2;
    }
    return new Uint8Array(out);
  };
  const encodeForm = (text) => encodeURIComponent(text.toWellFormed()).replace(/%20/g, "+").replace(/[!'()~]/g, (c) => "%" + c.charCodeAt(0).toString(16).toUpperCase());

  const reset = Symbol(); // an URL's parameters stay the same object when its search changes
  class URLSearchParams {
    #list = []; #changed = null;
    constructor(init = "", changed = null) {
      if (typeof init === "object" && init !== null) {
        const pairs = typeof init[Symbol.iterator] === "function" ? init : Object.entries(init);
        for (const pair of pairs) {
          const [name, value, ...more] = pair;
          if (more.length || [...pair].length !== 2) throw new TypeError("URLSearchParams takes pairs of a name and a value");
          this.#list.push([String(name), String(value)]);
        }
      } else this.#parse(String(init));
      if (typeof changed === "function") this.#changed = changed;
    }
    #parse(text) {
      this.#list = [];
      for (const part of text.replace(/^\?/, "").split("&")) {
        if (!part) continue;
        const at = part.indexOf("=");
        this.#list.push(at < 0 ? [decodeForm(part), ""] : [decodeForm(part.slice(0, at)), decodeForm(part.slice(at + 1))]);
      }
    }
    [reset](text) { this.#parse(text); }
    #tell() { if (this.#changed) this.#changed(this.toString()); }
    get size() { return this.#list.length; }
    append(name, value) { this.#list.push([String(name), String(value)]); this.#tell(); }
    delete(name, value) { this.#list = this.#list.filter(([n, v]) => n !== String(name) || (value !== undefined && v !== String(value))); this.#tell(); }
    get(name) { const found = this.#list.find(([n]) => n === String(name)); return found ? found[1] : null; }
    getAll(name) { return this.#list.filter(([n]) => n === String(name)).map(([, v]) => v); }
    has(name, value) { return this.#list.some(([n, v]) => n === String(name) && (value === undefined || v === String(value))); }
    set(name, value) {
      const at = this.#list.findIndex(([n]) => n === String(name));
      if (at < 0) this.#list.push([String(name), String(value)]);
      else { this.#list[at][1] = String(value); this.#list = this.#list.filter(([n], i) => i <= at || n !== String(name)); }
      this.#tell();
    }
    sort() { this.#list.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)); this.#tell(); }
    forEach(action, self) { for (const [name, value] of this.#list) action.call(self, value, name, this); }
    *entries() { for (const [name, value] of this.#list) yield [name, value]; }
    *keys() { for (const [name] of this.#list) yield name; }
    *values() { for (const [, value] of this.#list) yield value; }
    [Symbol.iterator]() { return this.entries(); }
    toString() { return this.#list.map(([name, value]) => `${encodeForm(name)}=${encodeForm(value)}`).join("&"); }
  }
  define("URLSearchParams", URLSearchParams);
  // as a query on its way out: { name: value }, a list where a name is repeated
  whenSending(URLSearchParams.prototype, (params) => {
    const out = {};
    for (const name of new Set(params.keys())) { const all = params.getAll(name); out[name] = all.length > 1 ? all : all[0]; }
    return out;
  });

  const PORTS = { "http:": "80", "https:": "443", "ws:": "80", "wss:": "443", "ftp:": "21" };
  const escape = (text, pattern) => text.toWellFormed().replace(pattern, (c) => encodeURIComponent(c).replace(/^'$/, "%27"));
  const path = (text) => {
    const out = [], parts = text.split("/");
    parts.forEach((part, i) => {
      const plain = part.replace(/%2e/gi, "."), last = i === parts.length - 1;
      if (plain === "..") { if (out.length > 1) out.pop(); if (last) out.push(""); } else if (plain === ".") { if (last) out.push(""); } else out.push(part);
    });
    return escape(out.join("/"), /[^\x21\x24-\x3b\x3d\x40-\x5f\x61-\x7a\x7c\x7e\x25]/gu);
  };
  const fail = (text) => { throw new TypeError(`Invalid URL: ${text}`); };
  const PARTS = /^([a-z][a-z0-9+.-]*:)?(?:\/\/([^/?#]*))?([^?#]*)(\?[^#]*)?(#.*)?$/is;

  const parse = (input, base) => {
    const text = String(input).replace(/^[\0-\x20]+|[\0-\x20]+$|[\t\n\r]/g, "");
    const found = PARTS.exec(text.replace(/^([^?#]*)/, (head) => (/^(https?|wss?|ftp):/i.test(head) || (base && PORTS[base.protocol] && !/^[a-z][a-z0-9+.-]*:/i.test(head)) ? head.replace(/\\/g, "/") : head)));
    if (!found) fail(input);
    let [, protocol, authority, pathname, search = "", hash = ""] = found;
    const url = { username: "", password: "", hostname: "", port: "", opaque: false };
    if (!protocol) {
      if (!base) fail(input);
      url.protocol = base.protocol;
      if (authority === undefined) {
        Object.assign(url, { username: base.username, password: base.password, hostname: base.hostname, port: base.port });
        if (!pathname) { pathname = base.pathname; search = search || base.search; } else if (!pathname.startsWith("/")) pathname = base.pathname.replace(/[^/]*$/, "") + pathname;
      }
    } else url.protocol = protocol.toLowerCase();
    const special = url.protocol in PORTS;
    if (!authority && protocol) {
      if (special) { const slashes = /^\/*([^/]*)(.*)$/s.exec(pathname); [, authority, pathname] = slashes; } else if (authority === undefined) url.opaque = !pathname.startsWith("/");
    }
    if (authority !== undefined) {
      const at = authority.lastIndexOf("@");
      if (at >= 0) {
        const [, user, password = ""] = /^([^:]*):?(.*)$/s.exec(authority.slice(0, at));
        url.username = escape(user, /[^\w.!$&'()*+,;=~%-]/gu); url.password = escape(password, /[^\w.!$&'()*+,;=~%-]/gu);
      }
      const place = /^(\[[0-9a-f:.]+\]|[^:]*)(?::(\d*))?$/i.exec(authority.slice(at + 1));
      if (!place || Number(place[2] ?? 0) > 65535) fail(input);
      url.hostname = special ? decodePercent(place[1]).toLowerCase() : place[1];
      if (special && (!url.hostname || /[\0-\x20#%/<>?@\\^`{|}]/.test(url.hostname))) fail(input);
      url.port = place[2] && String(Number(place[2])) !== PORTS[url.protocol] ? String(Number(place[2])) : "";
    }
    url.pathname = url.opaque ? escape(pathname, /[^\x20-\x7e]/gu) : path(special && !pathname ? "/" : special && !pathname.startsWith("/") ? `/${pathname}` : pathname);
    url.search = search === "?" ? "" : escape(search, special ? /[^\x21\x24-\x26\x28-\x3b\x3d\x3f-\x7e\x25]/gu : /[^\x21\x24-\x3b\x3d\x3f-\x7e\x25]/gu);
    url.hash = hash === "#" ? "" : escape(hash, /[^\x21\x23-\x3b\x3d\x3f-\x5f\x61-\x7e\x25]/gu);
    return url;
  };

  class URL {
    #url; #params;
    constructor(input, base) {
      this.#url = parse(input, base === undefined ? undefined : parse(base));
      this.#params = new URLSearchParams(this.#url.search, (text) => { this.#url.search = text ? `?${text}` : ""; });
    }
    static canParse(input, base) { try { new URL(input, base); return true; } catch { return false; } }
    static parse(input, base) { try { return new URL(input, base); } catch { return null; } }
    #again(change) { try { this.#url = parse(write({ ...this.#url, ...change })); } catch { /* a setter ignores what it cannot read */ } }
    get href() { return write(this.#url); }
    set href(value) { this.#url = parse(value); this.#params[reset](this.#url.search); }
    get origin() { return this.#url.protocol in PORTS ? `${this.#url.protocol}//${this.host}` : "null"; }
    get protocol() { return this.#url.protocol; }
    set protocol(value) { this.#again({ protocol: String(value).replace(/:?$/, ":") }); }
    get username() { return this.#url.username; }
    set username(value) { this.#again({ username: encodeURIComponent(value) }); }
    get password() { return this.#url.password; }
    set password(value) { this.#again({ password: encodeURIComponent(value) }); }
    get host() { return this.#url.hostname + (this.#url.port ? `:${this.#url.port}` : ""); }
    set host(value) { const [, hostname, port = ""] = /^(\[.*\]|[^:]*):?(.*)$/s.exec(String(value)); this.#again({ hostname, port }); }
    get hostname() { return this.#url.hostname; }
    set hostname(value) { this.#again({ hostname: String(value) }); }
    get port() { return this.#url.port; }
    set port(value) { this.#again({ port: String(value) }); }
    get pathname() { return this.#url.pathname; }
    set pathname(value) { this.#again({ pathname: escape(String(value), /[?#]/g).replace(/^\/?/, "/") }); }
    get search() { return this.#url.search; }
    set search(value) { this.#again({ search: String(value).replace(/#/g, "%23").replace(/^\??(?=.)/, "?") }); this.#params[reset](this.#url.search); }
    get hash() { return this.#url.hash; }
    set hash(value) { this.#again({ hash: String(value).replace(/^#?(?=.)/, "#") }); }
    get searchParams() { return this.#params; }
    toString() { return this.href; }
    toJSON() { return this.href; }
  }
  const write = (url) => {
    const user = url.username || url.password ? `${url.username}${url.password ? `:${url.password}` : ""}@` : "";
    const authority = url.opaque || (!url.hostname && !(url.protocol in PORTS) && url.protocol !== "file:") ? "" : `//${user}${url.hostname}${url.port ? `:${url.port}` : ""}`;
    return url.protocol + authority + url.pathname + url.search + url.hash;
  };
  define("URL", URL);
})();
