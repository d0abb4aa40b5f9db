const zone = await powerdns.list_zone({ server_id: "localhost", zone_id: "maple.example." });
return zone.rrsets.find((set) => set.name === "git.maple.example." && set.type === "AAAA").ttl;
