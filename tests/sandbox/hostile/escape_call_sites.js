// class: ways out of the realm; returns: []
// vm2 CVE-2022-36067, CVE-2023-29017: the functions of the call sites are the host's own
const seen = [];
Error.prepareStackTrace = (error, sites) => {
  for (const site of sites) { const f = site.getFunction?.(); if (typeof f === "function" && site.getFileName() === "<image>") seen.push(f.toString().slice(0, 40)); if (site.getThis) seen.push("getThis"); }
  return "";
};
await new Promise((done) => setTimeout(() => { new Error("x").stack; done(); }, 1));
host("echo", 1);
return seen;
