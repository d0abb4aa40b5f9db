// class: a limit that the program swallows; ends: cpu
try { for (;;); } finally { for (;;); }
