return (await prefect.read_deployment_by_name({ flow_name: "sync-crm", deployment_name: "prod" })).parameters.lookback_days;
