const zones = await powerdns.list_zones({ server_id: "localhost" });
return zones.filter((zone) => zone.dnssec).map((zone) => zone.name).join(", ");
