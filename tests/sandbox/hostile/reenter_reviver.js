// class: re-entrancy in arrays and collections; returns: true
const v = JSON.parse('{"a":[1,2,3],"b":{"c":1},"d":[[1],[2]]}', function (key, value) {
  if (key === "0") { this.length = 1; delete this[1]; }
  if (key === "a") this.b = new Proxy([1, 2], { ownKeys() { return []; } });
  return value;
});
return typeof v === "object";
