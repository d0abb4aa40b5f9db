// class: floods; ends: calls
const again = () => host("echo", 1).then(() => { again(); again(); });
await again();
await new Promise(() => {});
