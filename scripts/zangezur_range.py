"""What the Zangezur ways are worth over the range of what is not known, and whose cargo they take.

    python scripts/zangezur_range.py [YEAR]

Prints the shippers' gain of a year with the railway, with the road and with both, at the gauge changes of
24, 48 and 72 h on both ways to Kars, at half of it at Sadarak alone, and with the trade of the South Caucasus at
1.0, 1.3 and 1.5 times that of 2015; and the exits that the cargo comes from. `docs/case_freight.md`
quotes it.
"""

import sys
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import polars as pl

from transcaspian import freight
from transcaspian.case.read import read_case
from transcaspian.case.tables import YearView
from transcaspian.study.crossing_room import CrossingRoom
from transcaspian.study.exits import exit_shifts
from transcaspian.study.freight_room import catalogue_views

YEAR = 2035
YARDS = ("AKHALKALAKI", "SADARAK")
RAIL = ("HORADIZ_AGHBAND", "TRIPP_RAIL", "NAKHCHIVAN_RAIL", "KARS_DILUCU")
ROAD = ("ZANGEZUR_ROAD", "TRIPP_ROAD")
VARIANTS = {"railway": RAIL, "road": ROAD, "both": (*RAIL, *ROAD)}
CAUCASUS = ("AM", "AZ", "EU27", "IR", "NX", "RU", "TR")
TRADE_OF_BASE = 1.3
USD_PER_MUSD = 1e6


def with_hours(view: YearView, hours: Mapping[str, float]) -> YearView:
    """Return the view with the given time at some terminals [h]."""
    terminals = view.tables["freight/terminals"]
    time = pl.col("terminal").replace_strict(hours, default=None, return_dtype=pl.Float64)
    changed = terminals.with_columns(time_h=pl.coalesce(time, "time_h"))
    return replace(view, tables=MappingProxyType({**view.tables, "freight/terminals": changed}))


def with_trade(view: YearView, factor: float) -> YearView:
    """Return the view with the trade of the South Caucasus times a factor."""
    demand = view.tables["freight/demand"]
    is_trade = pl.col("origin").is_in(CAUCASUS) & pl.col("destination").is_in(CAUCASUS)
    tonnes = pl.col("tonnes") * pl.when(is_trade).then(factor).otherwise(1.0)
    changed = demand.with_columns(tonnes=tonnes)
    return replace(view, tables=MappingProxyType({**view.tables, "freight/demand": changed}))


def cases() -> dict[str, tuple[Mapping[str, float], float]]:
    """Return hours at the yards and the factor of trade, by a name for people."""
    both = {
        f"{hours} h at both": (dict.fromkeys(YARDS, float(hours)), 1.0) for hours in (24, 48, 72)
    }
    apart = {
        "48 h, 24 h at Sadarak": ({YARDS[0]: 48.0, YARDS[1]: 24.0}, 1.0),
        "72 h, 36 h at Sadarak": ({YARDS[0]: 72.0, YARDS[1]: 36.0}, 1.0),
    }
    trade = {
        f"48 h, trade {factor:g}": (dict.fromkeys(YARDS, 48.0), factor / TRADE_OF_BASE)
        for factor in (0.0, 1.0, 1.5)
    }
    return {**both, **apart, **trade}


def main(year: int) -> None:
    """Print both tables."""
    case = read_case()
    paths = freight.collect_paths(catalogue_views(case))
    room = CrossingRoom()
    say = sys.stdout.write
    for name, (hours, factor) in cases().items():
        results = {
            run: room.assign(
                with_trade(with_hours(case.at(year, projects=projects), hours), factor), paths
            )
            for run, projects in {"reference": (), **VARIANTS}.items()
        }
        without = results["reference"].freight.user_cost_usd
        gains = {
            run: (without - result.freight.user_cost_usd) / USD_PER_MUSD
            for run, result in results.items()
            if run != "reference"
        }
        say(f"{name}: " + ", ".join(f"{run} {gain:.1f}" for run, gain in gains.items()) + "\n")
        tables = {
            run: freight.freight_tables(r.freight)["freight_exits"] for run, r in results.items()
        }
        if name == "48 h at both":
            _print_exits(tables, year)
        btk = tables["reference"].filter(pl.col("exit") == "btk")["tonnes"].sum() / USD_PER_MUSD
        say(f"  Baku-Tbilisi-Kars without projects {btk:.3f} Mt\n")
        sys.stdout.flush()


def _print_exits(tables: Mapping[str, pl.DataFrame], year: int) -> None:
    exits = pl.concat(
        [
            frame.with_columns(scenario=pl.lit("reference"), run=pl.lit(run), year=pl.lit(year))
            for run, frame in tables.items()
        ]
    )
    total = exits.group_by("run", "exit", maintain_order=True).agg(kt=pl.col("tonnes").sum() / 1e3)
    with pl.Config(tbl_rows=200):
        sys.stdout.write(f"{total.pivot('run', index='exit', values='kt')}\n{exit_shifts(exits)}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else YEAR)
