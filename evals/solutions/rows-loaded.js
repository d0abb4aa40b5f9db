const start_time = { after_: "2026-10-01T00:00:00Z", before_: "2026-10-31T23:59:59Z" };
const flow_runs = { start_time, state: { type: { any_: ["COMPLETED"] } } };
const body = { artifacts: { key: { any_: ["rows-loaded"] } }, flows: { name: { any_: ["ingest-orders"] } }, flow_runs };
const artifacts = await prefect.read_artifacts.items({ body });
return artifacts.flatMap((artifact) => artifact.data).reduce((sum, row) => sum + row.rows, 0);
