// class: stack in native callbacks; ends: stack
return JSON.parse("[".repeat(1e6));
