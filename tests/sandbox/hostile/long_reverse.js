// class: native code that runs long; ends: cpu
return Array.prototype.reverse.call({ length: Number.MAX_SAFE_INTEGER });
