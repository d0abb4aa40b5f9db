for (const { key: project } of await tracker.projects_list({ status: "active", per_page: 100 })) {
  const wanted = { title: "Autumn release", due_on: "2027-10-31" };
  const there = (await tracker.milestones_list({ project })).find((milestone) => milestone.title === wanted.title);
  if (there) await tracker.milestones_update({ project, milestone_id: there.id, body: { due_on: wanted.due_on, state: "open" } });
  else await tracker.milestones_create({ project, body: wanted });
}
return "Done.";
