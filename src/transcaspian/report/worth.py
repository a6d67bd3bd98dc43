"""What the table of projects says in words: worth it or not, within which range, how sure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from transcaspian.report.terms import Terms, npv_column, percent
from transcaspian.results.theme import format_number, format_range

__all__ = [
    "NOT_KNOWN",
    "Worth",
    "before_use",
    "before_use_text",
    "break_even_text",
    "model_years_text",
    "npv_range",
    "worth_of",
]

# Yearly benefit over capital cost that is noise of the models, no effect.
IDLE = 1e-5
MOST_NAMED = 4
NOT_KNOWN = "Not known: no model year in use"


@dataclass(frozen=True, slots=True)
class Worth:
    """A judgement on one project.

    `low_musd` and `high_musd` are the NPV at the high and the low capital cost (equal to the NPV
    where no range is known). `is_known` is false where no solved year lies in the project's use.
    """

    verdict: str
    css: str
    low_musd: float
    high_musd: float
    certainty: str
    is_known: bool = True

    @property
    def is_sure(self) -> bool:
        """Whether the project is worth its cost over the whole range of it."""
        return self.is_known and self.low_musd > 0

    @property
    def is_unsure(self) -> bool:
        """Whether the project is worth its cost over a part of its range only."""
        return self.is_known and self.low_musd <= 0 < self.high_musd


def worth_of(row: Mapping[str, Any], terms: Terms) -> Worth:
    """Return the judgement on a row of the table of projects.

    NPV is linear in capital cost and zero at the break-even cost, so its slope is
    NPV / (break-even - capital cost); the range follows from the low and high capital cost. Of what
    is begun only the part that is left to spend is uncertain, and the value is that to complete.
    """
    npv, whole = float(row["npv_musd"]), float(row["npv_whole_musd"])
    left = 1.0 - row["sunk_musd"] / row["capex_musd"] if row["capex_musd"] else 1.0
    ends = (_npv_at(row, row["capex_high_musd"]), _npv_at(row, row["capex_low_musd"]))
    at_high, at_low = (npv + max(left, 0.0) * (end - whole) for end in ends)
    low, high = min(npv, at_high, at_low), max(npv, at_high, at_low)
    verdict, css = _verdict(npv, low, high)
    if not row["is_cluster"] and _is_idle(row, terms):
        verdict, css = "No use alone", "poor"
    is_known = row.get("model_years_in_use") != 0
    if not is_known:
        verdict, css = NOT_KNOWN, "poor"
    certainty = _certainty(row, terms) if is_known else f"capital cost {row['capex_confidence']}; not known"  # fmt: skip
    return Worth(verdict, css, low, high, certainty, is_known)


def before_use(projects: pl.DataFrame) -> pl.DataFrame:
    """Return the rows whose values rest on years before the project opens: they are no answer."""
    if "model_years_in_use" not in projects.columns:
        return projects.clear()
    return projects.filter(pl.col("model_years_in_use") == 0)


def model_years_text(row: Mapping[str, Any]) -> str:
    """Return on how many model years a value rests, for people."""
    count, in_use = row.get("model_years"), row.get("model_years_in_use")
    return "" if count is None else f"{count}, {in_use} in use"


def before_use_text(projects: pl.DataFrame, solved: Sequence[int]) -> str:
    """Return what must be read before any value of these rows; empty where all is well."""
    early = before_use(projects)
    if early.is_empty():
        return ""
    names = [f"{name} ({year})" for name, year in early.select("name", "opening_year").iter_rows()]
    listed = ", ".join(names[:MOST_NAMED])
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return (
        f"No model year at or after the opening was solved for {listed}{more}: solved were"
        f" {', '.join(map(str, solved))}. Their values are those of years before they open, held on,"
        " and are no answer. Run again with a later model year."
    )


def _npv_at(row: Mapping[str, Any], capex: float | None) -> float:
    npv, break_even = float(row["npv_whole_musd"]), row["break_even_capex_musd"]
    # A break-even cost of zero is cut off there: the slope would be wrong.
    if capex is None or not break_even or break_even == row["capex_musd"]:
        return npv
    slope = npv / (float(break_even) - float(row["capex_musd"]))
    return slope * (float(break_even) - float(capex))


def _verdict(npv: float, low: float, high: float) -> tuple[str, str]:
    if low > 0:
        return ("Yes, at the high cost too" if low < npv else "Yes"), "good"
    if npv > 0:
        return "Yes, but not at the high cost", "fair"
    if high > 0:
        return "Only at the low cost", "fair"
    return "No", "poor"


def _is_idle(row: Mapping[str, Any], terms: Terms) -> bool:
    """Return whether nothing changes in any solved year: a part that needs its neighbours."""
    every = (row.get(f"benefit_{year}_musd") for year in terms.years)
    benefits = [abs(float(benefit)) for benefit in every if benefit is not None]
    return bool(benefits) and max(benefits) <= IDLE * float(row["capex_musd"])


def _certainty(row: Mapping[str, Any], terms: Terms) -> str:
    """Return what the judgement withstands: the rates, and where the capital cost comes from."""
    values = [float(row[npv_column(rate)]) for rate in terms.rates]
    span = f"from {percent(terms.rates[0])} to {percent(terms.rates[-1])}" if terms.rates else ""
    if all(value > 0 for value in values):
        rates = f"holds at every rate {span}"
    elif all(value <= 0 for value in values):
        rates = f"negative at every rate {span}"
    else:
        kept = [rate for rate, value in zip(terms.rates, values, strict=True) if value > 0]
        rates = f"positive up to {percent(max(kept))}"
    if row["sunk_musd"] > 0:
        rates = f"judged by what is left to spend; with spent money {rates}"
    return f"capital cost {row['capex_confidence']}; {rates}"


def npv_range(worth: Worth) -> str:
    """Return the range of the NPV for people."""
    return format_range(worth.low_musd, worth.high_musd)


def break_even_text(row: Mapping[str, Any]) -> str:
    """Return the break-even cost against the capital cost of the case, for people."""
    break_even = row["break_even_capex_musd"]
    against = f"{format_number(row['capex_musd'])} {row['capex_confidence']}"
    if row.get("model_years_in_use") == 0:
        return f"not known; cost {against}"
    if break_even is None:
        return f"none; cost {against}"
    if break_even <= 0:
        return f"at no cost; cost {against}"
    return f"{format_number(break_even)} v. {against}"
