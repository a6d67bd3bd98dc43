"""What a project's value hangs on: switching values, changes one by one, delay, opening year."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transcaspian.appraisal.money import MARGIN_YEARS, MoneyModel, Variation, vary
from transcaspian.appraisal.returns import irr_many
from transcaspian.errors import InputError

__all__ = [
    "OpeningYears",
    "announced_slips",
    "delay_prices",
    "opening_table",
    "opening_years",
    "sensitivity_table",
    "switching_values",
]

FloatArray = NDArray[np.float64]

# The tests that ADB (2017, Guidelines for the Economic Analysis of Projects) and the EU Vademecum
# (2021) ask for, and both together.
CHANGES: dict[str, Variation] = {
    "base case": Variation(),
    "capital cost +10 %": Variation(capex_factor=1.1),
    "capital cost +20 %": Variation(capex_factor=1.2),
    "operation cost +20 %": Variation(operation_factor=1.2),
    "benefits -10 %": Variation(benefit_factor=0.9),
    "benefits -20 %": Variation(benefit_factor=0.8),
    "one year late": Variation(delay_years=1.0, spending_slips=False),
    "two years late": Variation(delay_years=2.0, spending_slips=False),
    "two years late, money spent later too": Variation(delay_years=2.0),
    "capital cost +20 %, benefits -20 %": Variation(capex_factor=1.2, benefit_factor=0.8),
}
BISECTIONS = 60
# How far before and after the plan another opening year is tried.
OPENING_TRIED = (-5, 10)
DAYS_PER_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class OpeningYears:
    """NPV by opening year, discounted to the same year, and the year that is best."""

    table: pl.DataFrame  # project, opening_year, npv_musd, first_year_return
    best_year: int
    is_at_edge: bool  # the best year is the first or last tried: the true best may lie beyond


def switching_values(model: MoneyModel, rate: float) -> pl.DataFrame:
    """Return how far each input may move before the NPV is zero.

    Columns: project, input, planned, switching, change; `switching` is null where no value of the
    input brings the NPV to zero (within ±15 years for a delay).
    """
    factors = model.factors(rate)
    benefit = float(model.benefit * model.use @ factors)
    capital = float(model.capital @ factors)
    operation = float(model.operation @ factors)
    switches = {
        "capital cost": _ratio(benefit, capital + operation),
        "operation cost": _ratio(benefit - capital, operation),
        "benefits": _ratio(capital + operation, benefit),
    }
    rows = [
        (model.project, name, 1.0, value, None if value is None else value - 1.0, "factor")
        for name, value in switches.items()
    ]
    slip = _switching_delay(model, factors)
    rows.append((model.project, "delay of opening, money spent as planned", 0.0, slip, slip, "a"))
    names = ["project", "input", "planned", "switching", "change", "unit"]
    kinds = [pl.String, pl.String, pl.Float64, pl.Float64, pl.Float64, pl.String]
    return pl.DataFrame(rows, schema=dict(zip(names, kinds, strict=True)), orient="row")


def sensitivity_table(
    model: MoneyModel, rate: float, changes: dict[str, Variation] | None = None
) -> pl.DataFrame:
    """Return NPV and rate of return under each change.

    Columns: project, change, npv_musd, npv_change_musd, eirr (null unless there is exactly one).
    """
    tried = CHANGES if changes is None else changes
    flows = np.concatenate([vary(model, variation) for variation in tried.values()])
    values = flows @ model.factors(rate)
    base = float(vary(model, Variation())[0] @ model.factors(rate))
    rates = irr_many(flows)
    single = [rates.of(row) for row in range(flows.shape[0])]
    return pl.DataFrame(
        {
            "project": [model.project] * len(tried),
            "change": list(tried),
            "npv_musd": values,
            "npv_change_musd": values - base,
            "eirr": [float(found[0]) if found.size == 1 else None for found in single],
        },
        schema_overrides={"eirr": pl.Float64},
    )


def delay_prices(
    model: MoneyModel, rate: float, years: Sequence[int] = (1, 2, 3, 5)
) -> pl.DataFrame:
    """Return what each slip of the opening costs.

    Columns: project, delay_years, npv_change_musd (spending slips too),
    npv_change_spent_musd (money spent as planned), per_year_musd, per_year_spent_musd.
    """
    delay = np.asarray(years, dtype=np.float64)
    factors = model.factors(rate)
    base = float(vary(model, Variation())[0] @ factors)
    both = vary(model, Variation(delay_years=delay)) @ factors - base
    spent = vary(model, Variation(delay_years=delay, spending_slips=False)) @ factors - base
    return pl.DataFrame(
        {
            "project": [model.project] * delay.size,
            "delay_years": delay,
            "npv_change_musd": both,
            "npv_change_spent_musd": spent,
            "per_year_musd": both / delay,
            "per_year_spent_musd": spent / delay,
        }
    )


def announced_slips(
    model: MoneyModel, rate: float, vintages: Sequence[tuple[date, date]]
) -> pl.DataFrame:
    """Return what each announced change of the opening date costs, against the first date given.

    An opening year begins with 1 January, wherever the model's own stands among the dates: each
    date is a slip, or an advance, against that. Columns: project, said_on, due,
    slip_years (against the first), npv_change_spent_musd (money spent as the model plans it),
    npv_change_musd (spending moved with the opening), step_spent_musd (against the announcement
    before).

    Parameters
    ----------
    vintages : sequence of (said_on, due)
        Every date ever given for the opening, and when it was given.
    """
    ordered = sorted(vintages)
    if not ordered:
        raise InputError(f"no opening date of {model.project!r} was ever announced. Give one.")
    slips = np.array([(due - ordered[0][1]).days / DAYS_PER_YEAR for _, due in ordered])
    planned = date(model.opening_year, 1, 1)
    delays = np.array([(due - planned).days / DAYS_PER_YEAR for _, due in ordered])
    factors = model.factors(rate)
    # Without any delay a variation holds a single row: every vintage has it.
    both, spent = (
        np.broadcast_to(
            vary(model, Variation(delay_years=delays, spending_slips=moved)) @ factors, slips.shape
        )
        for moved in (True, False)
    )
    both, spent = both - both[0], spent - spent[0]
    return pl.DataFrame(
        {
            "project": [model.project] * slips.size,
            "said_on": [said_on for said_on, _ in ordered],
            "due": [due for _, due in ordered],
            "slip_years": slips,
            "npv_change_musd": both,
            "npv_change_spent_musd": spent,
            "step_spent_musd": np.diff(spent, prepend=0.0),
        }
    )


def opening_years(model: MoneyModel, rate: float, first: int, last: int) -> OpeningYears:
    """Return the NPV of opening in each year from `first` to `last`, spending moved along.

    The horizon moves with the opening, so that each choice has the same years of use.
    """
    years = np.arange(first, last + 1)
    flows = vary(model, Variation(delay_years=(years - model.opening_year).astype(np.float64)))
    values = flows @ model.factors(rate)
    spent = float(
        model.capital[model.year <= model.opening_year]
        @ (1.0 + rate) ** (model.opening_year - model.year[model.year <= model.opening_year])
    )
    at = np.searchsorted(model.year, years)
    opening = int(np.searchsorted(model.year, model.opening_year))
    gain = model.benefit[at] * model.use[opening] - model.operation[opening]
    table = pl.DataFrame(
        {
            "project": [model.project] * years.size,
            "opening_year": years,
            "npv_musd": values,
            "first_year_return": [_ratio(float(value), spent) for value in gain],
        },
        schema_overrides={"first_year_return": pl.Float64},
    )
    best = int(np.argmax(values))
    return OpeningYears(table, int(years[best]), best in (0, years.size - 1))


def opening_table(model: MoneyModel, rate: float) -> pl.DataFrame:
    """Return `opening_years` around the plan, the best one marked.

    No year is tried for which money would have to be spent before the discount year: it has passed.

    Columns: project, opening_year, npv_musd, first_year_return, is_planned, is_best (the highest
    NPV, the earliest of equals), is_at_edge (the best is the first or last year tried).
    """
    spent = model.year[model.capital != 0.0]
    begins = int(spent[0]) if spent.size else model.opening_year
    earlier = min(max(OPENING_TRIED[0], model.discount_year - begins), 0)
    last = model.opening_year + OPENING_TRIED[1]
    found = opening_years(model, rate, model.opening_year + earlier, last)
    return found.table.with_columns(
        is_planned=pl.col("opening_year") == model.opening_year,
        is_best=pl.col("opening_year") == found.best_year,
        is_at_edge=pl.lit(found.is_at_edge),
    )


def _switching_delay(model: MoneyModel, factors: FloatArray) -> float | None:
    """Return the slip at which the NPV turns, the money spent as planned; the smallest found."""
    tried = np.linspace(-MARGIN_YEARS, MARGIN_YEARS, 4 * MARGIN_YEARS + 1)

    def value(delay: FloatArray) -> FloatArray:
        flows = vary(model, Variation(delay_years=delay, spending_slips=False))
        return np.asarray(flows @ factors, dtype=np.float64)

    signs = np.sign(value(tried))
    turns = np.flatnonzero(signs[:-1] != signs[1:])
    if not turns.size:
        return None
    nearest = turns[np.argmin(np.abs(tried[turns]))]
    low, high = float(tried[nearest]), float(tried[nearest + 1])
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        if float(np.sign(value(np.array([middle]))[0])) == signs[nearest]:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def _ratio(numerator: float, denominator: float) -> float | None:
    return numerator / denominator if denominator else None
