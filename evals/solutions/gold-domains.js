const zones = new Set((await powerdns.list_zones({ server_id: "localhost" })).map((zone) => zone.name.slice(0, -1)));
const lost = (await kinto.get_records.items({ bucket_id: "shop", collection_id: "customers" })).filter((customer) => customer.tier === "gold" && !zones.has(customer.domain));
const body = lost.map((customer) => customer.id).sort().join(", ");
await tracker.comments_create({ project: "PAY", number: 3, body: { body } });
return body;
