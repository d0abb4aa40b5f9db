const start_time = { after_: "2026-10-01T00:00:00Z", before_: "2026-10-31T23:59:59Z" };
const runs = await prefect.read_flow_runs_flow_runs_filter_post.items({ body: { flow_runs: { start_time } } });
const busy = new Set(runs.map((run) => run.deployment_id));
const flows = Object.fromEntries((await prefect.read_flows_flows_filter_post()).map((flow) => [flow.id, flow.name]));
const deployments = await prefect.read_deployments_deployments_filter_post();
return deployments.filter((each) => !each.paused && !busy.has(each.id)).map((each) => `${flows[each.flow_id]}/${each.name}`).join(", ");
