// class: results and arguments; ends: throw bytes memory
throw new Error("x".repeat(3e6), { cause: new Array(1e5).fill("y") });
