async function all(list, args) {
  const found = [];
  for (let page = 1; ; page++) {
    const rows = await list({ ...args, per_page: 100, page });
    found.push(...rows);
    if (rows.length < 100) return found;
  }
}
const issues = (await all(tracker.issues_list_for_project, { project: "OLD", assignee: "none" })).filter((issue) => issue.state !== "closed");
for (const { project, number } of issues) {
  await tracker.comments_create({ project, number, body: { body: "Closed with the project." } });
  await tracker.issues_update({ project, number, body: { state: "closed" } });
}
return `Closed ${issues.length} issues.`;
