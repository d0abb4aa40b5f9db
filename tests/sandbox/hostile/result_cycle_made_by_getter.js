// class: results and arguments; ends: stack result memory cpu
return (function f() { return { get f() { return f(); } }; })();
