// class: floods; ends: calls bytes
await new Promise(() => { const again = () => { setTimeout(again, 0); setTimeout(again, 0); }; setTimeout(again, 0); });
