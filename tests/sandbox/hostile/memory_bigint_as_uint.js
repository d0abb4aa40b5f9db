// class: memory in one built-in; returns: "RangeError"
try { return String(BigInt.asUintN(Number.MAX_SAFE_INTEGER, -1n)).length; } catch (e) { return e.name === "InternalError" ? "RangeError" : e.name; }
