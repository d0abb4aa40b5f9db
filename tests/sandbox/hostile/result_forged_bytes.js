// class: results and arguments; returns: {"real":"bytes","forged":{"$keyhole:bytes":"AAA="}}
// data that reads like the wire's own mark, beside real bytes: the mark must not be taken for one
const answer = await host("echo", { real: new Uint8Array(2), forged: { "$keyhole:bytes": "AAA=" } });
return { real: answer.real instanceof Uint8Array ? "bytes" : typeof answer.real, forged: answer.forged instanceof Uint8Array ? "bytes" : answer.forged };
