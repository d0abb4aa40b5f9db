// class: memory in one built-in; ends: memory
return [..."x".repeat(4e6).matchAll(/(?<a>(?<b>x))/gd)].length;
