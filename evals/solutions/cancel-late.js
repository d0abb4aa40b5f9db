const late = { state: { name: { any_: ["Late"] } } };
const runs = await prefect.read_flow_runs_flow_runs_filter_post({ body: { flow_runs: late, flows: { tags: { all_: ["team:data"] } } } });
for (const { id } of runs) {
  const { status } = await prefect.set_flow_run_state_flow_runs_id_set_state_post({ id, body: { state: { type: "CANCELLED" } } });
  if (status !== "ACCEPT") throw new Error(status);
}
return `Cancelled ${runs.map((run) => run.name).join(", ")}.`;
