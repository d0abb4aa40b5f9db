const at = { server_id: "localhost", zone_id: "people.example." };
const users = (await tracker.users_list({ per_page: 100 })).filter((user) => user.active);
const { rrsets } = await powerdns.list_zone(at);
const right = users.map((user) => ({
  name: `${user.username}.people.example.`, type: "TXT", ttl: 600, changetype: "REPLACE", records: [{ content: `"${user.email}"`, disabled: false }],
}));
const names = new Set(right.map((set) => set.name));
const gone = rrsets
  .filter((set) => set.type === "TXT" && !names.has(set.name))
  .map(({ name, type }) => ({ name, type, ttl: 0, changetype: "DELETE", records: [] }));
await powerdns.patch_zone({ ...at, body: { rrsets: [...right, ...gone] } });
return `${right.length} set, ${gone.length} taken away.`;
