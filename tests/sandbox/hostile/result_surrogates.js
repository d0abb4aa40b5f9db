// class: results and arguments; returns: ["a\ufffdb",{"\ufffd":"\ufffd\ufffd"},"\ud83d\ude00"]
return ["a\ud800b", { "\udc00": "\udc00\ud800" }, "\ud83d\ude00"];
