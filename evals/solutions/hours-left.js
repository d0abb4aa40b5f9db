const issues = [...(await tracker.issues_search.items({ priority: "normal" })), ...(await tracker.issues_search.items({ priority: "high" }))];
return issues.filter((issue) => issue.state !== "closed").reduce((sum, issue) => sum + (issue.estimate_hours ?? 0), 0);
