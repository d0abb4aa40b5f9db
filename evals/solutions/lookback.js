return (await prefect.read_flow_deployment_name_get_6d62({ flow_name: "sync-crm", deployment_name: "prod" })).parameters.lookback_days;
