// class: native code that runs long; ends: cpu memory throw
for (let i = 1; ; i *= 2) new Function("return [" + "(0),".repeat(1e4 * i) + "0]");
