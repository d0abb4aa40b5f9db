const body = { work_pools: { name: { any_: ["gpu-a100"] } } };
const running = (await prefect.read_deployments({ body })).filter((each) => !each.paused);
for (const { id } of running) await prefect.pause_deployment({ id });
return `Paused ${running.length} deployments.`;
