"""Indicators of a project's yearly flows: NPV, rates of return, ratios, break-even, payback.

Definitions (all in constant prices, flows at t = year - discount year):

- npv: present value of benefits less fixed operation less capital;
- sunk: capital spent before the first open year (that of the decision, by default the discount year)
  on what is begun, undiscounted; what is only planned has spent nothing, whatever its plan said;
- npv_to_complete: the NPV without sunk capital and without benefits and operation of those years:
  what is left to decide is worth this much;
- eirr: every rate above -1 at which that is zero;
- bcr: present value of (benefits - fixed operation) over present value of capital, where capital
  is building and renewal less residual value;
- break_even_capex: the capital cost at which the NPV is zero, with renewal, residual value and
  fixed operation in proportion to it;
- first_year_return: (benefits - fixed operation) of the opening year over capital spent until
  then, compounded to the opening year (Adler, H.A. (1987), Economic Appraisal of Transport
  Projects, on timing);
- mirr: the modified rate of return with the headline rate for finance and reinvestment
  (`discounting.mirr`); it is single and exists where rates of return are none or several;
- payback: years from the first spending until cumulated, undiscounted flows reach zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transcaspian.appraisal.discounting import discount_factors, mirr, payback
from transcaspian.appraisal.gains import YearlyFlows
from transcaspian.appraisal.returns import irr, irr_note

__all__ = ["INDICATOR_SCHEMA", "Indicators", "find_indicators"]

FloatArray = NDArray[np.float64]

INDICATOR_SCHEMA: dict[str, pl.DataType] = {
    "project": pl.String(),
    "scope": pl.String(),
    "indicator": pl.String(),
    "rate": pl.Float64(),
    "value": pl.Float64(),
    "unit": pl.String(),
    "note": pl.String(),
}


@dataclass(frozen=True, slots=True)
class Indicators:
    """What one scope of a project is worth; None where an indicator does not exist."""

    npv_musd: Mapping[float, float]  # by discount rate
    npv_after_last_model_year_musd: Mapping[float, float]
    npv_to_complete_musd: float  # at the headline rate, without what falls before the open years
    sunk_musd: float  # capital spent before the open years, undiscounted
    eirr: tuple[float, ...]
    eirr_note: str
    headline_rate: float
    bcr: float | None
    mirr: float | None  # finance and reinvestment at the headline rate
    break_even_capex_musd: float | None
    first_year_return: float | None
    payback_years: float | None

    @property
    def npv_decision_musd(self) -> float:
        """What is left to decide: the NPV to complete of what is begun, else the whole NPV."""
        return self.npv_to_complete_musd if self.sunk_musd > 0.0 else self.npv_headline_musd

    @property
    def npv_headline_musd(self) -> float:
        """NPV at the headline rate."""
        return self.npv_musd[self.headline_rate]

    @property
    def share_after_last_model_year(self) -> float | None:
        """Share of the NPV that falls after the last model year; None where the NPV is zero."""
        total = self.npv_headline_musd
        return self.npv_after_last_model_year_musd[self.headline_rate] / total if total else None


def find_indicators(
    flows: YearlyFlows,
    capex_musd: float,
    opening_year: int,
    last_model_year: int,
    rates: tuple[float, ...],
    headline_rate: float,
    discount_year: int,
    first_open_year: int | None = None,
    begun: FloatArray | float = 1.0,
) -> Indicators:
    """Return the indicators of yearly flows; see the module for each definition.

    Parameters
    ----------
    flows : YearlyFlows
        Yearly gains of one scope [million USD].
    capex_musd : float
        Capital cost as planned, without renewals [million USD].
    opening_year, last_model_year : int
        First year of use; last year that a model was solved for.
    rates : tuple of float
        Real discount rates; `headline_rate` must be one of them [1/a].
    discount_year : int
        Year to which everything is discounted, t = 0.
    first_open_year : int, optional
        First year whose money is still to decide; the discount year without it.
    begun : float64[n_year] or float
        Share of the capital of a year that was spent if the year is past.
    """
    times = flows.year - discount_year
    is_open = flows.year >= (discount_year if first_open_year is None else first_open_year)
    factors = {rate: discount_factors(rate, times) for rate in rates}
    after = flows.year > last_model_year
    net = flows.net
    returns = irr(net)
    factor = factors[headline_rate]
    sunk = np.where(is_open, 0.0, flows.capital * begun)
    gained = np.where(is_open, 0.0, flows.benefit - flows.operation)
    return Indicators(
        npv_musd={rate: float(net @ factors[rate]) for rate in rates},
        npv_after_last_model_year_musd={
            rate: float(net[after] @ factors[rate][after]) for rate in rates
        },
        npv_to_complete_musd=float((net + sunk - gained) @ factor),
        sunk_musd=float(sunk.sum()),
        eirr=tuple(returns.tolist()),
        eirr_note=irr_note(net, returns),
        headline_rate=headline_rate,
        bcr=_ratio(
            float((flows.benefit - flows.operation) @ factor), float(flows.capital @ factor)
        ),
        mirr=mirr(net, headline_rate, headline_rate),
        break_even_capex_musd=_break_even(flows, factor, capex_musd),
        first_year_return=_first_year_return(flows, opening_year, headline_rate),
        payback_years=payback(net) if np.any(net < 0.0) else None,
    )


def indicator_rows(project: str, scope: str, found: Indicators) -> list[tuple[object, ...]]:
    """Return rows of `INDICATOR_SCHEMA`; an indicator that does not exist has a null value."""

    def row(
        name: str, rate: float | None, value: float | None, unit: str, note: str = ""
    ) -> tuple[object, ...]:
        return (project, scope, name, rate, value, unit, note)

    at = found.headline_rate
    share_note = "of the NPV at the headline rate; above 1 where the earlier years lose"
    rows = [row("npv", rate, value, "million USD") for rate, value in found.npv_musd.items()]
    rows += [
        row("npv_after_last_model_year", rate, value, "million USD")
        for rate, value in found.npv_after_last_model_year_musd.items()
    ]
    rows.append(row("npv_to_complete", at, found.npv_to_complete_musd, "million USD"))
    rows.append(row("sunk", None, found.sunk_musd, "million USD", "capital spent, undiscounted"))
    rows += [row("eirr", None, rate, "1/a", found.eirr_note) for rate in found.eirr or (None,)]
    rows += [
        row("bcr", at, found.bcr, "-", "PV(benefits - fixed operation) / PV(capital)"),
        row("mirr", at, found.mirr, "1/a", "finance and reinvestment at the rate"),
        row("break_even_capex", at, found.break_even_capex_musd, "million USD"),
        row("first_year_return", at, found.first_year_return, "1/a"),
        row("payback", None, found.payback_years, "a", "undiscounted, from the first spending"),
        row("share_after_last_model_year", at, found.share_after_last_model_year, "-", share_note),
    ]
    return rows


def _ratio(numerator: float, denominator: float) -> float | None:
    return numerator / denominator if denominator else None


def _break_even(flows: YearlyFlows, factor: FloatArray, capex_musd: float) -> float | None:
    """Return capex * PV(benefits) / PV(all that grows in proportion to capex)."""
    ratio = _ratio(float(flows.benefit @ factor), float((flows.capital + flows.operation) @ factor))
    return None if ratio is None else ratio * capex_musd


def _first_year_return(flows: YearlyFlows, opening_year: int, rate: float) -> float | None:
    is_built = flows.year <= opening_year
    compounded = discount_factors(rate, flows.year[is_built] - opening_year)
    spent = float(flows.capital[is_built] @ compounded)
    opening = int(np.flatnonzero(flows.year == opening_year)[0])
    return _ratio(float(flows.benefit[opening] - flows.operation[opening]), spent)
