return (await prefect.read_concurrency_limit_v2({ id_or_name: "stripe-api" })).limit;
