// class: a limit that the program swallows; ends: cpu
for (const x of { [Symbol.iterator]: () => ({ next: () => ({ done: false }), return() { for (;;); } }) }) break;
