const [project] = await tracker.projects_list({ q: "Mobile app" });
return project.lead.email;
