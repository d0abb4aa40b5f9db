// class: floods; ends: calls
await new Promise(() => { const again = () => { setTimeout(again, 0); setTimeout(again, 0); }; setTimeout(again, 0); });
