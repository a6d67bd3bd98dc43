"""The mark below every hourly chart whose zones have made, not measured, hours."""

from collections.abc import Iterable

import polars as pl

from transcaspian.report.blocks import CaseLike
from transcaspian.report.names import Names

__all__ = ["SIGN", "WORDS", "synthetic_kinds", "synthetic_mark"]

SIGN = "▨"  # the hatch of assumed and synthetic inputs, in text
INFO = "power/profile_info"
WORDS = {
    "load": "load",
    "wind": "wind",
    "solar": "sun",
    "hydro": "rivers",
    "must_run": "heating",
    "price": "prices of the exchange",
}


def synthetic_mark(case: CaseLike, names: Names, buses: Iterable[str]) -> str:
    """Return what is synthetic of the zones of a chart, zone by zone; '' where nothing is."""
    by_kinds: dict[str, list[str]] = {}
    for bus, kinds in synthetic_kinds(case, buses).items():
        listed = ", ".join(WORDS[kind] for kind in kinds)
        by_kinds.setdefault(listed, []).append(str(names.bus(bus)))
    parts = [f"{'; '.join(zones)} ({kinds})" for kinds, zones in by_kinds.items()]
    return f" {SIGN} Synthetic hours: {'; '.join(parts)}." if parts else ""


def synthetic_kinds(case: CaseLike, buses: Iterable[str]) -> dict[str, list[str]]:
    """Return the kinds of synthetic series (see WORDS) of every zone that has any."""
    info = case.tables.get(INFO, pl.DataFrame())
    if info.is_empty():
        return {}
    made = info.filter(pl.col("confidence") == "synthetic")
    found = {bus: set(made.filter(pl.col("bus") == bus)["kind"].to_list()) for bus in buses}
    return {
        bus: [kind for kind in WORDS if kind in kinds]
        for bus, kinds in found.items()
        if kinds.intersection(WORDS)
    }
