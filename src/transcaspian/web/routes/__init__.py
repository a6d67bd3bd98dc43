"""One router a noun: each route parses, calls one page function and answers."""
