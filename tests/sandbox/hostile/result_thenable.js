// class: results and arguments; returns: "stolen"
return { then(yes) { yes("stolen"); yes("again"); throw new Error("late"); } };
