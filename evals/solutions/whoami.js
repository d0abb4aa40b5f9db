const { username, role } = await tracker.meta_me();
return `${username}, ${role}`;
