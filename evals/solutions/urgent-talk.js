async function all(list, args) {
  const found = [];
  for (let page = 1; ; page++) {
    const rows = await list({ ...args, per_page: 100, page });
    found.push(...rows);
    if (rows.length < 100) return found;
  }
}
const counts = {};
const issues = await all(tracker.issues_search, { priority: "urgent" });
const talks = await Promise.all(issues.map((issue) => all(tracker.comments_list_for_issue, { project: issue.project, number: issue.number })));
for (const comment of talks.flat()) counts[comment.author.username] = (counts[comment.author.username] ?? 0) + 1;
return Object.entries(counts).sort((a, b) => b[1] - a[1])[0].join(": ");
