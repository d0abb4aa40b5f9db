let count = 0;
let cursor;
do {
  const page = await tracker.events_list_for_project({ project: "MOB", per_page: 100, ...(cursor && { cursor }) });
  count += page.items.filter((event) => event.actor === "emi").length;
  cursor = page.next_cursor;
} while (cursor);
return count;
