// class: stack in native callbacks; ends: stack
// an executor inside of an executor takes more of the native stack than the engine counts
const f = () => new Promise((yes, no) => { try { f(); } catch (e) { no(e); } });
for (;;) await f();
