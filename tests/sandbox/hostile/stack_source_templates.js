// class: stack in native callbacks; ends: stack syntax throw memory
return eval("`${".repeat(5e4) + "}`".repeat(5e4));
