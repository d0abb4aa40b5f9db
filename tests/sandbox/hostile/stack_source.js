// class: stack in native callbacks; ends: stack syntax throw
return eval("(".repeat(2e5) + ")".repeat(2e5));
