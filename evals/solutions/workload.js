const issues = await tracker.issues_list_for_project.items({ project: "MOB" });
const hours = {};
for (const issue of issues) {
  if (issue.state === "closed" || !issue.assignee) continue;
  hours[issue.assignee.username] = (hours[issue.assignee.username] ?? 0) + (issue.estimate_hours ?? 0);
}
return Object.entries(hours).sort((a, b) => b[1] - a[1])[0].join(": ");
