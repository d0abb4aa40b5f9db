// class: results and arguments; ends: result
// hole: wire.py reads what holds a lone surrogate again, with Python's own limit of depth
let o = 1;
for (let i = 0; i < 600; i++) o = [o];
return ["\ud800", o];
