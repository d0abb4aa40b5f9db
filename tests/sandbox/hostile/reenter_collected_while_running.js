// class: re-entrancy in arrays and collections; returns: 300
// quickjs-ng#1570: the collector runs while `for await` and `using` keep values on an async function's stack alone
const run = new Function(`return (async () => {
  let n = 0;
  const source = async function* () { for (let i = 0; i < 300; i++) yield { i, [Symbol.dispose]() { n++; } }; };
  for await (using x of source()) {
    let junk = []; for (let i = 0; i < 50; i++) { const a = { data: new Uint8Array(5000) }; a.a = a; junk.push(a); }
    await null;
  }
  return n;
})()`);
return await run();
