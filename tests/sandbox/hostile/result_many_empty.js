// class: results and arguments; ends: cpu memory bytes result
// a few bytes of text each, many more where it is read
return new Array(2000).fill(new Array(1000).fill([]));
