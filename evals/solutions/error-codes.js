const comments = await tracker.comments_list_for_issue.items({ project: "OPS", number: 7 });
return comments.filter((comment) => comment.body.includes("E4417")).length;
