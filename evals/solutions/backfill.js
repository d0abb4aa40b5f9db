const { id } = await prefect.read_deployment_by_name({ flow_name: "ingest-orders", deployment_name: "backfill" });
const parameters = { since: "2026-10-01", until: "2026-10-08", write_mode: "skip_existing", chunk_days: 2 };
return (await prefect.create_flow_run_from_deployment({ id, body: { parameters } })).name;
