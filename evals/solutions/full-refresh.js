const start_time = { after_: "2026-10-01T00:00:00Z", before_: "2026-10-31T23:59:59Z" };
const runs = await prefect.read_flow_runs.items({ body: { flow_runs: { start_time } } });
return runs.filter((run) => run.parameters.full_refresh).length;
