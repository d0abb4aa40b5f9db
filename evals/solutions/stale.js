const at = { bucket_id: "shop", collection_id: "products", id: "p-200" };
try {
  await kinto.patch_record({ ...at, "If-Match": '"1700000000000"', body: { data: { stock: 5 } } });
  return "Set.";
} catch (problem) {
  if (problem.status !== 412) throw problem;
  const { stock, price } = (await kinto.get_record(at)).data;
  return `It has changed: the stock is ${stock}, the price ${price}.`;
}
