async function all(list, args) {
  const found = [];
  for (let page = 1; ; page++) {
    const rows = await list({ ...args, per_page: 100, page });
    found.push(...rows);
    if (rows.length < 100) return found;
  }
}
const comments = await all(tracker.comments_list_for_issue, { project: "OPS", number: 7 });
return comments.filter((comment) => comment.body.includes("E4417")).length;
