"""Who may go where: access rules and subsidies of a year, with the cargo and money they touch."""

from collections.abc import Mapping

import polars as pl

from transcaspian.report.blocks import CaseLike, Fold
from transcaspian.report.markup import ColumnView, frame_table
from transcaspian.report.names import REFERENCE
from transcaspian.units import MT_TO_T, MUSD_TO_USD

__all__ = ["access_fold"]

MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WHOLE_YEAR = "all year"


def access_fold(tables: Mapping[str, pl.DataFrame], case: CaseLike) -> Fold | None:
    """Return the rules in force by year without any project; None where the run met none."""
    met = tables.get("freight_access_year")
    if met is None or met.is_empty():
        return None
    met = met.filter(pl.col("run") == REFERENCE).drop("months")
    effects = pl.concat([_rules(case), _subsidies(case)])
    rows = met.join(effects, on=["access", "year"], how="left", maintain_order="left").select(
        "name",
        "kind",
        "year",
        "months",
        "effect",
        pl.col("cargo_t") / MT_TO_T,
        pl.col("passing_t") / MT_TO_T,
        (pl.col("charge_usd") + pl.col("insurance_usd")) / MUSD_TO_USD,
        pl.col("subsidy_usd") / MUSD_TO_USD,
        "confidence",
    )
    views = (
        ColumnView("name", "Rule"),
        ColumnView("kind", "Kind"),
        ColumnView("year", "Year", "", "year"),
        ColumnView("months", "Months"),
        ColumnView("effect", "Effect"),
        ColumnView("cargo_t", "Cargo it holds for", "Mt", "number"),
        ColumnView("passing_t", "of that, goes there", "Mt", "number"),
        ColumnView("charge_usd", "Charges and insurance", "million USD", "number"),
        ColumnView("subsidy_usd", "Subsidies", "million USD", "number"),
        ColumnView("confidence", "Confidence of the effect"),
    )
    title = "Sanctions, bans, permits, seasons and subsidies, without any project"
    return Fold("Who may go where", (frame_table(rows, views, title, "freight_access.csv"),))


def _rules(case: CaseLike) -> pl.DataFrame:
    """Return name, kind, months and effect in words of every access rule and year."""
    rules = case.tables["freight/access"].select("access", "name", "kind")
    rows = [
        {
            **{name: row[name] for name in ("access", "year", "name", "kind", "confidence")},
            "months": _months(row["months"]),
            "effect": _effect(row),
        }
        for row in case.tables["freight/access_years"].join(rules, on="access").to_dicts()
    ]
    return pl.DataFrame(rows, schema=EFFECTS)


EFFECTS = {
    "access": pl.String(),
    "year": pl.Int64(),
    "name": pl.String(),
    "kind": pl.String(),
    "confidence": pl.String(),
    "months": pl.String(),
    "effect": pl.String(),
}


def _subsidies(case: CaseLike) -> pl.DataFrame:
    names = case.tables["freight/subsidies"].select("subsidy", "name")
    years = case.tables["freight/subsidy_years"].join(names, on="subsidy")
    return years.select(
        access="subsidy",
        year="year",
        name="name",
        kind=pl.lit("subsidy"),
        confidence="confidence",
        months=pl.lit(WHOLE_YEAR),
        effect=pl.format(
            "pays {} % of the charge", (100.0 * pl.col("share")).round().cast(pl.Int64)
        ),
    )


def _months(cell: str | None) -> str:
    if not cell:
        return WHOLE_YEAR
    return ", ".join(MONTH_NAMES[month - 1] for month in sorted(map(int, cell.split(";"))))


def _effect(row: Mapping[str, object]) -> str:
    """Return what a rule does, in words."""
    if row["is_closed"]:
        return "shut"
    parts = [
        f"+{row[column]:g} {unit}"
        for column, unit in (("delay_h", "h"), ("charge_usd_per_t", "USD/t"))
        if row[column]
    ]
    if row["insurance_share"]:
        parts.append(f"+{100.0 * float(str(row['insurance_share'])):g} % of the value")
    return "; ".join(parts)
