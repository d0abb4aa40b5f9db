// Kinto names the next page in a header that its document does not have.
async function all(collection) {
  const found = [];
  let token;
  do {
    const args = { bucket_id: "shop", collection_id: collection, ...(token && { _token: token }) };
    const { headers, body } = await kinto.get_records.raw(args);
    found.push(...body.data);
    token = headers["next-page"] && new URL(headers["next-page"]).searchParams.get("_token");
  } while (token);
  return found;
}
const gone = (await all("products")).filter((product) => product.stock === 0);
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
