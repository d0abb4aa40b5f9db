// class: floods; returns: [1,2,3,4,5]
const order = [];
for (const [i, ms] of [-1, NaN, "1", { valueOf: () => 2 }, null].entries()) await new Promise((done) => setTimeout(() => { order.push(i + 1); done(); }, ms));
clearTimeout(NaN); clearTimeout({}); clearTimeout(-1); clearTimeout(2 ** 53); clearTimeout(Symbol("x"));
return order;
