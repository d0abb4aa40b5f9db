const gone = (await kinto.get_records.items({ bucket_id: "shop", collection_id: "products" })).filter((product) => product.stock === 0);
const { lead } = await tracker.projects_get({ project: "WEB" });
const made = [];
for (const { name } of gone) {
  const title = `Out of stock: ${name}`;
  const there = await tracker.issues_list_for_project({ project: "WEB", q: title, per_page: 100 });
  if (there.some((issue) => issue.title === title && issue.state !== "closed")) continue;
  await tracker.issues_create({ project: "WEB", body: { title, assignee: lead.username } });
  made.push(title);
}
return made;
