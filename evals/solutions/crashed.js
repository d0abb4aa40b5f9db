const start_time = { after_: "2026-10-01T00:00:00Z", before_: "2026-10-31T23:59:59Z" };
return await prefect.count_flow_runs({ body: { flow_runs: { start_time, state: { type: { any_: ["CRASHED"] } } } } });
