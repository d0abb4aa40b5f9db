return (await tracker.users_list({ active: false, per_page: 100 })).map((user) => user.username).join(", ");
