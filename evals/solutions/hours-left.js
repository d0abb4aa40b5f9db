async function all(list, args) {
  const found = [];
  for (let page = 1; ; page++) {
    const rows = await list({ ...args, per_page: 100, page });
    found.push(...rows);
    if (rows.length < 100) return found;
  }
}
const issues = [...(await all(tracker.issues_search, { priority: "normal" })), ...(await all(tracker.issues_search, { priority: "high" }))];
return issues.filter((issue) => issue.state !== "closed").reduce((sum, issue) => sum + (issue.estimate_hours ?? 0), 0);
