const data = { name: "Marta Zielinska", country: "PL", tier: "gold", phone: "+48225550123", domain: "zielinska.example", since: "2026-03-01" };
await kinto.create_record({ bucket_id: "shop", collection_id: "customers", body: { data } });
return "Done.";
