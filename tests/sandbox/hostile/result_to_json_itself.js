// class: results and arguments; returns: {"b":1}
return { b: 1, toJSON() { return this; } };
