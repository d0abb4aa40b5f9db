const { unassigned } = await tracker.projects_get_stats({ project: "PAY" });
return unassigned;
