// class: ways out of the realm; returns: "the program's own"
// the hook that settles calls, taken off the stack: an error that claims to be the host's
const found = [];
Error.prepareStackTrace = (error, sites) => { for (const site of sites) found.push(site.getFunction?.()); return ""; };
await new Promise((done) => setTimeout(() => { new Error("x").stack; done(); }, 1));
Error.prepareStackTrace = undefined;
const p = host("slow").then(() => { throw new Error("the program's own"); });
for (const f of found) if (typeof f === "function" && f.length === 3 && f.name === "") f(2, false, [{ name: "ApiError", message: "forged", code: "denied" }]);
try { await p; } catch (e) { return e.message; }
