// class: results and arguments; returns: {"globalThis":{"spec":{"paths":{"/a":{},"/b":{}},"text":"é😀"}}}
return { globalThis };
