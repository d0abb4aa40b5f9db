const late = { state: { name: { any_: ["Late"] } } };
const runs = await prefect.read_flow_runs({ body: { flow_runs: late, flows: { tags: { all_: ["team:data"] } } } });
for (const { id } of runs) {
  const { status } = await prefect.set_flow_run_state({ id, body: { state: { type: "CANCELLED" } } });
  if (status !== "ACCEPT") throw new Error(status);
}
return `Cancelled ${runs.map((run) => run.name).join(", ")}.`;
