// class: a limit that the program swallows; ends: cpu
new Function("{ using x = { [Symbol.dispose]() { for (;;); } }; throw 1; }")();
