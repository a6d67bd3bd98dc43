"""A project as a few yearly arrays, so that costs, benefits and dates can be varied at once.

What a model must solve anew is not varied here: the benefit of a calendar year with the project in
full use is taken from the ledger. Delay moves the use of the project along those years.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from transcaspian.appraisal.discounting import discount_factors
from transcaspian.appraisal.gains import in_scope, party_rows, yearly_flows
from transcaspian.appraisal.ledger import Ledger, year_weights
from transcaspian.errors import InputError

__all__ = ["MoneyModel", "Variation", "money_model", "vary"]

FloatArray = NDArray[np.float64]

MARGIN_YEARS = 15  # how far the calendar reaches beyond the horizon on both sides


@dataclass(frozen=True, slots=True)
class MoneyModel:
    """Yearly arrays of one project and scope over `year` [million USD]."""

    project: str
    year: NDArray[np.int64]  # [n_year], calendar years
    benefit: FloatArray  # [n_year], gain of the year if the project is in full use
    use: FloatArray  # [n_year], share of full use as planned, from 0 to 1
    operation: FloatArray  # [n_year], fixed operation as planned, positive
    capital: FloatArray  # [n_year], capital and renewal less residual value as planned
    opening_year: int
    discount_year: int

    def factors(self, rate: float) -> FloatArray:
        """Return the discount factors of the calendar years."""
        return discount_factors(rate, self.year - self.discount_year)


@dataclass(frozen=True, slots=True)
class Variation:
    """Changes against the plan, one entry a draw; scalars hold for every draw."""

    capex_factor: ArrayLike = 1.0  # scales capital, and operation with it
    operation_factor: ArrayLike = 1.0
    benefit_factor: ArrayLike = 1.0
    benefit_growth: ArrayLike = 0.0  # yearly growth on top, from the planned opening year on [1/a]
    delay_years: ArrayLike = 0.0  # slip of the opening, negative for earlier [a]
    spending_slips: bool = True  # False: the money is spent as planned, only the opening slips


def money_model(
    ledger: Ledger, scope: str, corridor_countries: Sequence[str], discount_year: int
) -> MoneyModel:
    """Return the yearly arrays of a ledger for the parties of a scope (`gains.SCOPES`)."""
    planned = yearly_flows(ledger, scope, corridor_countries)
    years = np.arange(ledger.first_year - MARGIN_YEARS, ledger.last_year + MARGIN_YEARS + 1)
    gains = in_scope(party_rows(ledger.solved), scope, corridor_countries)
    by_year = dict(
        gains.group_by("year", maintain_order=True).agg(pl.col("gain_musd").sum()).iter_rows()
    )
    solved = np.array([by_year.get(year, 0.0) for year in ledger.model_years])
    is_planned = np.isin(years, planned.year)
    use = np.where((years >= ledger.opening_year) & (years <= ledger.last_year), 1.0, 0.0)
    first = int(np.flatnonzero(use)[0])
    ramp = ledger.rules.ramp_up[: int(use.sum())]
    use[first : first + len(ramp)] = ramp
    operation, capital = np.zeros(years.size), np.zeros(years.size)
    operation[is_planned], capital[is_planned] = planned.operation, planned.capital
    return MoneyModel(
        project=ledger.project,
        year=years,
        benefit=year_weights(years, ledger.model_years) @ solved,
        use=use,
        operation=operation,
        capital=capital,
        opening_year=ledger.opening_year,
        discount_year=discount_year,
    )


def vary(model: MoneyModel, variation: Variation) -> FloatArray:
    """Return the net yearly flows[n_draw, n_year] under a variation [million USD].

    A slip of part of a year moves that part of each year's flow into the next.

    Raises
    ------
    InputError
        Where a slip is longer than the calendar's margin (`MARGIN_YEARS`).
    """
    capex, operation, benefit, growth, delay = np.broadcast_arrays(
        *(
            np.atleast_1d(np.asarray(value, dtype=np.float64))
            for value in (
                variation.capex_factor,
                variation.operation_factor,
                variation.benefit_factor,
                variation.benefit_growth,
                variation.delay_years,
            )
        )
    )
    spending_delay = delay if variation.spending_slips else np.zeros(1)
    gain = model.benefit * _slipped(model.use, delay) * benefit[:, np.newaxis]
    if growth.any():
        age = np.maximum(model.year - model.opening_year, 0)
        gain = gain * np.exp(np.log1p(growth)[:, np.newaxis] * age)
    paid = _slipped(model.operation, delay) * operation[:, np.newaxis]
    paid = paid + _slipped(model.capital, spending_delay)
    return np.asarray(gain - paid * capex[:, np.newaxis], dtype=np.float64)


def _slipped(profile: FloatArray, delay: FloatArray) -> FloatArray:
    """Return the profile[n_year] moved by each delay, as [n_draw, n_year] or [1, n_year]."""
    if not delay.any():
        return profile[np.newaxis, :]
    if np.abs(delay).max() > MARGIN_YEARS:
        message = f"a slip of {np.abs(delay).max():.3g} years is beyond {MARGIN_YEARS} years."
        raise InputError(f"{message} Give the project another opening year instead.")
    whole = np.floor(delay).astype(np.int64)
    part = (delay - whole)[:, np.newaxis]
    # The last entry, a zero, stands for every year outside the calendar.
    padded = np.concatenate([profile, np.zeros(1)])
    place = np.arange(profile.size) - whole[:, np.newaxis]
    outside = profile.size
    now = padded[np.where((place >= 0) & (place < outside), place, outside)]
    before = padded[np.where((place >= 1) & (place <= outside), place - 1, outside)]
    return np.asarray((1.0 - part) * now + part * before, dtype=np.float64)
