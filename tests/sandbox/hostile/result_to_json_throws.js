// class: results and arguments; ends: throw
return { toJSON() { throw new Error("no"); } };
