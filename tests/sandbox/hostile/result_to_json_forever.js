// class: results and arguments; ends: stack memory cpu
const f = () => ({ x: { toJSON: f } });
return f();
