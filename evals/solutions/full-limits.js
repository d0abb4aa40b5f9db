const limits = (await prefect.read_all_concurrency_limits_v2()).filter((each) => each.active && each.active_slots >= each.limit);
for (const { id, limit } of limits) {
  await prefect.update_concurrency_limit_v2({ id_or_name: id, body: { limit: Math.ceil(limit * 1.5) } });
}
return `Raised ${limits.map((each) => each.name).join(", ")}.`;
