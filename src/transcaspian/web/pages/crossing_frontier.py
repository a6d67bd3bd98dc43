"""Which fleets and berths hold a wait, and what each costs: simulated when a reader asks for it."""

from collections.abc import Mapping
from threading import Lock
from typing import TypeAlias

import polars as pl

from transcaspian.case.tables import YearView
from transcaspian.crossing.search import SearchPlan, search_fleets
from transcaspian.report.charts import Spec
from transcaspian.results.theme import ACCENT, INK, MUTED
from transcaspian.web.blocks import Block, Chart, Choice, Column, Note, Table
from transcaspian.web.pages.common import option
from transcaspian.web.pages.crossing_names import service_names
from transcaspian.web.runs import Run
from transcaspian.web.view import View

__all__ = ["frontier_blocks", "frontier_choice"]

Counts: TypeAlias = Mapping[str, tuple[int, ...]]
LIMIT_H, WANTED_SHARE = 72.0, 0.9
BERTH_USD_PER_YEAR = 2e6  # assumed, as by the command `crossing search`
REPLICATIONS, SEED = 4, 0
MOST_SERVICES = 2
# A search takes seconds of a processor: one at a time, and its answer is kept as any page is.
_ONE_AT_A_TIME = Lock()


def _cargoes(run: Run) -> tuple[str, ...]:
    """Return the classes of cargo that cross in vessels."""
    return tuple(run.case.tables["crossing/cargoes"]["cargo"])


def frontier_choice(run: Run, view: View) -> Choice:
    """Return the choice of cargo whose fleets and berths are searched; none at first."""
    cargoes = ("", *_cargoes(run))
    chosen = option(view.get("frontier"), cargoes, "cargo")
    options = tuple((key, view.word(key) if key else view.t("not searched")) for key in cargoes)
    return Choice("frontier", view.t("Fleets and berths for"), options, chosen)


def frontier_blocks(run: Run, view: View, scenario: str, year: int) -> list[Block]:
    """Return the frontier of the cargo that the reader chose, or how to ask for one."""
    t = view.t
    cargo = view.get("frontier")
    if not cargo:
        text = t("Choose a cargo above to search which fleets and berths hold its wait, and at what cost.")  # fmt: skip
        return [Note(text)]
    at = run.case.at(year, scenario, ())
    vessels, berths = _varied(at, cargo)
    if not vessels:
        return [Note(t("No line carries this cargo in {year}.", year=year))]
    plan = SearchPlan(cargo, LIMIT_H, WANTED_SHARE, vessels, berths, BERTH_USD_PER_YEAR)
    with _ONE_AT_A_TIME:
        frame = search_fleets(at, plan, replications=REPLICATIONS, seed=SEED)
    return [_chart(run, view, frame, plan, year)]


def _varied(at: YearView, cargo: str) -> tuple[Counts, Counts]:
    """Return the counts to try: one vessel more on the largest lines, one berth more at their end."""
    services = at.tables["crossing/services"].filter(
        pl.col("count") > 0, pl.col("cargoes").str.split(";").list.contains(cargo)
    )
    largest = services.sort("count", "service", descending=[True, False]).head(MOST_SERVICES)
    if largest.is_empty():
        return {}, {}
    berth = str(largest["berths"][0]).split(";")[0]
    counts = dict(at.tables["crossing/berths"].select("berth", "count").iter_rows())
    vessels = {
        str(name): (int(count), int(count) + 1)
        for name, count in largest.select("service", "count").iter_rows()
    }
    return vessels, {berth: (int(counts[berth]), int(counts[berth]) + 1)}


def _chart(run: Run, view: View, frame: pl.DataFrame, plan: SearchPlan, year: int) -> Chart:
    t = view.t
    services = service_names(run, view)
    berths = dict(run.case.tables["crossing/berths"].select("berth", "name").iter_rows())
    named = {name: services.get(name, name) for name in plan.vessels}
    named |= {name: view.name(berths.get(name, name)) for name in plan.berths}
    columns = (
        *(Column(name, title, "", "whole") for name, title in named.items()),
        Column("cost_musd", t("Cost a year of what is varied"), "million USD", "number"),
        Column("within", t("Sails within {hours} h", hours=f"{LIMIT_H:g}"), "", "share"),
        Column("low", t("Lower end, 95 %"), "", "share"),
        Column("high", t("Upper end, 95 %"), "", "share"),
        Column("mean_h", t("Mean wait"), "h", "number"),
        Column("meets", t("Holds the wait")),
        Column("is_frontier", t("On the frontier")),
    )
    title = t("{cargo} in {year}: what a shorter wait costs", cargo=_capital(view.word(plan.cargo)), year=year)  # fmt: skip
    table = Table(
        "frontier-values",
        title,
        columns,
        tuple(frame.select([column.name for column in columns]).iter_rows()),
        t("Simulated now: {count} years of every combination, seed {seed}", count=REPLICATIONS, seed=SEED),
        t("derived from the case's inputs; a berth-year at 2 million USD is assumed"),
    )  # fmt: skip
    subtitle = t(
        "Share of units that sail within {hours} h against the yearly cost of vessels and berths;"
        " filled: no other is cheaper and at least as good; lines: 95 % intervals.",
        hours=f"{LIMIT_H:g}",
    )
    return Chart("frontier", title, subtitle, table, _spec(view, frame))


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]


def _spec(view: View, frame: pl.DataFrame) -> Spec:
    rows = frame.select("cost_musd", "within", "low", "high", "is_frontier").to_dicts()
    for row in rows:
        row["fill"] = ACCENT if row["is_frontier"] else "#ffffff"
    x = {"field": "cost_musd", "type": "quantitative", "title": view.word("million USD"), "scale": {"zero": False}}  # fmt: skip
    y = {"type": "quantitative", "title": view.t("Share of units"), "scale": {"zero": False}, "axis": {"format": ".0%"}}  # fmt: skip
    return {
        "height": 260,
        "data": {"values": rows},
        "layer": [
            {"mark": {"type": "rule", "color": MUTED},
             "encoding": {"x": x, "y": {"field": "low", **y}, "y2": {"field": "high"}}},
            {"transform": [{"filter": "datum.is_frontier"}], "mark": {"type": "line", "color": ACCENT},
             "encoding": {"x": x, "y": {"field": "within", **y}}},
            {"mark": {"type": "point", "filled": True, "size": 70, "stroke": INK, "opacity": 1},
             "encoding": {"x": x, "y": {"field": "within", **y},
                          "fill": {"field": "fill", "type": "nominal", "scale": None}}},
        ],
    }  # fmt: skip
