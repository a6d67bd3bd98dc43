"""Portfolio: which projects a joint vehicle pays for and when, and what each party gets back."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transcaspian.portfolio.choose import Chosen, Selection, SelectOptions, select
    from transcaspian.portfolio.model import Objective
    from transcaspian.portfolio.problem import (
        BuildCapacity,
        Bundle,
        Candidate,
        Exclusion,
        Option,
        Party,
        Precedence,
        SelectionProblem,
        ShareLimit,
    )

_HOMES = {
    "BuildCapacity": "problem",
    "Bundle": "problem",
    "Candidate": "problem",
    "Chosen": "choose",
    "Exclusion": "problem",
    "Objective": "model",
    "Option": "problem",
    "Party": "problem",
    "Precedence": "problem",
    "SelectOptions": "choose",
    "Selection": "choose",
    "SelectionProblem": "problem",
    "ShareLimit": "problem",
    "select": "choose",
}

__all__ = [
    "BuildCapacity",
    "Bundle",
    "Candidate",
    "Chosen",
    "Exclusion",
    "Objective",
    "Option",
    "Party",
    "Precedence",
    "SelectOptions",
    "Selection",
    "SelectionProblem",
    "ShareLimit",
    "select",
]


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(f"transcaspian.portfolio.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'transcaspian.portfolio' has no attribute {name!r}")
