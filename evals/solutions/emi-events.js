const events = await tracker.events_list_for_project.items({ project: "MOB" });
return events.filter((event) => event.actor === "emi").length;
