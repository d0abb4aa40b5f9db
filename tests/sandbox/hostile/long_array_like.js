// class: native code that runs long; ends: cpu
return Array.prototype.indexOf.call({ length: Number.MAX_SAFE_INTEGER }, 1);
