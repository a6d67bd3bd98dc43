"""A cash flow as a table of amounts by year or date, and its appraisal at one rate."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transcaspian.appraisal.discounting import bcr, npv, payback
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
    ratio = None
    if flow.benefit is not None and flow.cost is not None:
        ratio = bcr(
            rate, flow.benefit, flow.cost, flow.time, first_year_discounted=first_year_discounted
        )
    return CashFlowAppraisal(
        npv=npv(rate, flow.net, flow.time, first_year_discounted=first_year_discounted),
        irr=tuple(rates.tolist()),
        bcr=ratio,
        payback=payback(flow.net, flow.time),
        note=irr_note(flow.net, rates) or None,
        rate=rate,
        first_year_discounted=first_year_discounted,
        conventions=_conventions(flow, first_year_discounted),
    )


def _conventions(flow: CashFlow, first_year_discounted: bool) -> str:
    discounting = (
        "t + 1 periods" if first_year_discounted else "t periods, the first entry at t = 0"
    )
    return (
        f"{flow.time_convention}; discounted by {discounting}; bcr = PV(benefit) / PV(cost); "
        "payback undiscounted, from the first entry, evenly within a period"
    )
