// class: results and arguments; returns: [null,null,null,{},[null]]
return [await host("echo", undefined), await host("echo", () => 1), await host("echo", Symbol("x")), await host("echo", { f() {} }), await host("echo", [undefined])];
