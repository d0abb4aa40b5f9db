// class: a world that is overwritten; ends: throw
for (const key of Reflect.ownKeys(globalThis)) try { if (key !== "Error" && key !== "Reflect" && key !== "globalThis" && key !== "undefined") globalThis[key] = null; } catch {}
throw new Error("honest");
