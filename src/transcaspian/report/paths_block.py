"""The most used paths of every main route, and cargo by exit: what a planner looks at first."""

from collections.abc import Mapping

import polars as pl

from transcaspian.report.blocks import CaseLike, Fold, HtmlTable
from transcaspian.report.markup import ColumnView, frame_table
from transcaspian.report.names import REFERENCE, Names
from transcaspian.report.worded import worded
from transcaspian.units import HOURS_PER_DAY, MT_TO_T

__all__ = ["exits_fold", "outlook_table", "paths_fold"]

PATHS, EXITS, SHIFTS = "freight_route_path_year", "freight_exit_year", "freight_exit_shift_year"
LEAST_SHIFT_MT = 0.005


def paths_fold(
    tables: Mapping[str, pl.DataFrame], case: CaseLike, names: Names, year: int
) -> Fold | None:
    """Return the ten paths with most tonnes of every route; None where the run has none."""
    paths = tables.get(PATHS)
    if paths is None or paths.is_empty():
        return None
    scenario = paths["scenario"][0]
    places = dict(case.tables["freight/nodes"].select("node", "name").iter_rows())
    shown = paths.filter(
        pl.col("scenario") == scenario, pl.col("run") == REFERENCE, pl.col("year") == year
    ).select(
        "route",
        "rank",
        "form",
        kt=pl.col("tonnes") / 1e3,
        share="share_of_route",
        money="money_usd_per_t",
        days=pl.col("time_h") / HOURS_PER_DAY,
        way=pl.col("nodes").str.split(";").list.eval(pl.element().replace(places)).list.join(" · "),
    )
    shown = worded(shown, route=("route", names.route))
    views = (
        ColumnView("route", "Route"),
        ColumnView("rank", "No."),
        ColumnView("form", "Form"),
        ColumnView("kt", "Cargo", "kt", "number"),
        ColumnView("share", "Of the route", "", "share"),
        ColumnView("money", "Charges", "USD/t", "number"),
        ColumnView("days", "Door to door", "days", "number"),
        ColumnView("way", "Way"),
    )
    table = frame_table(
        shown, views, f"The ten paths with most tonnes of every main route in {year}", f"route_paths_{year}.csv"
    )  # fmt: skip
    return Fold("The most used paths of every main route", (table,))


def exits_fold(tables: Mapping[str, pl.DataFrame], case: CaseLike, names: Names) -> Fold | None:
    """Return cargo by exit and what projects move between exits; None where none are told."""
    exits = tables.get(EXITS)
    if exits is None or exits.is_empty():
        return None
    called = dict(case.tables["freight/exits"].select("exit", "name").iter_rows())
    parts = [_by_exit(exits, called, names)]
    shifts = tables.get(SHIFTS)
    if shifts is not None and shifts.height:
        parts.append(_shifts(shifts, called, names))
    return Fold("Cargo by exit, and what projects move between exits", tuple(parts))


def outlook_table(tables: Mapping[str, pl.DataFrame]) -> HtmlTable | None:
    """Return published forecasts beside the model, with the reason; None where there are none."""
    outlooks = tables.get("freight_outlooks")
    if outlooks is None or outlooks.is_empty():
        return None
    views = (
        ColumnView("name", "Forecast, plan or goal"),
        ColumnView("year", "For", "", "year"),
        ColumnView("published", "Published", "", "number"),
        ColumnView("unit", "Unit"),
        ColumnView("scenario", "Scenario"),
        ColumnView("model_year", "Model year", "", "year"),
        ColumnView("modelled", "Model", "", "number"),
        ColumnView("reason", "Why they differ"),
        ColumnView("source", "Source"),
    )
    title = "Published forecasts and plans beside the model, without any project"
    return frame_table(outlooks, views, title, "freight_outlooks.csv")


def _by_exit(exits: pl.DataFrame, called: Mapping[str, str], names: Names) -> HtmlTable:
    scenario = exits["scenario"][0]
    total = (
        exits.filter(pl.col("scenario") == scenario)
        .group_by("run", "exit", "year", maintain_order=True)
        .agg(mt=pl.col("tonnes").sum() / MT_TO_T)
        .with_columns(
            pl.col("exit").replace(called),
            pl.col("year").cast(pl.String),
        )
        .pipe(worded, run=("run", names.run))
    )
    years = total["year"].unique().sort().to_list()
    pivot = total.pivot("year", index=["run", "exit"], values="mt", aggregate_function="sum")
    views = [ColumnView("run", "Run"), ColumnView("exit", "Exit")]
    views += [ColumnView(year, year, "Mt", "number") for year in years]
    return frame_table(pivot, views, "Net tonnes by exit", "exit_tonnes.csv")


def _shifts(shifts: pl.DataFrame, called: Mapping[str, str], names: Names) -> HtmlTable:
    scenario, year = shifts["scenario"][0], shifts["year"].to_list()[-1]
    shown = (
        shifts.filter(pl.col("scenario") == scenario, pl.col("year") == year)
        .select(
            "run",
            pl.col("from_exit").replace({**called, "none": "No exit"}),
            pl.col("to_exit").replace({**called, "none": "No exit"}),
            mt=pl.col("tonnes") / MT_TO_T,
        )
        .filter(pl.col("mt") >= LEAST_SHIFT_MT)
        .sort("run", "mt", descending=[False, True])
        .pipe(worded, run=("run", names.run))
    )
    views = (
        ColumnView("run", "Run"),
        ColumnView("from_exit", "From"),
        ColumnView("to_exit", "To"),
        ColumnView("mt", "Cargo", "Mt", "number"),
    )
    return frame_table(shown, views, f"What each project moves between exits in {year}, net tonnes", "exit_shifts.csv")  # fmt: skip
