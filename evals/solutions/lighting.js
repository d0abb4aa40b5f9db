return (await kinto.get_records.items({ bucket_id: "shop", collection_id: "products" })).filter((product) => product.category === "lighting").reduce((sum, product) => sum + product.stock, 0);
