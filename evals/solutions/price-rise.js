// Kinto names the next page in a header that its document does not have.
async function all(collection) {
  const found = [];
  let token;
  do {
    const args = { bucket_id: "shop", collection_id: collection, ...(token && { _token: token }) };
    const { headers, body } = await kinto.get_records.raw(args);
    found.push(...body.data);
    token = headers["next-page"] && new URL(headers["next-page"]).searchParams.get("_token");
  } while (token);
  return found;
}
const theirs = (await all("products")).filter((product) => product.supplier === "Nordlicht");
for (const { id, price } of theirs) {
  const data = { price: Math.round(price * 110) / 100 };
  await kinto.patch_record({ bucket_id: "shop", collection_id: "products", id, body: { data } });
}
return `Raised ${theirs.length} prices.`;
