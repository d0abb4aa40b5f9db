// class: native code that runs long; ends: memory cpu
return new Array(4294967295).join("abc").length;
