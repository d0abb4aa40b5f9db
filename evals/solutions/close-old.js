const issues = (await tracker.issues_list_for_project.items({ project: "OLD", assignee: "none" })).filter((issue) => issue.state !== "closed");
for (const { project, number } of issues) {
  await tracker.comments_create({ project, number, body: { body: "Closed with the project." } });
  await tracker.issues_update({ project, number, body: { state: "closed" } });
}
return `Closed ${issues.length} issues.`;
