// class: native code that runs long; ends: cpu
return (function* () { for (;;) yield 1; })().drop(Number.MAX_SAFE_INTEGER).next();
