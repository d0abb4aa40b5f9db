// class: native code that runs long; ends: cpu memory
return Array.from((function* () { for (;;) yield 1; })());
