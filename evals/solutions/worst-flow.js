const start_time = { after_: "2026-10-18T00:00:00Z", before_: "2026-10-31T23:59:59Z" };
const body = { flow_runs: { start_time, state: { type: { any_: ["FAILED"] } } } };
const counts = {};
for (const run of await prefect.read_flow_runs.items({ body })) counts[run.flow_id] = (counts[run.flow_id] ?? 0) + 1;
const [worst] = Object.entries(counts).sort((a, b) => b[1] - a[1])[0];
return (await prefect.read_flows({ body: { flows: { id: { any_: [worst] } } } }))[0].name;
