"""A cash flow as a table of amounts by year or date, and its appraisal at one rate."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from transcaspian.appraisal.discounting import ROUNDING_SHARE, npv, payback
from transcaspian.appraisal.returns import irr, irr_note
from transcaspian.errors import InputError

__all__ = ["CashFlow", "CashFlowAppraisal", "appraise_cash_flow", "mirr"]

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
    mirr: float | None
    note: str | None
    rate: float
    finance_rate: float  # of mirr: at which costs are carried
    reinvestment_rate: float  # of mirr: at which gains are put by
    first_year_discounted: bool
    conventions: str


def appraise_cash_flow(
    flow: CashFlow,
    rate: float,
    *,
    first_year_discounted: bool = False,
    finance_rate: float | None = None,
    reinvestment_rate: float | None = None,
) -> CashFlowAppraisal:
    """Return NPV, every rate of return, MIRR, benefit-cost ratio and payback of a cash flow.

    The payback counts from the first entry under either convention of discounting. Both rates of
    the MIRR are `rate` where they are left out.
    """
    carried = rate if finance_rate is None else finance_rate
    put_by = rate if reinvestment_rate is None else reinvestment_rate
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
        mirr=mirr(flow.net, flow.time, carried, put_by),
        note=" ".join(note for note in notes if note) or None,
        rate=rate,
        finance_rate=carried,
        reinvestment_rate=put_by,
        first_year_discounted=first_year_discounted,
        conventions=_conventions(flow, first_year_discounted),
    )


def mirr(
    net: FloatArray, time: FloatArray, finance_rate: float, reinvestment_rate: float
) -> float | None:
    """Return the modified internal rate of return, as spreadsheets define it (Lin 1976).

    net, time: [n_time], years from the first entry. Negative entries are discounted to the first at
    `finance_rate`, positive ones carried to the last at `reinvestment_rate`; the MIRR is the rate
    at which the first sum grows to the second. None where one of them is nothing, all fall on one
    day, or it is too large for a number. Raises InputError for rates not above -1.
    """
    _check_rate("finance rate", finance_rate)
    _check_rate("reinvestment rate", reinvestment_rate)
    years = float(time[-1] - time[0])
    is_paid, is_gained = net < 0.0, net > 0.0
    if not (years > 0.0 and is_paid.any() and is_gained.any()):
        return None
    # Sums of logarithms: neither end overflows, whatever the amounts and the years.
    gained = logsumexp(
        np.log(net[is_gained]) + np.log1p(reinvestment_rate) * (time[-1] - time[is_gained])
    )
    paid = logsumexp(np.log(-net[is_paid]) - np.log1p(finance_rate) * (time[is_paid] - time[0]))
    with np.errstate(over="ignore"):
        found = float(np.expm1((gained - paid) / years))
    return found if math.isfinite(found) else None


def _check_rate(name: str, rate: float) -> None:
    if not (math.isfinite(rate) and rate > -1.0):
        raise InputError(
            f"The {name} must be a finite fraction above -1, not {rate!r}. Write 5 % as 0.05."
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
