async function all(list, args) {
  const found = [];
  for (let page = 1; ; page++) {
    const rows = await list({ ...args, per_page: 100, page });
    found.push(...rows);
    if (rows.length < 100) return found;
  }
}
const issues = await all(tracker.issues_list_for_project, { project: "MOB" });
const hours = {};
for (const issue of issues) {
  if (issue.state === "closed" || !issue.assignee) continue;
  hours[issue.assignee.username] = (hours[issue.assignee.username] ?? 0) + (issue.estimate_hours ?? 0);
}
return Object.entries(hours).sort((a, b) => b[1] - a[1])[0].join(": ");
