// class: results and arguments; returns: {}
return (function* () { for (;;) yield 1; })();
