// What a program sees of the catalog: `ops`, `spec`, `find`, `describe`, and one global an API; `results` and `files`.
// Runs once, while the image is baked; the engine gives `host(name, argument)`, a Promise.
(() => {
  'use strict';
  const take = (name) => { const value = globalThis[name]; delete globalThis[name]; return value; };
  const apis = take('__apis'), documents = take('__documents'), ask_host = host;
  const { defineProperty, setPrototypeOf } = Object;
  const { get: reflect_get } = Reflect;
  const hidden = (target, name, value) => defineProperty(target, name, { value, writable: true, configurable: true });

  // A promise that says so when somebody forgets to await it: reading a field of it is always a mistake.
  const PROMISE = ['then', 'catch', 'finally'];
  const QUIET = ['constructor', Symbol.toStringTag];
  const ask = (what, name, argument) => promised(what, ask_host(name, argument));
  const promised = (what, promise) =>
    new Proxy(promise, {
      get: (target, key) => {
        if (PROMISE.includes(key)) return target[key].bind(target);
        if (QUIET.includes(key)) return reflect_get(target, key);
        const use = typeof key === 'symbol' ? 'using what it gives' : `reading .${key}`;
        throw new TypeError(`${what}(…) is a Promise: await it before ${use}`);
      },
    });

  // A reference is resolved where one looks: {$ref} stays as it is (so it prints short and never in circles) and
  // inherits from what it points at (so that reading through it works).
  const MAX_HOPS = 32;
  const isReference = (node) =>
    node !== null && typeof node === 'object' && Object.hasOwn(node, '$ref') &&
    typeof node.$ref === 'string' && node.$ref.startsWith('#/');
  const unescape = (part) => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
  const link = (root) => {
    const seen = new Map();
    const at = (ref) => {
      if (seen.has(ref)) return seen.get(ref);
      let found = root;
      try {
        for (const part of ref.slice(2).split('/')) found = found?.[unescape(part)];
      } catch { found = undefined; }
      seen.set(ref, found);
      return found;
    };
    // A reference to a reference inherits from where it ends, so that no chain of prototypes grows.
    const target = (ref) => {
      let found = at(ref);
      for (let hops = 0; isReference(found); hops++) {
        if (hops === MAX_HOPS) return undefined;
        found = at(found.$ref);
      }
      return found;
    };
    const queue = [root];
    while (queue.length) {
      const node = queue.pop();
      if (isReference(node)) {
        const found = target(node.$ref);
        if (found !== null && typeof found === 'object' && found !== node) {
          try { setPrototypeOf(node, found); } catch { /* a circle of references leads nowhere */ }
        }
      }
      for (const key of Object.keys(node)) {
        const value = node[key];
        if (value !== null && typeof value === 'object') queue.push(value);
      }
    }
    return root;
  };

  // A whole document, all its paths or all its schemas are never what a model wants to read (and do not fit into the
  // memory of a run): what is sent of them is an outline. To the program itself they are whole, JSON.stringify included.
  const MANY = 150, TOLD = 6;
  const { stringify } = JSON;
  const probe = new Map([['', 0]]);
  const is_sent = () => stringify(probe) !== '{}'; // only on its way out of the sandbox does a Map say what it holds
  const outlined = (node, outline) => {
    if (node === null || typeof node !== 'object' || Object.keys(node).length <= MANY) return;
    hidden(node, 'toJSON', function () { return this === node && is_sent() ? outline(node) : this; });
  };
  const each = (node, tell) => Object.fromEntries(Object.keys(node).map((name) => [name, tell(node[name])]));
  const of_path = (item) => VERBS.filter((verb) => item?.[verb] !== undefined).join(' ');
  const of_schema = (schema) => {
    const names = Object.keys(schema?.properties ?? {});
    return names.length ? names.slice(0, TOLD).join(' ') + (names.length > TOLD ? ` … ${names.length - TOLD} more` : '')
      : `${schema?.type ?? Object.keys(schema ?? {})[0] ?? ''}`;
  };
  const outline = (root) => {
    const { paths, definitions, components } = root;
    const schemas = components?.schemas ?? definitions;
    const count = (node) => Object.keys(node ?? {}).length;
    if (count(paths) + count(schemas) <= MANY) return root;
    outlined(paths, (node) => each(node, of_path));
    outlined(schemas, (node) => each(node, of_schema));
    const said = (node, where) => `${count(node)} of them: ${where}`;
    hidden(root, 'toJSON', function () {
      if (this !== root || !is_sent()) return this;
      const { paths: _paths, definitions: _definitions, components: _components, ...rest } = root;
      const parts = components ? { components: each(components, (node) => said(node, 'return their keys, or one')) } : {};
      if (definitions) parts.definitions = said(definitions, 'return their keys, or one');
      return { ...rest, paths: said(paths, 'see ops, or find(query)'), ...parts };
    });
    if (components) {
      hidden(components, 'toJSON', function () {
        return this === components && is_sent() ? each(components, (node) => said(node, 'return their keys, or one')) : this;
      });
    }
    return root;
  };

  // What `.raw()` and an ApiError have of an answer, as `fetch` names it: `ok`, `headers.get()`, `json()`, `text()`.
  const headers_of = (headers) => {
    for (const name of Object.keys(headers)) {
      const usual = name.replace(/(^|-)([a-z])/g, (found) => found.toUpperCase());
      if (!(usual in headers)) hidden(headers, usual, headers[name]);
    }
    if (!Object.hasOwn(headers, 'get')) hidden(headers, 'get', (name) => headers[String(name).toLowerCase()] ?? null);
    if (!Object.hasOwn(headers, 'has')) hidden(headers, 'has', (name) => Object.hasOwn(headers, String(name).toLowerCase()));
    return headers;
  };
  const answer_of = ({ status, headers, body }) => {
    const answer = { status, ok: status >= 200 && status < 300, headers: headers_of(headers), body };
    hidden(answer, 'json', async () => (typeof body === 'string' ? JSON.parse(body) : body));
    hidden(answer, 'text', async () => (typeof body === 'string' ? body : JSON.stringify(body)));
    return answer;
  };
  const asked = async (name, argument) => {
    try {
      const got = await ask_host(name, argument);
      return argument.raw ? answer_of(got) : got;
    } catch (error) {
      if (error?.name === 'ApiError' && error.headers) headers_of(error.headers);
      throw error;
    }
  };

  // A list, a page at a time. It is walked with `for await`, or awaited for all of it.
  const OWN = ['toArray', 'take', Symbol.asyncIterator, ...QUIET, 'toJSON'];
  const items_of = (what, argument, most = Infinity) => {
    const pages = () => {
      const been = new Set();
      let state;
      return async () => {
        const got = await ask_host('page', { ...argument, state });
        if ('whole' in got) return { whole: got.whole, items: [].concat(got.whole ?? []), last: true };
        const key = got.state && JSON.stringify([got.state.set, got.state.url]);
        if (key && been.has(key)) throw new Error(`${what}: page ${got.state.number} is one that came before: the API goes in circles`);
        been.add(key);
        state = got.state;
        return { items: got.items, last: !state };
      };
    };
    async function* walk() {
      const next = pages();
      for (let left = most; left > 0;) {
        const { items, last } = await next();
        for (const item of items) { if (left-- > 0) yield item; }
        if (last) return;
      }
    }
    const toArray = async () => {
      const found = [], next = pages();
      try {
        for (let last = false; !last && found.length < most;) {
          const got = await next();
          if ('whole' in got) return got.whole;
          for (const item of got.items) { if (found.length < most) found.push(item); }
          last = got.last;
        }
      } catch (error) {
        throw hidden(error, 'items', found);
      }
      return found;
    };
    const list = {};
    hidden(list, Symbol.asyncIterator, walk);
    hidden(list, 'toArray', toArray);
    hidden(list, 'take', (count) => items_of(what, argument, Math.max(0, Math.min(most, Math.floor(count) || 0))));
    hidden(list, 'toJSON', () => { throw new TypeError('await it'); });
    return new Proxy(list, {
      get: (target, key) => {
        if (OWN.includes(key)) return reflect_get(target, key);
        if (PROMISE.includes(key)) return (...given) => toArray()[key](...given);
        const use = typeof key === 'symbol' ? 'going through it' : `reading .${key}`;
        throw new TypeError(`${what}(…) is a list in pages: await it before ${use}, or write for await (const item of ${what}(…))`);
      },
    });
  };

  const VERBS = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options'];
  const global_of = ({ name: api, title }) => {
    const ask_for = (what, name, argument) => promised(what, asked(name, argument));
    const call = (name, raw) => (args) =>
      ask_for(`${api}.${name}`, 'call', { api, name, arguments: args === undefined ? {} : args, raw });
    // Answers as they are come one by one; a list in pages gives what is in them.
    const whole = (what, run) => hidden(run, 'items', () => {
      throw new TypeError(`${what}.raw has no items: write ${what}.items(…), or ask for page after page with ${what}.raw(…)`);
    });
    const listed = (what, argument) => items_of(what, { api, ...argument });
    // `api.issues.create(…)` is how many SDKs write `api.issues_create(…)`; the host finds it by either spelling.
    const method = (name) => {
      const run = hidden(call(name, false), 'raw', whole(`${api}.${name}`, call(name, true)));
      hidden(run, 'items', deeper(`${name}.items`, (args) =>
        listed(`${api}.${name}.items`, { name, arguments: args === undefined ? {} : args })));
      return deeper(name, run);
    };
    const deeper = (name, run) => new Proxy(run, {
      get: (target, key) => (typeof key === 'symbol' || key in target || key === 'toJSON' || key === 'then'
        ? reflect_get(target, key) : method(`${name}.${key}`)),
    });
    const fixed = new Map();
    for (const verb of VERBS) {
      const named = (path) => `${verb.toUpperCase()} ${path}`;
      const to = (raw) => (path, args) => call(named(path), raw)(args);
      const run = hidden(hidden(to(false), 'raw', whole(`${api}.${verb}`, to(true))), 'items', (path, args) =>
        listed(`${api}.${verb}.items`, { name: named(path), arguments: args === undefined ? {} : args }));
      fixed.set(verb, run).set(verb.toUpperCase(), run);
    }
    const request = (raw) => (options) => ask_for(`${api}.request`, 'request', { api, raw, ...options });
    const requested = hidden(hidden(request(false), 'raw', whole(`${api}.request`, request(true))), 'items', (options) =>
      listed(`${api}.request.items`, { request: { ...options } }));
    fixed.set('request', requested);
    fixed.set('toString', () => `[API ${api}: ${title}]`);
    fixed.set('toJSON', () => `[API ${api}: ${title}; call one of its operations]`);
    let names;
    const known = () => (names ??= new Set(ops.filter((op) => op.api === api).map((op) => op.name)));
    return new Proxy(Object.create(null), {
      get: (_, key) => (typeof key === 'symbol' || key === 'then' ? undefined : fixed.get(key) ?? method(key)),
      has: (_, key) => fixed.has(key) || known().has(key),
      ownKeys: () => [...known()],
      getOwnPropertyDescriptor: (_, key) =>
        known().has(key) ? { value: method(key), enumerable: true, configurable: true } : undefined,
    });
  };

  const several = {};
  apis.forEach((api, i) => {
    several[api.name] = outline(link(documents[i]));
    hidden(globalThis, api.name, global_of(api));
  });
  hidden(globalThis, 'spec', apis.length === 1 ? several[apis[0].name] : several);
  hidden(globalThis, 'find', (query, options) => ask('find', 'find', { query, ...options }));
  hidden(globalThis, 'describe', (name, options) => ask('describe', 'describe', { name, ...options }));

  // What earlier programs left. The host reads the program's text, and has what it names loaded before it begins.
  const kept = Object.create(null);
  const load = async (...names) => { const found = await ask_host('results', { names }); for (const name of Object.keys(found)) kept[name] = found[name]; };
  hidden(globalThis, 'results', new Proxy(load, {
    get: (_, key) => {
      if (typeof key === 'symbol' || key === 'then' || key === 'toJSON' || key in kept) return kept[key];
      throw new Error(`results.${key} is not kept: its time is over, or newer results took its place. Call again what gave it.`);
    },
    has: (_, key) => key in kept,
    ownKeys: () => Object.keys(kept),
    getOwnPropertyDescriptor: (_, key) => (key in kept ? { value: kept[key], writable: true, enumerable: true, configurable: true } : undefined),
  }));
  const file = (what) => (given, options) => ask(`files.${what}`, 'files', { ...options, do: what, file: given });
  const files = { open: file('open'), list: file('list'), bytes: file('bytes'), text: file('text') };
  files.save = (given, name, options) => file('save')(given, { ...options, name });
  hidden(globalThis, 'files', new Proxy(Object.freeze(files), {
    get: (_, key) => {
      if (typeof key === 'symbol' || key === 'then' || key === 'toJSON' || key in files) return files[key];
      throw new TypeError(`files.${key} is not there: files.text(name) and files.bytes(name) read a file, files.save(what, name) writes one, files.open(name) gives one to send, files.list() names them`);
    },
  }));
  if (apis.length === 1) {
    const only = globalThis[apis[0].name];
    hidden(globalThis, 'request', only.request);
  }
})();
