// class: stack in native callbacks; ends: stack syntax throw memory
return eval("[".repeat(2e5));
