// class: results and arguments; returns: [9007199254740994,null,null,0,1e308,5e-324,null]
return [2 ** 53 + 2, NaN, -Infinity, -0, 1e308, 5e-324, new Date(NaN)];
