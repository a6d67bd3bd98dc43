"""Two or more runs side by side: inputs that differ, outputs that differ, the map of differences."""

from collections.abc import Mapping, Sequence

import polars as pl

from transcaspian.errors import InputError, NotFoundError
from transcaspian.report.geography import Projection
from transcaspian.report.map_flows import Flow, Layer
from transcaspian.report.map_view import draw_view, marks_of
from transcaspian.report.names import REFERENCE
from transcaspian.report.worded import worded
from transcaspian.results.theme import EN_DASH
from transcaspian.web.blocks import Block, Choice, Column, Drawing, Link, Links, Note, Page, Table
from transcaspian.web.pages.common import (
    nearest_year,
    option,
    projects_of,
    scenario_name,
    years_of,
)
from transcaspian.web.pages.flow_map import (
    SECTOR_TABLES,
    MapWords,
    map_features,
    map_legend,
    sector_layer,
)
from transcaspian.web.runs import Run
from transcaspian.web.urls import compare, run_page
from transcaspian.web.view import View

__all__ = ["compare_page"]

OTHER = "other"  # key of the second run's flows in the layer of differences


def compare_page(runs: Mapping[str, Run], view: View) -> Page:
    """Return what differs between the runs that the address names, or the first two."""
    t = view.t
    chosen = _chosen(runs, view)
    if len(chosen) < 2:
        note = Note(t("There are not two runs to compare: start the pages with more run folders."))
        return Page("compare", t("Compare"), "", (note,), section="compare")
    shared = [name for name in chosen[0].scenarios if all(name in run.scenarios for run in chosen)]
    if not shared:
        raise InputError("The runs share no scenario.")
    scenario = option(view.get("scenario"), shared, "shared scenario")
    years = [year for year in chosen[0].years if all(_has(run, scenario, year) for run in chosen)]
    year, notes = nearest_year(chosen[0], view, years, scenario)
    blocks: list[Block] = [
        *notes,
        _inputs(view, chosen),
        *_values(view, chosen, scenario),
        *_prices(view, chosen, scenario),
    ]
    if year:
        blocks += _maps(view, chosen, scenario, year)
    blocks.append(_pairs(view, runs))
    choices = (
        Choice("scenario", t("Scenario"), tuple((name, scenario_name(chosen[0], view, name)) for name in shared), scenario),
        Choice("year", t("Year"), tuple((str(each), str(each)) for each in years), str(year or "")),
    )  # fmt: skip
    names = ", ".join(run.key for run in chosen)
    lead = t(
        "What differs between {names}: inputs first, then what follows from them.", names=names
    )
    return Page("compare", t("Compare"), lead, tuple(blocks), choices, section="compare")


def _has(run: Run, scenario: str, year: int) -> bool:
    """Return whether the flows of a run have the scenario in the year."""
    return any(year in years_of(run, table, scenario) for table in SECTOR_TABLES.values())


def _chosen(runs: Mapping[str, Run], view: View) -> tuple[Run, ...]:
    """Return the runs to compare, those whose case is at hand; NotFoundError for a wrong key."""
    keys = [key for key in view.get("runs").split(",") if key] or list(runs)[:2]
    for key in keys:
        if key not in runs:
            raise NotFoundError(f"There is no run {key!r}; there are {', '.join(runs) or 'none'}.")
    return tuple(runs[key] for key in dict.fromkeys(keys) if runs[key].has_case)


def _source(view: View, runs: Sequence[Run], table: str) -> str:
    return view.t("Table {table} of {runs}", table=table, runs=", ".join(run.key for run in runs))


def _inputs(view: View, runs: Sequence[Run]) -> Block:
    """Return the figures that are not the same in all runs."""
    t = view.t
    keys = ["table", "row", "column"]
    joined = runs[0].table("assumptions").select(*keys, value_0="value", unit="unit", confidence="confidence")  # fmt: skip
    for place, run in enumerate(runs[1:], start=1):
        other = run.table("assumptions").select(*keys, **{f"value_{place}": pl.col("value")})
        joined = joined.join(other, on=keys, how="full", coalesce=True, maintain_order="left_right")
    values = [f"value_{place}" for place in range(len(runs))]
    same = pl.all_horizontal(pl.col(values[0]).eq_missing(pl.col(name)) for name in values[1:])
    differing = joined.filter(~same)
    if differing.is_empty():
        return Note(t("The inputs of the runs are the same."))
    columns = (
        Column("row", t("What")),
        Column("table", t("Table")),
        Column("column", t("Figure")),
        *(Column(name, run.key) for name, run in zip(values, runs, strict=True)),
        Column("unit", t("Unit")),
        Column("confidence", t("Confidence"), kind="word"),
    )
    rows = worded(differing, column=("column", view.column), unit=("unit", view.word))
    return Table(
        "inputs",
        view.tn("{count} input differs", "{count} inputs differ", differing.height),
        columns,
        tuple(rows.select([column.name for column in columns]).iter_rows()),
        _source(view, runs, "assumptions"),
        t("as the row says"),
    )


