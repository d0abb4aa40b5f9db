// class: messages that are forged; returns: "honest"
// hole: prelude.js uses template literals, which QuickJS compiles to calls of String.prototype.concat: a program can send any message

// the program returns once and its message is another
String.prototype.concat = () => 'R["forged"]';
return "honest";
