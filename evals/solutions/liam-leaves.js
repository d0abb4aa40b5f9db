async function all(list, args) {
  const found = [];
  for (let page = 1; ; page++) {
    const rows = await list({ ...args, per_page: 100, page });
    found.push(...rows);
    if (rows.length < 100) return found;
  }
}
const issues = (await all(tracker.issues_list_for_project, { project: "WEB", assignee: "liam" })).filter((issue) => issue.state !== "closed");
for (const { project, number } of issues) await tracker.issues_update({ project, number, body: { assignee: "ben" } });
await tracker.members_remove({ project: "WEB", username: "liam" });
return `Handed over ${issues.length} issues.`;
