const issues = (await tracker.issues_list_for_project.items({ project: "WEB", assignee: "liam" })).filter((issue) => issue.state !== "closed");
for (const { project, number } of issues) await tracker.issues_update({ project, number, body: { assignee: "ben" } });
await tracker.members_remove({ project: "WEB", username: "liam" });
return `Handed over ${issues.length} issues.`;
