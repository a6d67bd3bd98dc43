"""Terminals whose queue is the sea crossing's: their own waiting is not that of their load.

The crossing simulates berths, ships and weather together; freight takes its hours as part of the
voyage. Such a terminal has no wait of its own to show, however full it is.
"""

from collections.abc import Iterable

import polars as pl

from transcaspian.report.freight_section import crossing_terminals
from transcaspian.web.runs import Run
from transcaspian.web.view import View

__all__ = ["own_delay", "queued_at_sea", "sea_note"]


def queued_at_sea(run: Run) -> frozenset[str]:
    """Return the terminals whose queue stands in the crossing's hours."""
    return frozenset(crossing_terminals(run.case))


def own_delay(key: str, at_sea: Iterable[str]) -> pl.Expr:
    """Return `delay_h` of the thing that column `key` names; null where the crossing holds it."""
    is_at_sea = pl.col(key).is_in(sorted(at_sea))
    return pl.when(~is_at_sea).then(pl.col("delay_h")).alias("delay_h")


def sea_note(view: View, at_sea: Iterable[str], shown: Iterable[str]) -> str:
    """Return the remark under a table whose rows have terminals of the crossing; else nothing."""
    if not set(at_sea) & set(shown):
        return ""
    return view.t(
        "Terminals without a wait here queue as part of the sea crossing: their hours stand under"
        " Crossing and in the time of the voyage."
    )
