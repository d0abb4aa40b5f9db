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
const zones = new Set((await powerdns.list_zones({ server_id: "localhost" })).map((zone) => zone.name.slice(0, -1)));
const lost = (await all("customers")).filter((customer) => customer.tier === "gold" && !zones.has(customer.domain));
const body = lost.map((customer) => customer.id).sort().join(", ");
await tracker.comments_create({ project: "PAY", number: 3, body: { body } });
return body;
