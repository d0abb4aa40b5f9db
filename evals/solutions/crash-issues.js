const start_time = { after_: "2026-10-01T00:00:00Z", before_: "2026-10-31T23:59:59Z" };
const body = { flow_runs: { start_time, state: { type: { any_: ["CRASHED"] } } } };
const counts = {};
for (const run of await prefect.read_flow_runs.items({ body })) counts[run.flow_id] = (counts[run.flow_id] ?? 0) + 1;
const issues = await tracker.issues_list_for_project.items({ project: "OPS" });
const titles = new Set(issues.filter((issue) => issue.state !== "closed").map((issue) => issue.title));
const made = [];
for (const { id, name } of await prefect.read_flows()) {
  const title = `Crashed: ${name}`;
  if (!counts[id] || titles.has(title)) continue;
  await tracker.issues_create({ project: "OPS", body: { title, priority: counts[id] >= 3 ? "high" : "normal" } });
  made.push(title);
}
return made;
