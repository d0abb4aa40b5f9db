const [orders, customers, products] = await Promise.all(
  ["orders", "customers", "products"].map((name) => kinto.get_records.items({ bucket_id: "shop", collection_id: name })),
);
const country = Object.fromEntries(customers.map((customer) => [customer.id, customer.country]));
const price = Object.fromEntries(products.map((product) => [product.id, product.price]));
const sums = {};
for (const order of orders.filter((each) => each.status === "paid")) {
  for (const line of order.lines) sums[country[order.customer]] = (sums[country[order.customer]] ?? 0) + price[line.product] * line.quantity;
}
const [best, sum] = Object.entries(sums).sort((a, b) => b[1] - a[1])[0];
return `${best}: ${sum.toFixed(2)}`;
