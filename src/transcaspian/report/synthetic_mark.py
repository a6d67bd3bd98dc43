"""The mark below every hourly chart whose zones have made, not measured, hours."""

from collections.abc import Iterable

import polars as pl

from transcaspian.report.blocks import CaseLike
from transcaspian.report.names import Names

__all__ = ["SIGN", "synthetic_mark"]

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
    info = case.tables.get(INFO, pl.DataFrame())
    if info.is_empty():
        return ""
    made = info.filter(pl.col("confidence") == "synthetic")
    by_kinds: dict[str, list[str]] = {}
    for bus in buses:
        kinds = made.filter(pl.col("bus") == bus)["kind"].to_list()
        listed = ", ".join(word for kind, word in WORDS.items() if kind in kinds)
        if listed:
            by_kinds.setdefault(listed, []).append(str(names.bus(bus)))
    parts = [f"{'; '.join(zones)} ({kinds})" for kinds, zones in by_kinds.items()]
    return f" {SIGN} Synthetic hours: {'; '.join(parts)}." if parts else ""
