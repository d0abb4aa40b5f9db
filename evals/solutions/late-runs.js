const runs = await prefect.read_flow_runs({ body: { flow_runs: { state: { name: { any_: ["Late"] } } } } });
return runs.map((run) => run.name).join(", ");
