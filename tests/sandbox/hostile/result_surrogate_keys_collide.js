// class: results and arguments; returns: {"\ufffd":2}
return { "\ud800": 1, "\udfff": 2 };
