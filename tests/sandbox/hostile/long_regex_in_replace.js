// class: native code that runs long; ends: cpu
return "a".repeat(30).concat("!").repeat(100).replaceAll(/(a+)+$/g, () => "b");
