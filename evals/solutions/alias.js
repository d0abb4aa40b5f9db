const name = "git.maple.example.";
const gone = ["A", "AAAA"].map((type) => ({ name, type, ttl: 0, changetype: "DELETE", records: [] }));
const made = { name, type: "CNAME", ttl: 600, changetype: "REPLACE", records: [{ content: "www.rowan.example.", disabled: false }] };
await powerdns.patch_zone({ server_id: "localhost", zone_id: "maple.example.", body: { rrsets: [...gone, made] } });
return "Done.";
