// class: results and arguments; ends: memory cpu
return (function* () { for (;;) yield 1; })();
