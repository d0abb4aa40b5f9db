"""How many o200k tokens a text costs: exactly where the ranks are on the machine, otherwise an estimate that says it is one."""
