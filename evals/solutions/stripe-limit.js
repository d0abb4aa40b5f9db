return (await prefect.read_v2_concurrency_limits_id_name_get_3d91({ id_or_name: "stripe-api" })).limit;
