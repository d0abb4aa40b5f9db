const counts = {};
const issues = await tracker.issues_search.items({ priority: "urgent" });
const talks = await Promise.all(issues.map((issue) => tracker.comments_list_for_issue.items({ project: issue.project, number: issue.number })));
for (const comment of talks.flat()) counts[comment.author.username] = (counts[comment.author.username] ?? 0) + 1;
return Object.entries(counts).sort((a, b) => b[1] - a[1])[0].join(": ");
