"""Facts of a project's sheet that stand in tables of their own: returns, payback, dates, risk."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from transcaspian.report.terms import Terms
from transcaspian.results.theme import format_number, format_range, format_share, format_signed

__all__ = ["sheet_facts"]

# Indicator of the table `indicators`: what stands on the sheet, and how it reads.
SHOWN = {
    "mirr": "Modified rate of return (MIRR)",
    "payback": "Payback from the first spending",
    "first_year_return": "First-year return",
}


def sheet_facts(
    project: str, tables: Mapping[str, pl.DataFrame], terms: Terms
) -> list[tuple[str, str]]:
    """Return name and value of what is known; nothing for a table that the run lacks."""
    facts = []
    own = _row(tables["owners_value"], project)
    if own is not None:
        real, nominal = format_share(own["firr_real"]), format_share(own["firr_nominal"])
        value = f"{real} real, {nominal} nominal" if own["firr_real"] is not None else "none"
        facts.append(("FIRR of the owners after tax", value))
    gains = tables["indicators"].filter(
        (pl.col("project") == project) & (pl.col("scope") == "all") & pl.col("value").is_not_null()
    )
    known = dict(gains.select("indicator", "value").iter_rows())
    for name, title in SHOWN.items():
        if name in known:
            is_years = name == "payback"
            value = f"{format_number(known[name])} years" if is_years else format_share(known[name])
            facts.append((title, value))
    risk = _row(tables["risk"], project)
    if risk is not None:
        span = format_range(risk["p10_musd"], risk["p90_musd"])
        chance = format_share(risk["probability_negative"], 2)
        facts.append(("NPV, P10 to P90", f"{span} million USD; chance of a loss {chance}"))
    slip = _row(tables["delay_prices"].filter(pl.col("delay_years") == 1.0), project)
    if slip is not None:
        late = format_signed(slip["npv_change_spent_musd"])
        facts.append(("A year late, money spent", f"{late} million USD at {terms.headline}"))
    best = _row(tables["opening_years"].filter("is_best"), project)
    if best is not None and best["npv_musd"] > 0.0:
        beyond = " or beyond the years tried" if best["is_at_edge"] else ""
        facts.append(("Best opening year", f"{best['opening_year']}{beyond}"))
    return facts


def _row(table: pl.DataFrame, project: str) -> dict[str, Any] | None:
    own = table.filter(pl.col("project") == project)
    return own.row(0, named=True) if own.height else None
