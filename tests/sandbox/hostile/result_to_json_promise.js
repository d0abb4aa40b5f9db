// class: results and arguments; returns: {}
return { toJSON: async () => 1 };
