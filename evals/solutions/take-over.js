const assign = () => tracker.issues_update({ project: "WEB", number: 5, body: { assignee: "daniel" } });
try {
  await assign();
} catch (problem) {
  if (problem.status !== 422) throw problem;
  await tracker.members_set({ project: "WEB", username: "daniel", body: { role: "reporter" } });
  await assign();
}
return "Done.";
