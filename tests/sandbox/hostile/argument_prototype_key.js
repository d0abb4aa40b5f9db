// class: results and arguments; returns: "[[\"__proto__\",{\"x\":1}]]"
const x = await host("echo", JSON.parse('{"__proto__":{"x":1}}'));
return JSON.stringify(Object.entries(x));
