"""The power network as arrays: what the equations of `build` are written for.

Every component is a frozen record of arrays over its items. Arrays by hour have the shape
[n_hour or 1, n]: one row means the same in every hour. Buses are referred to by position.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "EnergyLimits",
    "Generators",
    "Links",
    "Network",
    "StorageUnits",
]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


def _none() -> FloatArray:
    return np.zeros((1, 0))


@dataclass(frozen=True, slots=True)
class Generators:
    """Whatever feeds a bus at a cost: plants, purchases from a market, unserved energy.

    `sign` -1 draws from the bus: a sale to a market is a generator with sign -1 and a negative
    marginal cost.
    """

    names: tuple[str, ...]
    bus: IntArray  # [n]
    sign: FloatArray  # [n]
    p_min: FloatArray  # [n_hour or 1, n], MW
    p_max: FloatArray  # [n_hour or 1, n], MW
    marginal_cost: FloatArray  # [n_hour or 1, n], USD/MWh


@dataclass(frozen=True, slots=True)
class EnergyLimits:
    """The energy of one generator between two hours stays within limits (water of a month)."""

    names: tuple[str, ...] = ()
    generator: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    first_hour: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    end_hour: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))  # excluded
    energy_min: FloatArray = field(default_factory=lambda: np.zeros(0))  # MWh
    energy_max: FloatArray = field(default_factory=lambda: np.zeros(0))  # MWh


@dataclass(frozen=True, slots=True)
class StorageUnits:
    """Storage with one power rating both ways, its level the same at both ends of the year."""

    names: tuple[str, ...]
    bus: IntArray  # [n]
    p_nom: FloatArray  # [n], MW
    energy_max: FloatArray  # [n], MWh
    efficiency_store: FloatArray  # [n]
    efficiency_dispatch: FloatArray  # [n]
    standing_loss: FloatArray  # [n], share of the level lost in an hour
    marginal_cost: FloatArray  # [n], USD/MWh discharged


@dataclass(frozen=True, slots=True)
class Links:
    """Controllable connections; flow is positive from bus0 to bus1, measured at bus0."""

    names: tuple[str, ...]
    bus0: IntArray  # [n]
    bus1: IntArray  # [n]
    efficiency: FloatArray  # [n]
    p_min: FloatArray  # [n_hour or 1, n], MW
    p_max: FloatArray  # [n_hour or 1, n], MW
    marginal_cost: FloatArray  # [n], USD per MWh sent


@dataclass(frozen=True, slots=True)
class Network:
    """One network over consecutive hours of weight one."""

    buses: tuple[str, ...]
    n_hour: int
    demand: FloatArray  # [n_hour, n_bus], MW
    generators: Generators
    storage_units: StorageUnits
    links: Links
    energy_limits: EnergyLimits = field(default_factory=EnergyLimits)
