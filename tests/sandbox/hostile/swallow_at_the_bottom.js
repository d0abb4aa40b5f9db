// class: a limit that the program swallows; ends: cpu
// spins in the frame that has no stack left, where even an error finds no room
const f = () => { try { f(); } catch { for (;;) { try { f(); } catch {} } } };
f();
