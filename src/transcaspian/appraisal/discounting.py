"""Present value and what follows from it: NPV, benefit-cost ratio, payback, modified return.

Times are in years from the first cash flow, which stands at t = 0 and is not discounted. Under the
other convention, "first year discounted" (every flow at the end of its year), add one to each time.
"""

from typing import overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from transcaspian.errors import InputError

__all__ = ["annuity_payment", "bcr", "discount_factors", "mirr", "npv", "payback"]

FloatArray = NDArray[np.float64]
NO_RATE = 1e-12  # 1/a: below it the annuity's formula has lost its figures

# Cumulated cash within this share of all cash moved counts as zero: decimal amounts such as 0.1
# have no exact binary form, and a plan that pays back to the cent must not miss by 1e-17.
ROUNDING_SHARE = 1e-12


def discount_factors(rate: ArrayLike, times: ArrayLike) -> FloatArray:
    """Return (1 + rate) ** -times, broadcast to [..., n_time].

    Parameters
    ----------
    rate : float or float64[...]
        Discount rate as a fraction, above -1 [1/a].
    times : float64[n_time]
        Years from the first cash flow [a].

    Raises
    ------
    InputError
        Where a rate is not above -1 or not finite.
    """
    rates = np.asarray(rate, dtype=np.float64)
    if not np.all(np.isfinite(rates) & (rates > -1.0)):
        message = f"the discount rate must be a finite fraction above -1, not {rate!r}."
        raise InputError(f"{message} Write 5 % as 0.05.")
    exponents = -np.log1p(rates)[..., np.newaxis] * np.asarray(times, dtype=np.float64)
    with np.errstate(over="ignore"):
        return np.asarray(np.exp(exponents), dtype=np.float64)


@overload
def npv(
    rate: float,
    flow: ArrayLike,
    times: ArrayLike | None = ...,
    *,
    first_year_discounted: bool = ...,
) -> float: ...
@overload
def npv(
    rate: ArrayLike,
    flow: ArrayLike,
    times: ArrayLike | None = ...,
    *,
    first_year_discounted: bool = ...,
) -> float | FloatArray: ...


def npv(
    rate: ArrayLike,
    flow: ArrayLike,
    times: ArrayLike | None = None,
    *,
    first_year_discounted: bool = False,
) -> float | FloatArray:
    """Return the net present value at the time of the first cash flow.

    npv = sum over t of flow[t] * (1 + rate) ** -t

    Parameters
    ----------
    rate : float or float64[n_rate]
        Discount rate as a fraction, above -1; 0.05 is 5 % [1/a].
    flow : float64[..., n_time]
        Cash flows, costs negative.
    times : float64[n_time], optional
        Years from the first cash flow; by default 0, 1, 2, ...
    first_year_discounted : bool
        Add one year to every time: the first flow is discounted by one year too.

    Returns
    -------
    float or float64[...]
        A float for one rate and one flow; else the shape of `flow` without its last axis,
        followed by the shape of `rate`.

    Examples
    --------
    >>> round(npv(0.10, [-100.0, 60.0, 60.0]), 6)
    4.132231
    """
    flows = np.asarray(flow, dtype=np.float64)
    if times is None:
        times = np.arange(flows.shape[-1])
    factors = discount_factors(
        rate, np.asarray(times, dtype=np.float64) + float(first_year_discounted)
    )
    values = _weighted_sum(flows, factors)
    if not np.all(np.isfinite(values)):
        message = "the present value is too large for a number at this rate."
        raise InputError(f"{message} Use a rate further above -1.")
    return float(values) if values.ndim == 0 else values


def bcr(
    rate: float,
    benefit: ArrayLike,
    cost: ArrayLike,
    times: ArrayLike | None = None,
    *,
    first_year_discounted: bool = False,
) -> float | None:
    """Return the present value of all benefits over that of all costs; None without any cost.

    Both are written as positive numbers. Operating cost stands in the denominator here.
    """
    paid = npv(rate, cost, times, first_year_discounted=first_year_discounted)
    if paid == 0.0:
        return None
    return npv(rate, benefit, times, first_year_discounted=first_year_discounted) / paid


def annuity_payment(balance: float, rate: float, periods: int) -> float:
    """Return the level payment that pays a balance back: balance * rate / (1 - (1 + rate) ** -n).

    Examples
    --------
    >>> round(annuity_payment(100_000.0, 0.005, 360), 2)
    599.55
    """
    if abs(rate) < NO_RATE:
        return balance / periods
    return balance * rate / -float(np.expm1(-periods * np.log1p(rate)))


def payback(flow: ArrayLike, times: ArrayLike | None = None) -> float | None:
    """Return the years until the cumulated, undiscounted cash first gets back to zero.

    Within the period in which that happens cash is taken to come evenly. A flow that is never
    in debt pays back at 0; None where it ends in debt, be it that the debt came back.

    Examples
    --------
    >>> payback([-100.0, 40.0, 40.0, 40.0])
    2.5
    """
    flows = np.asarray(flow, dtype=np.float64)
    moments = np.arange(flows.size) if times is None else np.asarray(times, dtype=np.float64)
    # Rounding of a sum is small beside what was added up until then, not beside what comes later.
    tolerance = ROUNDING_SHARE * np.cumsum(np.abs(flows))
    cumulated = np.cumsum(flows)
    in_debt = cumulated < -tolerance
    if not in_debt.any():
        return 0.0
    start = int(np.argmax(in_debt))
    if in_debt[-1]:
        return None
    paid = start + int(np.argmin(in_debt[start:]))
    share = min(-cumulated[paid - 1] / flows[paid], 1.0)
    return float(moments[paid - 1] + share * (moments[paid] - moments[paid - 1]))


def mirr(
    flow: ArrayLike,
    finance_rate: float,
    reinvestment_rate: float,
    times: ArrayLike | None = None,
) -> float | None:
    """Return the modified internal rate of return; None without both a cost and an income.

    (FV of income at the reinvestment rate / PV of costs at the finance rate) ** (1 / n) - 1,
    with n the time of the last flow. Lin, S.A.Y. (1976), The Modified Internal Rate of Return and
    Investment Criterion, The Engineering Economist 21(4).
    """
    flows = np.asarray(flow, dtype=np.float64)
    moments = np.arange(flows.size) if times is None else np.asarray(times, dtype=np.float64)
    horizon = float(moments[-1])
    paid = npv(finance_rate, np.maximum(-flows, 0.0), moments)
    earned = npv(reinvestment_rate, np.maximum(flows, 0.0), moments)
    if paid == 0.0 or earned == 0.0 or horizon == 0.0:
        return None
    return float((1.0 + reinvestment_rate) * (earned / paid) ** (1.0 / horizon) - 1.0)


def _weighted_sum(flows: FloatArray, factors: FloatArray) -> FloatArray:
    """Return sum over time of flows[..., t] * factors[..., t]; zero flows need no finite factor."""
    if np.isfinite(factors).all():
        return np.asarray(np.tensordot(flows, factors, axes=(-1, -1)), dtype=np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        product = flows[..., *([np.newaxis] * (factors.ndim - 1)), :] * factors
    moved = np.broadcast_to(
        flows[..., *([np.newaxis] * (factors.ndim - 1)), :] != 0.0, product.shape
    )
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(np.where(moved, product, 0.0).sum(axis=-1), dtype=np.float64)
