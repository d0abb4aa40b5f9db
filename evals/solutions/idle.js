const start_time = { after_: "2026-10-01T00:00:00Z", before_: "2026-10-31T23:59:59Z" };
const runs = await prefect.read_flow_runs.items({ body: { flow_runs: { start_time } } });
const busy = new Set(runs.map((run) => run.deployment_id));
const flows = Object.fromEntries((await prefect.read_flows()).map((flow) => [flow.id, flow.name]));
const deployments = await prefect.read_deployments();
return deployments.filter((each) => !each.paused && !busy.has(each.id)).map((each) => `${flows[each.flow_id]}/${each.name}`).join(", ");
