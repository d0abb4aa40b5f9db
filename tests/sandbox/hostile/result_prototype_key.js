// class: results and arguments; returns: {"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}
return JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}');
