const at = { server_id: "localhost", zone_id: "cedar.example." };
const { rrsets } = await powerdns.list_zone(at);
const high = rrsets.filter((set) => set.type === "A" && set.ttl > 3600);
const sets = high.map(({ name, type, records }) => ({ name, type, ttl: 300, changetype: "REPLACE", records }));
await powerdns.patch_zone({ ...at, body: { rrsets: sets } });
return `Changed ${sets.length} record sets.`;
