return (await kinto.get_records.items({ bucket_id: "shop", collection_id: "products" })).find((product) => product.name === "Oak side table, medium").stock;
