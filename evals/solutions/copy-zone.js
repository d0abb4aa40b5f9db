const server_id = "localhost";
const { rrsets } = await powerdns.list_zone({ server_id, zone_id: "orchid.example." });
const moved = (name) => name.replace(/(^|\.|\s)orchid\.example\.$/, "$1lotus.example.");
const sets = rrsets
  .filter((set) => ["A", "AAAA", "MX", "NS"].includes(set.type))
  .map((set) => ({
    name: moved(set.name), type: set.type, ttl: set.ttl, changetype: "REPLACE",
    records: set.records.filter((record) => !record.disabled).map((record) => ({ content: moved(record.content), disabled: false })),
  }))
  .filter((set) => set.records.length);
await powerdns.create_zone({ server_id, body: { name: "lotus.example.", kind: "Native", nameservers: [], rrsets: sets } });
return `Made lotus.example with ${sets.length} record sets.`;
