// class: ways out of the realm; returns: "undefined"
// vm2 GHSA-grj5-jjm8-h35p
const get = ({}).__lookupGetter__, proto = get.call({}, "__proto__");
const over = get.call(Object.prototype, "__proto__").call(proto.call(host));
return typeof over?.process;
