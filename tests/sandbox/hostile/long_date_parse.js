// class: native code that runs long; returns: null
return Date.parse("1".repeat(4e6)) + new Date("x".repeat(1e6)).getTime();
