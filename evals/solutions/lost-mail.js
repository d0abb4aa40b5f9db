const server_id = "localhost";
const zones = await powerdns.list_zones({ server_id });
const whole = await Promise.all(zones.map((zone) => powerdns.list_zone({ server_id, zone_id: zone.id })));
const served = (set) => set.records.some((record) => !record.disabled);
const hosts = new Set(whole.flatMap((zone) => zone.rrsets.filter((set) => ["A", "AAAA"].includes(set.type) && served(set)).map((set) => set.name)));
return whole
  .filter((zone) => zone.rrsets.some((set) => set.type === "MX" && set.name === zone.name && set.records.some((record) => !hosts.has(record.content.split(" ")[1]))))
  .map((zone) => zone.name)
  .join(", ");
