"""What the announced slips of openings cost, from the dates of the register."""

from collections.abc import Mapping
from datetime import date

import polars as pl

from transcaspian.appraisal.again import ProjectFacts, RunFacts, ledger_of_run, models_of
from transcaspian.appraisal.money import MARGIN_YEARS
from transcaspian.appraisal.sensitivity import DAYS_PER_YEAR, announced_slips
from transcaspian.register.slips import Slip, find_slips
from transcaspian.register.tables import Register
from transcaspian.report.blocks import CaseLike, HtmlTable
from transcaspian.report.markup import ColumnView, frame_table
from transcaspian.report.names import Names
from transcaspian.report.terms import Terms

__all__ = ["announced_table"]

PROMISES = "projects/promises"
SCHEMA: dict[str, pl.DataType] = {
    "name": pl.String(),
    "subject": pl.String(),
    "vintages": pl.Int64(),
    "first_due": pl.Date(),
    "last_due": pl.Date(),
    "slip_years": pl.Float64(),
    "npv_change_spent_musd": pl.Float64(),
    "per_year_musd": pl.Float64(),
    "npv_change_musd": pl.Float64(),
}


def announced_table(
    tables: Mapping[str, pl.DataFrame],
    case: CaseLike,
    register: Register,
    as_of: date,
    names: Names,
    terms: Terms,
) -> HtmlTable | None:
    """Return a row for every valued project whose announced opening moved; None without one.

    The slip is the last date given against the first; the value with the one is compared with
    that with the other, wherever the case itself has the opening. Dates farther from that than the
    calendar of the money model reaches are left without a price.
    """
    promises = case.tables.get(PROMISES, pl.DataFrame())
    projects = tables["projects"]
    if promises.is_empty() or projects.is_empty() or tables["ledger"].is_empty():
        return None
    slips = {slip.subject: slip for slip in find_slips(register.public(), as_of) if slip.moves}
    facts = {row["project"]: ProjectFacts.of_row(row) for row in projects.iter_rows(named=True)}
    money = RunFacts(case.settings.price_year, case.settings.base_year)
    rows = [
        _row(tables["ledger"], facts[project], slips[subject], money, names, terms)
        for project, subject in promises.select("project", "subject").iter_rows()
        if project in facts and subject in slips
    ]
    if not rows:
        return None
    views = (
        ColumnView("name", "Project"),
        ColumnView("subject", "Promise"),
        ColumnView("vintages", "Dates given", "", "number"),
        ColumnView("first_due", "First date"),
        ColumnView("last_due", "Last date"),
        ColumnView("slip_years", "Slip", "years", "signed"),
        ColumnView("npv_change_spent_musd", "Price, money spent as planned", "million USD", "signed"),
        ColumnView("per_year_musd", "A year of it", "million USD", "signed"),
        ColumnView("npv_change_musd", "Price, spending slips too", "million USD", "signed"),
    )  # fmt: skip
    caption = (
        f"Announced slips of openings as of {as_of:%-d %B %Y}, priced at {terms.headline}:"
        " what the NPV loses (or, where the project loses anyway, gains) by opening that much later"
    )
    frame = pl.DataFrame(rows, schema=SCHEMA)
    dated = frame.with_columns(pl.col("first_due", "last_due").cast(pl.String))
    return frame_table(dated, views, caption, "announced_slips.csv")


def _row(
    ledger: pl.DataFrame,
    facts: ProjectFacts,
    slip: Slip,
    money: RunFacts,
    names: Names,
    terms: Terms,
) -> dict[str, object]:
    years = (slip.last_due - slip.first_due).days / DAYS_PER_YEAR
    row: dict[str, object] = {
        "name": names.run(facts.project),
        "subject": slip.subject,
        "vintages": slip.vintages,
        "first_due": slip.first_due,
        "last_due": slip.last_due,
        "slip_years": years,
    }
    planned = date(facts.opening_year, 1, 1)
    away = [abs((due - planned).days) / DAYS_PER_YEAR for due in (slip.first_due, slip.last_due)]
    if max(away) > MARGIN_YEARS:
        return row
    (model,) = models_of([ledger_of_run(ledger, facts, money)], money)
    said = [(slip.first_said, slip.first_due), (slip.last_said, slip.last_due)]
    last = announced_slips(model, terms.headline_rate, said).row(-1, named=True)
    spent = last["npv_change_spent_musd"]
    return row | {
        "npv_change_spent_musd": spent,
        "per_year_musd": spent / years if years else 0.0,
        "npv_change_musd": last["npv_change_musd"],
    }
