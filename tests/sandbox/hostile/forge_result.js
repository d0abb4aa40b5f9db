// class: messages that are forged; returns: "honest"

// the program returns once and its message is another
String.prototype.concat = () => 'R["forged"]';
return "honest";
