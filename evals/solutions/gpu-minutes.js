const start_time = { after_: "2026-10-01T00:00:00Z", before_: "2026-10-31T23:59:59Z" };
const body = { flow_runs: { start_time }, work_pools: { name: { any_: ["gpu-a100"] } } };
const runs = await prefect.read_flow_runs.items({ body });
return runs.reduce((sum, run) => sum + run.total_run_time, 0) / 60;
