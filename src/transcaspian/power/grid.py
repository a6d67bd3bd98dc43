"""A power network as arrays: everything that least-cost operation and expansion needs.

A `Grid` holds what a year of a case, a PyPSA folder and a MATPOWER file can say: impedances, ramps,
stores, several output ports, quadratic cost, limits on the whole, and capacity that may grow.

Arrays by snapshot have the shape [n_snapshot or 1, n]; one row means the same in every snapshot.
NaN in a `_set` or ramp array means "not given". Angles are radians, impedances per unit of 1 MVA.
A market that buys, or demand that answers to price, is a generator with sign -1 and a negative
marginal cost.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Branches",
    "Capacity",
    "GlobalLimit",
    "Grid",
    "GridGenerators",
    "GridLinks",
    "GridStorageUnits",
    "GridStores",
    "LimitTerm",
    "PiecewiseCosts",
]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Capacity:
    """Capacity of items, and how far it may grow at which cost."""

    nominal: FloatArray  # [n], MW (MWh of a store)
    is_extendable: BoolArray  # [n]
    least: FloatArray  # [n], lower limit of the optimum where extendable
    most: FloatArray  # [n]
    cost: FloatArray  # [n], per MW over the modelled time
    investment: FloatArray  # [n], the part of `cost` that is not fixed operation

    @classmethod
    def fixed(cls, nominal: FloatArray) -> "Capacity":
        """Return capacity that stays as it is, at no cost."""
        zero = np.zeros(nominal.size)
        return cls(nominal, np.zeros(nominal.size, dtype=bool), zero, nominal, zero, zero)


@dataclass(frozen=True, slots=True)
class GridGenerators:
    """Plants; p is fed into the bus times `sign`."""

    names: tuple[str, ...]
    carrier: tuple[str, ...]
    bus: IntArray
    sign: FloatArray
    capacity: Capacity
    p_min_pu: FloatArray
    p_max_pu: FloatArray
    p_set: FloatArray
    marginal_cost: FloatArray
    marginal_cost_quadratic: FloatArray
    ramp_limit_up: FloatArray  # per unit of capacity a snapshot
    ramp_limit_down: FloatArray
    p_init: FloatArray  # [n], MW before the first snapshot
    energy_min: FloatArray  # [n], MWh
    energy_max: FloatArray
    efficiency: FloatArray  # only for limits on primary energy


@dataclass(frozen=True, slots=True)
class GridStorageUnits:
    """Storage with one power rating; energy capacity is `max_hours` times it."""

    names: tuple[str, ...]
    carrier: tuple[str, ...]
    bus: IntArray
    sign: FloatArray
    capacity: Capacity
    p_min_pu: FloatArray
    p_max_pu: FloatArray
    max_hours: FloatArray  # [n]
    efficiency_store: FloatArray
    efficiency_dispatch: FloatArray
    standing_loss: FloatArray  # share an hour
    inflow: FloatArray  # MW
    marginal_cost: FloatArray
    marginal_cost_quadratic: FloatArray
    marginal_cost_storage: FloatArray
    spill_cost: FloatArray
    level_initial: FloatArray  # [n], MWh
    is_cyclic: BoolArray  # [n]
    level_set: FloatArray
    p_set: FloatArray
    dispatch_set: FloatArray
    store_set: FloatArray


@dataclass(frozen=True, slots=True)
class GridStores:
    """Stores of energy whose power is free."""

    names: tuple[str, ...]
    carrier: tuple[str, ...]
    bus: IntArray
    sign: FloatArray
    capacity: Capacity  # MWh
    e_min_pu: FloatArray
    e_max_pu: FloatArray
    standing_loss: FloatArray
    marginal_cost: FloatArray
    marginal_cost_quadratic: FloatArray
    marginal_cost_storage: FloatArray
    level_initial: FloatArray  # [n], MWh
    is_cyclic: BoolArray  # [n]
    level_set: FloatArray
    p_set: FloatArray

    @classmethod
    def none(cls) -> "GridStores":
        """Return no store."""
        n, t, bus = np.zeros(0), np.zeros((1, 0)), np.zeros(0, dtype=np.int64)
        no = np.zeros(0, dtype=bool)
        return cls((), (), bus, n, Capacity.fixed(n), t, t, t, t, t, t, n, no, t, t)


@dataclass(frozen=True, slots=True)
class GridLinks:
    """Controllable links: p is drawn at bus0, each port feeds efficiency * p into its bus.

    A process is a link whose bus0 has a factor of its own; None is minus one. A port may feed what
    was drawn some snapshots earlier (None: at once), at the end of the time where that wraps.
    """

    names: tuple[str, ...]
    carrier: tuple[str, ...]
    bus0: IntArray
    capacity: Capacity
    p_min_pu: FloatArray
    p_max_pu: FloatArray
    p_set: FloatArray
    marginal_cost: FloatArray
    marginal_cost_quadratic: FloatArray
    ramp_limit_up: FloatArray
    ramp_limit_down: FloatArray
    p_init: FloatArray
    length: FloatArray  # [n], km
    port_link: IntArray  # [n_port]
    port_bus: IntArray  # [n_port]
    port_efficiency: FloatArray  # [n_snapshot or 1, n_port]
    bus0_factor: FloatArray | None = None  # [n_snapshot or 1, n]
    port_lag: IntArray | None = None  # [n_port], snapshots
    port_wraps: BoolArray | None = None  # [n_port]
    is_process: BoolArray | None = None  # [n], counts in no limit on transmission


@dataclass(frozen=True, slots=True)
class Branches:
    """Lines and transformers, whose flow follows the angles at their ends."""

    names: tuple[str, ...]
    carrier: tuple[str, ...]
    bus0: IntArray
    bus1: IntArray
    capacity: Capacity  # MVA
    s_max_pu: FloatArray
    s_set: FloatArray
    impedance: FloatArray  # [n], reactance, or resistance in a direct-current network
    phase_shift: FloatArray  # rad
    reactance: FloatArray  # [n], what angle limits go by in a direct-current network too
    angle_min: FloatArray  # [n], rad, of reactance * s + phase_shift
    angle_max: FloatArray
    length: FloatArray  # [n], km

    @classmethod
    def none(cls) -> "Branches":
        """Return no branch."""
        n, t, bus = np.zeros(0), np.zeros((1, 0)), np.zeros(0, dtype=np.int64)
        return cls((), (), bus, bus, Capacity.fixed(n), t, t, n, t, n, n, n, n)


@dataclass(frozen=True, slots=True)
class PiecewiseCosts:
    """Convex piecewise linear cost: at least slope * p + intercept for every segment."""

    generator: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    slope: FloatArray = field(default_factory=lambda: np.zeros(0))
    intercept: FloatArray = field(default_factory=lambda: np.zeros(0))


@dataclass(frozen=True, slots=True)
class LimitTerm:
    """Part of a limit: coefficient times the items of one block of columns."""

    block: str
    items: IntArray
    coefficient: FloatArray  # [n_snapshot or 1, n] for hourly blocks, [1, n] for capacities


@dataclass(frozen=True, slots=True)
class GlobalLimit:
    """A limit on the whole: lower <= sum of terms <= upper.

    kind: the block of rows in which it stands: "energy_limit" where it counts MWh, else "limit".
    """

    name: str
    lower: float
    upper: float
    terms: tuple[LimitTerm, ...]
    kind: str = "limit"


@dataclass(frozen=True, slots=True)
class Grid:
    """One network over snapshots with weights."""

    name: str
    buses: tuple[str, ...]
    n_snapshot: int
    weight_objective: FloatArray  # [n_snapshot], h
    weight_stores: FloatArray  # [n_snapshot], h
    weight_generators: FloatArray  # [n_snapshot], h
    demand: FloatArray  # [n_snapshot, n_bus], MW
    generators: GridGenerators
    storage_units: GridStorageUnits
    stores: GridStores
    links: GridLinks
    branches: Branches
    piecewise_costs: PiecewiseCosts = field(default_factory=PiecewiseCosts)
    limits: tuple[GlobalLimit, ...] = ()
    cost_offset: float = 0.0  # cost that no decision changes
    ignored: tuple[str, ...] = ()  # attributes of the source that the optimum does not depend on
