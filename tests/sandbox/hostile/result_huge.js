// class: results and arguments; ends: bytes memory
return "x".repeat(40 << 20);
