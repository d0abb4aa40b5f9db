// class: native code that runs long; ends: cpu
return "ab".repeat(1e5).split(/(?:a|ab|b|abab)*!/).length;
