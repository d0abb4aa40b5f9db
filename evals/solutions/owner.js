await tracker.members_set({ project: "OPS", username: "mei", body: { role: "owner" } });
await tracker.members_set({ project: "OPS", username: "farid", body: { role: "maintainer" } });
return "Done.";
