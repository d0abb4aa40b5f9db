const runs = await prefect.read_flow_runs_flow_runs_filter_post({ body: { flow_runs: { state: { name: { any_: ["Late"] } } } } });
return runs.map((run) => run.name).join(", ");
