// class: floods; ends: cpu memory
// after the program has returned it is not over: nothing of it may go on for free
const again = () => Promise.resolve().then(again);
again();
return 1;
