// class: messages that are forged; ends: calls

// the same timer over and over: the host's list of timers never grows, its event loop does
const real = String.prototype.concat;
String.prototype.concat = () => "T[1,60000]";
for (let i = 0; i < 5000; i++) setTimeout(() => {}, 60000);
String.prototype.concat = real;
return 1;
