// class: results and arguments; ends: bytes cpu memory
return new Array(300).fill((1n << 1000000n) - 1n);
