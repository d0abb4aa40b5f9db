// class: a limit that the program swallows; ends: calls
for (;;) { try { await Promise.race([host("echo", 1), null]); } catch {} }
