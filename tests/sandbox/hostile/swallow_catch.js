// class: a limit that the program swallows; ends: cpu
for (;;) { try { (function deeper() { deeper(); })(); } catch {} finally { continue; } }
