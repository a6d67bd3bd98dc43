"""Capacity of PyPSA components and its cost over the modelled time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from transcaspian.power.grid import Capacity

if TYPE_CHECKING:
    from transcaspian.power.pypsa_network import PypsaTables

__all__ = ["read_capacity", "read_ramp"]

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
        years = tables.source.weights["objective"].sum() / HOURS_PER_YEAR
        factor = _annuity(
            tables.numbers(component, "discount_rate"), tables.numbers(component, "lifetime")
        )
        cost = np.where(np.isnan(overnight), cost, overnight * factor * years)
    held = tables.numbers(component, f"{attribute}_set")
    is_held = ~np.isnan(held)
    least = tables.numbers(component, f"{attribute}_min")
    most = tables.numbers(component, f"{attribute}_max")
    return Capacity(
        nominal=tables.numbers(component, attribute),
        is_extendable=tables.flags(component, f"{attribute}_extendable"),
        least=np.where(is_held, np.maximum(least, np.where(is_held, held, least)), least),
        most=np.where(is_held, np.minimum(most, np.where(is_held, held, most)), most),
        cost=cost + tables.numbers(component, "fom_cost"),
        investment=cost,
    )


def _annuity(rate: FloatArray, lifetime: FloatArray) -> FloatArray:
    """Return what a unit of debt costs a year: 1 / lifetime without interest."""
    safe = np.where(rate == 0.0, 1.0, rate)
    factor = safe / (1.0 - (1.0 + safe) ** -lifetime)
    factor = np.where(np.isinf(lifetime), np.maximum(rate, 0.0), factor)
    return np.where((rate == 0.0) & np.isfinite(lifetime), 1.0 / lifetime, factor)


def read_ramp(tables: PypsaTables, component: str, limit: str, at_switch: str) -> FloatArray:
    """Return a ramp limit per unit of capacity; NaN is none.

    A unit that has only the limit for switching on or off gets a limit of one, as in PyPSA: it
    binds where output may change its sign.
    """
    given = tables.series(component, limit)
    only_switch = np.isnan(given) & ~np.isnan(tables.numbers(component, at_switch))
    return np.where(only_switch, 1.0, given)
