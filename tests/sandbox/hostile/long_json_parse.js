// class: native code that runs long; ends: cpu memory
for (;;) JSON.parse("[" + "0,".repeat(1e5) + "0]", function (key, value) { this[key] = value; return value; });
