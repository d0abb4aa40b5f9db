const body = { work_pools: { name: { any_: ["gpu-a100"] } } };
const running = (await prefect.read_deployments_deployments_filter_post({ body })).filter((each) => !each.paused);
for (const { id } of running) await prefect.id_pause_deployment_post_0645({ id });
return `Paused ${running.length} deployments.`;
