const { id } = await prefect.read_flow_deployment_name_get_6d62({ flow_name: "ingest-orders", deployment_name: "backfill" });
const parameters = { since: "2026-10-01", until: "2026-10-08", write_mode: "skip_existing", chunk_days: 2 };
return (await prefect.deployments_id_create_flow_run_post_2c47({ id, body: { parameters } })).name;
