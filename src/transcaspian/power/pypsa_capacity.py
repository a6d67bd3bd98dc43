"""Capacity of PyPSA components and its cost over the modelled time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from transcaspian.power.grid import Capacity

if TYPE_CHECKING:
    from transcaspian.power.pypsa_network import PypsaTables

__all__ = ["read_capacity"]

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
