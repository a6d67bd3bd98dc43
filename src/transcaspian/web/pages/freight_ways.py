"""Freight: the paths that cargo takes, the exits it leaves by, and what others have forecast."""

import polars as pl

from transcaspian.report.names import REFERENCE
from transcaspian.report.worded import worded
from transcaspian.units import HOURS_PER_DAY, MT_TO_T
from transcaspian.web.blocks import Block, Column, Table
from transcaspian.web.pages.common import frame_table, project_name
from transcaspian.web.runs import Run
from transcaspian.web.urls import run_page
from transcaspian.web.view import View

__all__ = ["exit_tables", "outlook_table", "path_table"]

PATHS, EXITS, SHIFTS = "freight_route_path_year", "freight_exit_year", "freight_exit_shift_year"
OUTLOOKS = "freight_outlooks"
NO_EXIT = "none"  # cargo that passed no exit before, or passes none now
LEAST_SHIFT_T = 5e3  # smaller ones would print as zero million tonnes


def path_table(
    run: Run, view: View, scenario: str, wanted: str, year: int, routes: list[str]
) -> list[Block]:
    """Return the ten paths with most tonnes of each of `routes`, in one year with one project."""
    t = view.t
    paths = _of(run, PATHS, scenario, wanted, year)
    if paths.is_empty():
        return []
    paths = paths.filter(pl.col("route").is_in(routes)).with_columns(
        kt=pl.col("tonnes") / 1e3, days=pl.col("time_h") / HOURS_PER_DAY
    )
    shown = worded(
        paths,
        name=("route", lambda route: view.name(run.names.route(route))),
        way=("nodes", lambda nodes: _way(run, view, nodes)),
    )
    columns = (
        Column("name", t("Route")),
        Column("rank", t("No."), kind="whole"),
        Column("form", t("Form"), kind="word"),
        Column("kt", t("Cargo"), "kt", "number"),
        Column("share_of_route", t("Of the route"), "", "share"),
        Column("money_usd_per_t", t("Money"), "USD/t", "number"),
        Column("days", t("Door to door"), "days", "number"),
        Column("way", t("Way")),
    )
    title = t("The ten paths with most tonnes of every main route in {year}", year=year)
    return [frame_table(run, view, shown, columns, key="paths", title=title, of=PATHS)]


def exit_tables(run: Run, view: View, scenario: str, wanted: str, year: int) -> list[Block]:
    """Return net tonnes by exit and year, and what the project in place moves between exits."""
    exits = run.table(EXITS)
    if exits.is_empty():
        return []
    own = exits.filter(pl.col("scenario") == scenario, pl.col("run") == wanted)
    if own.is_empty():
        return []
    blocks: list[Block] = [_by_exit(run, view, own, wanted)]
    if wanted != REFERENCE:
        shifts = _of(run, SHIFTS, scenario, wanted, year)
        shifts = shifts if shifts.is_empty() else shifts.filter(pl.col("tonnes") >= LEAST_SHIFT_T)
        if shifts.height:
            blocks.append(_shift_table(run, view, shifts, wanted, year))
    return blocks


def outlook_table(run: Run, view: View) -> list[Block]:
    """Return published forecasts and plans beside the model, each with the reason of the gap."""
    t = view.t
    outlooks = run.table(OUTLOOKS)
    if outlooks.is_empty():
        return []
    shown = worded(
        outlooks,
        name=("name", view.name),
        reason=("reason", view.name),
        case=("scenario", lambda name: view.name(run.names.scenarios.get(name, name))),
    )
    columns = (
        Column("name", t("Forecast, plan or goal")),
        Column("year", t("Year"), kind="year"),
        Column("published", t("Published"), "", "number"),
        Column("modelled", t("Model"), "", "number"),
        Column("unit", t("Unit"), kind="word"),
        Column("model_year", t("Model year"), kind="year"),
        Column("case", t("Scenario")),
        Column("reason", t("Why they differ")),
    )
    title = t("Published forecasts and plans beside the model, without any project")
    return [frame_table(run, view, shown, columns, key="outlooks", title=title, of=OUTLOOKS)]


def _of(run: Run, table: str, scenario: str, wanted: str, year: int) -> pl.DataFrame:
    """Return the rows of one scenario, run and year; none where an older run lacks the table."""
    rows = run.table(table)
    if rows.is_empty():
        return rows
    return rows.filter(
        pl.col("scenario") == scenario, pl.col("run") == wanted, pl.col("year") == year
    )


def _way(run: Run, view: View, nodes: str) -> str:
    return " · ".join(view.name(run.names.nodes.get(node, node)) for node in nodes.split(";"))


def _exit_name(run: Run, view: View, key: str) -> str:
    if key == NO_EXIT:
        return view.t("No exit")
    table = run.case.tables["freight/exits"]
    return view.name(dict(table.select("exit", "name").iter_rows()).get(key, key))


def _by_exit(run: Run, view: View, own: pl.DataFrame, wanted: str) -> Table:
    t = view.t
    total = (
        own.group_by("exit", "year", maintain_order=True)
        .agg(mt=pl.col("tonnes").sum() / MT_TO_T)
        .with_columns(pl.col("year").cast(pl.String))
    )
    years = total["year"].unique().sort().to_list()
    wide = total.pivot("year", index="exit", values="mt").select("exit", *years)
    wide = wide.sort(years[-1], descending=True, nulls_last=True)
    shown = worded(wide, name=("exit", lambda key: _exit_name(run, view, key)))
    columns = [Column("name", t("Exit"))]
    columns += [Column(year, year, "Mt", "number") for year in years]
    title = t("Net tonnes by exit, {project}", project=project_name(run, view, wanted))
    return frame_table(run, view, shown, columns, key="exits", title=title, of=EXITS)


def _shift_table(run: Run, view: View, shifts: pl.DataFrame, wanted: str, year: int) -> Table:
    t = view.t
    shown = worded(
        shifts.with_columns(mt=pl.col("tonnes") / MT_TO_T).sort("mt", descending=True),
        before=("from_exit", lambda key: _exit_name(run, view, key)),
        after=("to_exit", lambda key: _exit_name(run, view, key)),
    )
    columns = (
        Column("before", t("Exit before")),
        Column("after", t("Exit with the project")),
        Column("mt", t("Cargo"), "Mt", "number"),
    )
    title = t(
        "What {project} moves between exits in {year}",
        project=project_name(run, view, wanted),
        year=year,
    )
    links = [view.link(run_page(run.key, "projects", wanted))] * shown.height
    return frame_table(
        run, view, shown, columns, key="exit-shifts", title=title, of=SHIFTS, links=links,
        note=view.t("Shifts below five thousand tonnes are left out."),
    )  # fmt: skip
