"""The register of promises: what was agreed, what became of it, and how sure that is.

Public names are loaded when they are first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transcaspian.register.read import read_packaged, read_register
    from transcaspian.register.status import STATUSES, Verdict, judge_all
    from transcaspian.register.tables import Register

__all__ = [
    "STATUSES",
    "Register",
    "Verdict",
    "judge_all",
    "read_packaged",
    "read_register",
]

_HOMES = {
    "Register": "tables",
    "STATUSES": "status",
    "Verdict": "status",
    "judge_all": "status",
    "read_packaged": "read",
    "read_register": "read",
}


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(f"transcaspian.register.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'transcaspian.register' has no attribute {name!r}")
