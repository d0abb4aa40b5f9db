// class: re-entrancy in arrays and collections; returns: "[null,null,3]"
const a = [{ toJSON() { a.length = 1; return undefined; } }, 2, 3];
return JSON.stringify([...a].map((x, i) => (i === 1 ? undefined : x)));
