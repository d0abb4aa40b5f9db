const limits = (await prefect.read_all_v2_concurrency_limits_filter_post_3482()).filter((each) => each.active && each.active_slots >= each.limit);
for (const { id, limit } of limits) {
  await prefect.update_v2_concurrency_limits_id_name_patch_0717({ id_or_name: id, body: { limit: Math.ceil(limit * 1.5) } });
}
return `Raised ${limits.map((each) => each.name).join(", ")}.`;
