// The host of workerd's worker loader: loads `n` fresh isolates one after the other and has each answer one request.
//   GET /?job=one|search|empty&n=5
import spec from "document.json";

const OPTIONS = { compatibilityDate: "2026-11-01", mainModule: "main.js", globalOutbound: null };

const ONE = `export default { fetch() { return new Response(String(1 + 1)); } };`;

const SEARCH = `
import spec from "spec.json";
export default {
  fetch() {
    const found = [];
    for (const [path, item] of Object.entries(spec.paths)) {
      for (const [method, operation] of Object.entries(item)) {
        if (/label/i.test(operation.summary ?? "") && /issue/i.test(operation.summary)) found.push(method + " " + path);
      }
    }
    return new Response(String(found.length));
  },
};`;

let count = 0;

function fresh(env, job) {
  const modules = job === "one" ? { "main.js": ONE } : { "main.js": SEARCH, "spec.json": { json: spec } };
  return env.LOADER.get(`fresh-${++count}`, () => ({ ...OPTIONS, modules })).getEntrypoint();
}

export default {
  async fetch(request, env) {
    const { searchParams } = new URL(request.url);
    const job = searchParams.get("job");
    const n = Number(searchParams.get("n"));
    let answer = "";
    for (let i = 0; i < n && job !== "empty"; i++) {
      answer = await (await fresh(env, job).fetch("http://fresh/")).text();
    }
    return new Response(answer);
  },
};
