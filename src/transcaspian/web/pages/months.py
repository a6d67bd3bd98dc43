"""Months: their names, their hours, and the flows of one month where a run has them.

A run may hold flows by month in tables of their own. Where it does not, the hours that it keeps of
the cables that a project brings are summed; other lines then have no flow of the month.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from babel.dates import get_month_names

from transcaspian.report.names import REFERENCE
from transcaspian.units import DAYS_OF_MONTH
from transcaspian.web.blocks import Choice
from transcaspian.web.pages.common import option
from transcaspian.web.runs import Run
from transcaspian.web.view import View

__all__ = [
    "FIRST_DAYS",
    "MONTHS",
    "MONTH_TABLES",
    "MonthFlows",
    "chosen_month",
    "month_choice",
    "month_flows",
    "month_letters",
    "month_name",
    "month_of_hour",
]

HOURS_PER_DAY = 24
HOURS_PER_YEAR = 8760
MONTHS = tuple(range(1, 13))
# Model years have 365 days.
FIRST_DAYS = tuple(sum(DAYS_OF_MONTH[:place]) for place in range(12))
# Flows by month: scenario, run, year, month, link, and the columns of the yearly table.
MONTH_TABLES = {"power": "power_link_month", "freight": "freight_link_month"}
FULL_MW = 0.5  # hours are kept in single precision: this close to its limit a cable is full


@dataclass(frozen=True, slots=True)
class MonthFlows:
    """Flows of one month in the columns of the yearly table, and the links that they cover.

    frame: one row a run and link, hours at the limit scaled to a year. is_whole: whether every
    link is in it. table: the result table that they come from.
    """

    frame: pl.DataFrame
    is_whole: bool
    table: str


def month_name(view: View, month: int) -> str:
    """Return the name of a month, 1 to 12, as it stands alone."""
    names = get_month_names("wide", context="stand-alone", locale=view.language.code)
    return str(names[month])


def month_letters(view: View) -> tuple[str, ...]:
    """Return the first letters of the twelve months."""
    return tuple(month_name(view, month)[:1].upper() for month in MONTHS)


def chosen_month(view: View) -> int:
    """Return the month that the reader asked for, 0 for the whole year; NotFoundError for others."""
    wanted = view.get("month")
    return int(option(wanted, [str(month) for month in MONTHS], "month")) if wanted else 0


def month_choice(view: View, month: int, *, has_year: bool) -> Choice:
    """Return the choice of month, the whole year first where it can be shown."""
    options: tuple[tuple[str, str], ...] = (("", view.t("whole year")),) if has_year else ()
    options += tuple((str(each), month_name(view, each)) for each in MONTHS)
    return Choice("month", view.t("Month"), options, str(month) if month else "")


def month_of_hour(hour: pl.Expr) -> pl.Expr:
    """Return the month, 1 to 12, of an hour of the year that counts from 0."""
    starts = [day * HOURS_PER_DAY for day in FIRST_DAYS[1:]]
    return 1 + pl.sum_horizontal((hour >= start).cast(pl.Int64) for start in starts)


def month_flows(
    run: Run, sector: str, scenario: str, runs: Sequence[str], years: Sequence[int], month: int
) -> MonthFlows | None:
    """Return the flows of a month in `runs`; None where the run folder has none."""
    table = MONTH_TABLES[sector]
    if run.has(table):
        rows = run.table(table).filter(
            pl.col("scenario") == scenario,
            pl.col("run").is_in(list(runs)),
            pl.col("year").is_in(list(years)),
            pl.col("month") == month,
        )
        if rows.height:
            return MonthFlows(_scaled(rows, month) if sector == "power" else rows, True, table)
    if sector != "power":
        return None
    rows = _from_hours(run, scenario, runs, years, month)
    return MonthFlows(_scaled(rows, month), False, "power_link_hourly") if rows.height else None


def _scaled(rows: pl.DataFrame, month: int) -> pl.DataFrame:
    """Return hours at the limit as if the whole year went on like this month."""
    factor = HOURS_PER_YEAR / (DAYS_OF_MONTH[month - 1] * HOURS_PER_DAY)
    return rows.with_columns(
        pl.col("hours_forward_full", "hours_reverse_full").cast(pl.Float64) * factor
    )


def _from_hours(
    run: Run, scenario: str, runs: Sequence[str], years: Sequence[int], month: int
) -> pl.DataFrame:
    """Return the sums of the hours that are kept of the cables that a project brings."""
    first = FIRST_DAYS[month - 1] * HOURS_PER_DAY
    last = first + DAYS_OF_MONTH[month - 1] * HOURS_PER_DAY
    keys = ["scenario", "run", "year", "link"]
    wanted = [name for name in runs if name != REFERENCE]
    hours = (
        run.scan("power_link_hourly")
        .with_columns(pl.col("scenario", "run", "link").cast(pl.String))
        .filter(
            pl.col("scenario") == scenario,
            pl.col("run").is_in(wanted),
            pl.col("year").is_in(list(years)),
            pl.col("hour") >= first,
            pl.col("hour") < last,
        )
        .select(*keys, pl.col("mw").cast(pl.Float64))
        .collect()
    )
    limits = run.table("power_link_year").select(*keys, "p_nom_mw", "p_nom_reverse_mw")
    return (
        hours.join(limits, on=keys, how="inner", maintain_order="left")
        .group_by(keys, maintain_order=True)
        .agg(
            forward_mwh=pl.col("mw").clip(lower_bound=0.0).sum(),
            reverse_mwh=(-pl.col("mw")).clip(lower_bound=0.0).sum(),
            hours_forward_full=_full(pl.col("mw"), pl.col("p_nom_mw")),
            hours_reverse_full=_full(-pl.col("mw"), pl.col("p_nom_reverse_mw")),
        )
    )


def _full(flow: pl.Expr, limit: pl.Expr) -> pl.Expr:
    return ((limit > FULL_MW) & (flow >= limit - FULL_MW)).sum()
