"""The command line: each command parses, calls one function, prints."""

import os

# Sums of a threaded algebra library depend on how many processors a machine has; `verify` asks for
# the same bits on another one. Rooms run side by side by themselves. It counts once numpy is loaded.
for _name in (
    "BLIS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
):
    os.environ[_name] = "1"
