const server_id = "localhost";
const titles = new Set((await tracker.issues_list_for_project.items({ project: "OPS" })).map((issue) => issue.title));
const zones = (await powerdns.list_zones({ server_id })).filter((zone) => zone.kind === "Native");
const made = [];
for (const { id, name } of zones) {
  const { rrsets } = await powerdns.list_zone({ server_id, zone_id: id });
  const title = `No MX: ${name.slice(0, -1)}`;
  if (rrsets.some((set) => set.type === "MX") || titles.has(title)) continue;
  await tracker.issues_create({ project: "OPS", body: { title, priority: "low", labels: ["chore"] } });
  made.push(title);
}
return made;
