return (await kinto.get_group({ bucket_id: "shop", id: "clerks" })).data.members.join(", ");
