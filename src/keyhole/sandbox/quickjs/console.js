// console, over what prelude.js prints with: levels, and what every console has (WHATWG Console). Ordinary code.
(() => {
  "use strict";
  const { put, print, line, shown, now } = globalThis.__kit;
  const ROWS = 100, CELL = 60;
  let indent = "";
  const say = (level, values) => { const text = line(values); print(level, indent ? `${indent}${text.replaceAll("\n", `\n${indent}`)}` : text); };
  const console = {};
  for (const level of ["debug", "log", "info", "warn", "error"]) put(console, level, { [level](...values) { say(level, values); } }[level]);
  put(console, "trace", console.debug); put(console, "dirxml", console.log);
  put(console, "dir", function dir(value) { say("log", [value]); });
  put(console, "assert", function assert(condition, ...values) {
    if (condition) return;
    say("error", typeof values[0] === "string" ? [`Assertion failed: ${values[0]}`, ...values.slice(1)] : ["Assertion failed", ...values]);
  });

  const cell = (value) => { const text = shown(value).replace(/\s+/g, " "); return text.length > CELL ? `${text.slice(0, CELL - 1)}…` : text; };
  const isObject = (value) => typeof value === "object" && value !== null;
  put(console, "table", function table(data, columns) {
    if (!isObject(data)) return say("log", [data]);
    const listed = data instanceof Map || data instanceof Set ? [...data].map((item, i) => [String(i), data instanceof Map ? { key: item[0], value: item[1] } : item]) : Object.entries(data);
    const rows = listed.slice(0, ROWS), names = new Set();
    for (const [, row] of rows) if (isObject(row)) for (const name of Object.keys(row)) names.add(name);
    const heads = columns ? [...columns] : [...names], bare = rows.some(([, row]) => !isObject(row));
    const lines = [["(index)", ...heads, ...(bare ? ["Values"] : [])]];
    for (const [index, row] of rows) lines.push([index, ...heads.map((name) => (isObject(row) && Object.hasOwn(row, name) ? cell(row[name]) : "")), ...(bare ? [isObject(row) ? "" : cell(row)] : [])]);
    const widths = lines[0].map((_, i) => Math.max(...lines.map((each) => each[i].length)));
    const text = lines.map((each) => each.map((one, i) => one.padEnd(widths[i])).join(" | ").trimEnd());
    text.splice(1, 0, widths.map((width) => "-".repeat(width)).join("-+-"));
    if (listed.length > ROWS) text.push(`… ${listed.length - ROWS} more rows`);
    say("log", [text.join("\n")]);
  });

  put(console, "group", function group(...values) { if (values.length) say("log", values); indent += "  "; });
  put(console, "groupCollapsed", console.group);
  put(console, "groupEnd", function groupEnd() { indent = indent.slice(2); });

  const counts = new Map(), timers = new Map();
  put(console, "count", function count(label = "default") { const n = (counts.get(String(label)) ?? 0) + 1; counts.set(String(label), n); say("log", [`${label}: ${n}`]); });
  put(console, "countReset", function countReset(label = "default") { counts.delete(String(label)); });
  put(console, "time", function time(label = "default") { timers.set(String(label), now()); });
  const elapsed = (label, values) => {
    const began = timers.get(String(label));
    if (began === undefined) say("warn", [`No such label '${label}' for console.time()`]); else say("log", [`${label}: ${now() - began} ms`, ...values]);
  };
  put(console, "timeLog", function timeLog(label = "default", ...values) { elapsed(label, values); });
  put(console, "timeEnd", function timeEnd(label = "default") { elapsed(label, []); timers.delete(String(label)); });
  put(globalThis, "console", console);
})();
