"""What the table of projects says in words: worth it or not, within which range, how sure."""

from dataclasses import dataclass
from typing import Any

from transcaspian.results.theme import format_number, format_range

__all__ = ["RATES", "Worth", "break_even_text", "npv_range", "worth_of"]

RATES = (4, 6, 9, 12)


@dataclass(frozen=True, slots=True)
class Worth:
    """A judgement on one project.

    `low_musd` and `high_musd` are the NPV at the high and the low capital cost (equal to the NPV
    where no range is known).
    """

    verdict: str
    css: str
    low_musd: float
    high_musd: float
    certainty: str


def worth_of(row: dict[str, Any]) -> Worth:
    """Return the judgement on a row of the table of projects.

    NPV is linear in capital cost and zero at the break-even cost, so its slope is
    NPV / (break-even - capital cost); the range follows from the low and high capital cost.
    """
    npv = float(row["npv_6_musd"])
    at_high, at_low = _npv_at(row, row["capex_high_musd"]), _npv_at(row, row["capex_low_musd"])
    low, high = min(npv, at_high, at_low), max(npv, at_high, at_low)
    verdict, css = _verdict(npv, low, high)
    return Worth(verdict, css, low, high, _certainty(row))


def _npv_at(row: dict[str, Any], capex: float | None) -> float:
    npv, break_even = float(row["npv_6_musd"]), row["break_even_capex_musd"]
    if capex is None or break_even is None or break_even == row["capex_musd"]:
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


def _certainty(row: dict[str, Any]) -> str:
    """Return what the judgement withstands: the rates, and where the capital cost comes from."""
    values = [float(row[f"npv_{rate}_musd"]) for rate in RATES]
    if all(value > 0 for value in values):
        rates = "holds at every rate from 4 to 12 %"
    elif all(value <= 0 for value in values):
        rates = "negative at every rate from 4 to 12 %"
    else:
        kept = [rate for rate, value in zip(RATES, values, strict=True) if value > 0]
        rates = f"positive up to {max(kept)} %"
    return f"capital cost {row['capex_confidence']}; {rates}"


def npv_range(worth: Worth) -> str:
    """Return the range of the NPV for people."""
    return format_range(worth.low_musd, worth.high_musd)


def break_even_text(row: dict[str, Any]) -> str:
    """Return the break-even cost against the capital cost of the case, for people."""
    break_even = row["break_even_capex_musd"]
    against = f"{format_number(row['capex_musd'])} {row['capex_confidence']}"
    if break_even is None:
        return f"none; cost {against}"
    if break_even <= 0:
        return f"at no cost; cost {against}"
    return f"{format_number(break_even)} v. {against}"
