// class: floods; ends: calls
for (let i = 0; ; i++) host("slow", { i });
