const milestone = (await tracker.milestones_list({ project: "WEB" })).find((each) => each.title === "Summer release");
const issues = (await tracker.issues_list_for_project.items({ project: "WEB", milestone_id: milestone.id })).filter((issue) => issue.state !== "closed");
for (const { project, number, labels } of issues) {
  const names = new Set([...labels.map((label) => label.name), "blocked"]);
  await tracker.issues_set_labels({ project, number, body: { labels: [...names] } });
}
return `${issues.length} issues have it.`;
