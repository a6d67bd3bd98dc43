"""Plans, prices and tracks the Trans-Caspian corridor: power cable, freight, finance, promises.

Public names are loaded when they are first used, so that `import transcaspian` stays quick.
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transcaspian import appraisal, crossing, freight, portfolio, power, register
    from transcaspian.case.read import read_case
    from transcaspian.case.tables import Case
    from transcaspian.results.read import read_run
    from transcaspian.results.tables import Results
    from transcaspian.study import run_study

__all__ = [
    "Case",
    "Results",
    "appraisal",
    "crossing",
    "freight",
    "portfolio",
    "power",
    "read_case",
    "read_run",
    "register",
    "run_study",
]

__version__ = "0.1.0"

# Polars adds up the groups of a frame by parts, whose order changes from call to call, and with it
# the last bits of every sum; this has each group added in the order of its rows.
os.environ.setdefault("POLARS_NO_PARTITION", "1")

_HOMES = {
    "Case": "transcaspian.case.tables",
    "Results": "transcaspian.results.tables",
    "read_case": "transcaspian.case.read",
    "read_run": "transcaspian.results.read",
    "run_study": "transcaspian.study",
}
_ROOMS = ("appraisal", "crossing", "freight", "portfolio", "power", "register")


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    if name in _ROOMS:
        return import_module(f"transcaspian.{name}")
    raise AttributeError(f"module 'transcaspian' has no attribute {name!r}")