def _values(view: View, runs: Sequence[Run], scenario: str) -> list[Block]:
    """Return the NPV of every project in every run, and the difference from the first run."""
    t = view.t
    names: dict[str, str] = {}
    found: list[dict[str, float]] = []
    solved: list[tuple[int, ...]] = []
    for run in runs:
        own, terms = projects_of(run, scenario)
        solved.append(terms.years)
        names |= dict(own.select("project", "name").iter_rows())
        found.append(dict(own.select("project", "npv_musd").iter_rows()))
    columns = [Column("project", t("Project"))]
    columns += [Column(f"npv_{place}", run.key, "million USD", "number") for place, run in enumerate(runs)]  # fmt: skip
    columns += [
        Column(f"change_{place}", t("{run} less {first}", run=run.key, first=runs[0].key), "million USD", "difference")
        for place, run in enumerate(runs[1:], start=1)
    ]  # fmt: skip
    rows = []
    for project, name in names.items():
        npv = [values.get(project) for values in found]
        first = npv[0]
        changes = [None if value is None or first is None else value - first for value in npv[1:]]
        rows.append((view.name(name), *npv, *changes))
    rows.sort(key=lambda row: -max((abs(part) for part in row[len(runs) + 1 :] if part is not None), default=0.0))  # type: ignore[arg-type]  # fmt: skip
    notes: list[Block] = []
    if len(set(solved)) > 1:
        years = "; ".join(
            f"{run.key}: {', '.join(map(str, own))}" for run, own in zip(runs, solved, strict=True)
        )
        notes.append(Note(t("The values of the runs rest on different model years ({years}): a part of their difference comes of that.", years=years), "warning"))  # fmt: skip
    table = Table(
        "values",
        t("Net present value of every project"),
        tuple(columns),
        tuple(rows),
        _source(view, runs, "projects"),
        view.word("derived"),
        tuple(
            view.plain_link(run_page(runs[0].key, "projects", project))
            if project in found[0]
            else None
            for project in _order(rows, names, view)
        ),
        note=t("Of model years: {years}.", years=", ".join(map(str, solved[0])))
        if len(set(solved)) == 1
        else "",
    )
    return [*notes, table]


def _order(rows: Sequence[tuple[object, ...]], names: Mapping[str, str], view: View) -> list[str]:
    keys = {view.name(name): project for project, name in names.items()}
    return [keys[str(row[0])] for row in rows]


def _prices(view: View, runs: Sequence[Run], scenario: str) -> list[Block]:
    """Return the mean price by zone and year in every run, without any project."""
    t = view.t
    if not all(run.table("power_zone_year").height for run in runs):
        return []
    joined: pl.DataFrame | None = None
    for place, run in enumerate(runs):
        own = (
            run.table("power_zone_year")
            .filter(
                pl.col("scenario") == scenario,
                pl.col("run") == REFERENCE,
                pl.col("year").is_in(list(run.years)),
            )
            .select("bus", "year", pl.col("price_mean").alias(f"price_{place}"))
        )
        joined = own if joined is None else joined.join(own, on=["bus", "year"], how="inner", maintain_order="left")  # fmt: skip
    assert joined is not None
    last = f"price_{len(runs) - 1}"
    zoned = worded(joined, zone=("bus", lambda bus: view.name(runs[0].names.bus(bus))))
    rows = zoned.with_columns(change=pl.col(last) - pl.col("price_0")).sort(
        pl.col("change").abs(), "bus", "year", descending=[True, False, False])  # fmt: skip
    columns = (
        Column("zone", t("Zone")),
        Column("year", t("Year"), "", "year"),
        *(Column(f"price_{place}", run.key, "USD/MWh", "number") for place, run in enumerate(runs)),
        Column("change", t("Change"), "USD/MWh", "difference"),
    )
    return [
        Table(
            "prices",
            t("Mean prices without any project"),
            columns,
            tuple(rows.select([column.name for column in columns]).iter_rows()),
            _source(view, runs, "power_zone_year"),
            view.word("derived"),
        )
    ]


def _maps(view: View, runs: Sequence[Run], scenario: str, year: int) -> list[Block]:
    """Return the flows of the second run less those of the first, without any project."""
    t = view.t
    blocks: list[Block] = []
    for sector, table in SECTOR_TABLES.items():
        if not all(run.table(table).height for run in runs[:2]):
            continue
        first, second = (sector_layer(run, view, sector, scenario, REFERENCE) for run in runs[:2])
        layer = _joined(first, second, year)
        marks = marks_of(layer, OTHER, year, "change")
        title = t(
            "{sector} in {year}: {second} less {first}",
            sector=t("Electricity") if sector == "power" else t("Freight"),
            year=year,
            second=runs[1].key,
            first=runs[0].key,
        )
        if not marks:
            blocks.append(Note(t("{title}: nothing differs.", title=title)))
            continue
        words = MapWords(runs[0], view, layer, "change")
        blocks.append(
            Drawing(
                sector,
                title,
                draw_view(layer, marks, "change", Projection(), words),
                map_features(runs[0], layer, marks, words),
                map_legend(view, layer, "difference"),
            )
        )
    return blocks


def _joined(first: Layer, second: Layer, year: int) -> Layer:
    """Return the first layer with the second's flows as one more run."""
    flows: dict[tuple[str, int], Mapping[str, Flow]] = {
        (REFERENCE, year): first.flows.get((REFERENCE, year), {}),
        (OTHER, year): second.flows.get((REFERENCE, year), {}),
    }
    return Layer(
        first.key, first.title, first.unit, first.load_meaning, first.places, first.ways,
        (REFERENCE, OTHER), (year,), flows,
    )  # fmt: skip


def _pairs(view: View, runs: Mapping[str, Run]) -> Links:
    keys = list(runs)
    return Links(
        view.t("Other pairs"),
        tuple(
            Link(
                f"{first} {EN_DASH} {second}", view.plain_link(compare(), runs=f"{first},{second}")
            )
            for place, first in enumerate(keys)
            for second in keys[place + 1 :]
        ),
    )
