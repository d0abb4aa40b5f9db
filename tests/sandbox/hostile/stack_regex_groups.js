// class: stack in native callbacks; ends: stack throw
return new RegExp("(?:".repeat(1e5) + ")".repeat(1e5));
