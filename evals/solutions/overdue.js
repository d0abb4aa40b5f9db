const projects = await tracker.projects_list({ status: "active", per_page: 100 });
const stats = await Promise.all(projects.map((project) => tracker.projects_get_stats({ project: project.key })));
const worst = stats.sort((a, b) => b.overdue - a.overdue)[0];
return `${worst.key}: ${worst.overdue}`;
