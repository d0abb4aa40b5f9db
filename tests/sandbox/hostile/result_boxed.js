// class: results and arguments; returns: [1,"a",true,{}]
return [Object(1), Object("a"), Object(true), Object(Symbol("x"))];
