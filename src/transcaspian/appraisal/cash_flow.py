"""A cash flow as a table of amounts by year or date, and its appraisal at one rate."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transcaspian.appraisal.discounting import ROUNDING_SHARE, npv, payback
from transcaspian.appraisal.returns import irr, irr_note

__all__ = ["CashFlow", "CashFlowAppraisal", "appraise_cash_flow"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CashFlow:
    """Amounts by time; `benefit` and `cost` are positive and None where only the net is known."""

    time: FloatArray  # [n_time], years from the first entry, ascending
    net: FloatArray  # [n_time], costs negative
    benefit: FloatArray | None
    cost: FloatArray | None
    time_convention: str


@dataclass(frozen=True, slots=True)
class CashFlowAppraisal:
    """What a cash flow is worth at one rate, with the conventions that were followed."""

    npv: float
    irr: tuple[float, ...]  # every real rate above -1, ascending
    bcr: float | None
    payback: float | None
    note: str | None
    rate: float
    first_year_discounted: bool
    conventions: str


def appraise_cash_flow(
    flow: CashFlow, rate: float, *, first_year_discounted: bool = False
) -> CashFlowAppraisal:
    """Return NPV, every rate of return, benefit-cost ratio and payback of a cash flow.

    The payback counts from the first entry under either convention of discounting.
    """
    rates = irr(flow.net, flow.time)
    worth = npv(rate, flow.net, flow.time, first_year_discounted=first_year_discounted)
    ratio, ratio_note = _ratio(flow, rate, first_year_discounted)
    years = payback(flow.net, flow.time)
    notes = (irr_note(flow.net, rates), ratio_note, _debt_note(flow, years))
    return CashFlowAppraisal(
        npv=worth,
        irr=tuple(rates.tolist()),
        bcr=ratio,
        payback=years,
        note=" ".join(note for note in notes if note) or None,
        rate=rate,
        first_year_discounted=first_year_discounted,
        conventions=_conventions(flow, first_year_discounted),
    )


def _ratio(flow: CashFlow, rate: float, first_year_discounted: bool) -> tuple[float | None, str]:
    """Return the benefit-cost ratio, and why there is none although benefit and cost are known."""
    if flow.benefit is None or flow.cost is None:
        return None, ""
    paid, gained = (
        npv(rate, amounts, flow.time, first_year_discounted=first_year_discounted)
        for amounts in (flow.cost, flow.benefit)
    )
    if paid < 0.0:
        return None, f"The present value of the costs is negative ({paid:.6g}): no ratio."
    ratio = gained / paid if paid else math.inf
    note = "The benefits are a loss: their present value is negative." if gained < 0.0 else ""
    return (ratio if math.isfinite(ratio) else None), note


def _debt_note(flow: CashFlow, years: float | None) -> str:
    """Return what the payback does not say: that debt comes back once it was paid."""
    cumulated = np.cumsum(flow.net)
    slack = ROUNDING_SHARE * np.cumsum(np.abs(flow.net))
    in_debt = cumulated < -slack
    falls = np.flatnonzero(in_debt[1:] & ~in_debt[:-1]) + 1
    again = falls[falls > np.argmax(in_debt)]
    if not again.size:
        return ""
    moment = f"t = {flow.time[again[0]]:g}"
    if years is None:
        return f"Debt that was paid comes back at {moment} and stays: no payback."
    return f"Debt that was paid comes back at {moment}; the payback is that of the first time."


def _conventions(flow: CashFlow, first_year_discounted: bool) -> str:
    discounting = (
        "t + 1 periods" if first_year_discounted else "t periods, the first entry at t = 0"
    )
    return (
        f"{flow.time_convention}; discounted by {discounting}; bcr = PV(benefit) / PV(cost); "
        "payback undiscounted, from the first entry, evenly within a period"
    )
