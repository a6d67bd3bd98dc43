"""Capacity of PyPSA components and its cost over the modelled time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from transcaspian.power.grid import Capacity

if TYPE_CHECKING:
    from transcaspian.power.pypsa_tables import PypsaTables

__all__ = ["check_infinite", "read_capacity", "read_ramp"]

FloatArray = NDArray[np.float64]
HOURS_PER_YEAR = 8760.0  # PyPSA's measure of the years that snapshots stand for


def read_capacity(tables: PypsaTables, component: str, attribute: str) -> Capacity:
    """Return capacity with its cost over the modelled time.

    capital_cost, or overnight_cost times the annuity r / (1 - (1 + r)**-lifetime) and the years
    that the snapshots stand for; plus fom_cost.
    """
    cost = tables.numbers(component, "capital_cost")
    overnight = tables.numbers(component, "overnight_cost")
    if not np.isnan(overnight).all():
        _check_annuity(tables, component, ~np.isnan(overnight))
        years = tables.source.weights["objective"].sum() / HOURS_PER_YEAR
        factor = _annuity(
            tables.numbers(component, "discount_rate"), tables.numbers(component, "lifetime")
        )
        cost = np.where(np.isnan(overnight), cost, overnight * factor * years)
    nominal = tables.numbers(component, attribute)
    is_extendable = tables.flags(component, f"{attribute}_extendable")
    message = "inf is no capacity to grow from."
    is_wrong = np.isinf(nominal) & is_extendable
    tables.add_where(component, attribute, is_wrong, message, "Give a number.")
    held = tables.numbers(component, f"{attribute}_set")
    is_held = ~np.isnan(held)
    message = f"{attribute}_set holds a capacity that may grow, and this one may not."
    cure = f"Give {attribute}, or set {attribute}_extendable."
    tables.add_where(component, f"{attribute}_set", is_held & ~is_extendable, message, cure)
    least = tables.numbers(component, f"{attribute}_min")
    most = tables.numbers(component, f"{attribute}_max")
    return Capacity(
        nominal=nominal,
        is_extendable=is_extendable,
        least=np.where(is_held, np.maximum(least, np.where(is_held, held, least)), least),
        most=np.where(is_held, np.minimum(most, np.where(is_held, held, most)), most),
        cost=cost + tables.numbers(component, "fom_cost"),
        investment=cost,
    )


def _check_annuity(tables: PypsaTables, component: str, is_given: NDArray[np.bool_]) -> None:
    """Find overnight costs without a discount rate above -1 and a lifetime above zero."""
    rate = tables.numbers(component, "discount_rate")
    is_missing = is_given & np.isnan(rate)
    message = "overnight_cost needs a discount_rate."
    tables.add_where(component, "discount_rate", is_missing, message, "Give one, as a fraction.")
    message = "a rate of -1 or less leaves no annuity."
    tables.add_where(component, "discount_rate", is_given & (rate <= -1.0), message, "Correct it.")
    is_short = is_given & ~(tables.numbers(component, "lifetime") > 0.0)
    message = "the lifetime is not above zero."
    tables.add_where(component, "lifetime", is_short, message, "Give years.")


def check_infinite(tables: PypsaTables, component: str) -> None:
    """Find plants and links without limit that are held to a share of it."""
    is_endless = np.isinf(tables.numbers(component, "p_nom"))
    for name, is_held in (
        ("p_min_pu", (tables.series(component, "p_min_pu") > 0.0).any(axis=0)),
        ("p_max_pu", (tables.series(component, "p_max_pu") < 0.0).any(axis=0)),
        *(
            (limit, np.isfinite(tables.series(component, limit)).any(axis=0))
            for limit in ("ramp_limit_up", "ramp_limit_down")
        ),
    ):
        message = f"a capacity of inf and {name} leave no number to count with."
        tables.add_where(component, "p_nom", is_endless & is_held, message, "Give a number.")


def _annuity(rate: FloatArray, lifetime: FloatArray) -> FloatArray:
    """Return what a unit of debt costs a year: 1 / lifetime without interest."""
    years = np.where(lifetime > 0.0, lifetime, 1.0)  # others are named as problems
    safe = np.where((rate == 0.0) | ~(rate > -1.0), 1.0, rate)
    factor = safe / (1.0 - (1.0 + safe) ** -years)
    factor = np.where(np.isinf(lifetime), np.maximum(rate, 0.0), factor)
    return np.where((rate == 0.0) & np.isfinite(lifetime), 1.0 / years, factor)


def read_ramp(tables: PypsaTables, component: str, limit: str, at_switch: str) -> FloatArray:
    """Return a ramp limit per unit of capacity; NaN is none.

    A unit that has only the limit for switching on or off gets a limit of one, as in PyPSA: it
    binds where output may change its sign.
    """
    given = tables.series(component, limit)
    only_switch = np.isnan(given) & ~np.isnan(tables.numbers(component, at_switch))
    return np.where(only_switch, 1.0, np.where(np.isposinf(given), np.nan, given))
