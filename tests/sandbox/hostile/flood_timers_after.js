// class: floods; returns: 1
const again = () => { setTimeout(again, 0); setTimeout(again, 1); };
again();
return 1;
