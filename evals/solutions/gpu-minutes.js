const start_time = { after_: "2026-10-01T00:00:00Z", before_: "2026-10-31T23:59:59Z" };
const body = { flow_runs: { start_time }, work_pools: { name: { any_: ["gpu-a100"] } } };
let seconds = 0;
for await (const run of prefect.read_flow_runs_flow_runs_filter_post.items({ body })) seconds += run.total_run_time;
return seconds / 60;
