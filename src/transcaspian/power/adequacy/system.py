"""A system of zones as arrays: what may fail, what is asked for, and how help can flow."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from transcaspian.errors import InputError

__all__ = ["PLANT", "WATER", "AdequacySystem", "Storage", "Units", "Water"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
KeyArray = NDArray[np.uint64]

PLANT, WATER, LINK, LINK_WHOLE = range(4)  # what a unit feeds


@dataclass(frozen=True, slots=True)
class Units:
    """Parts that fail and are repaired on their own: hourly two-state chains.

    In each hour a part that works fails with chance 1/mttf and one that is out comes back with
    chance 1/mttr, so it is out for a share mttr / (mttf + mttr) of the hours.
    """

    kind: IntArray  # [n] PLANT, WATER (plants that draw on a reservoir), LINK, LINK_WHOLE
    place: IntArray  # [n] zone of a plant, link of a part of a link
    p_nom: FloatArray  # [n] MW; of a link's part from its first zone to its second
    p_nom_reverse: FloatArray  # [n] MW, of a link's part
    mttf_h: FloatArray  # [n] mean time to failure, inf: never
    mttr_h: FloatArray  # [n] mean time to repair
    key: KeyArray  # [n] random stream: the same in every run that has the part

    @property
    def outage_rate(self) -> FloatArray:
        """Share of hours that each part is out [n]."""
        rate = np.zeros(self.mttf_h.size)
        finite = np.isfinite(self.mttf_h)
        rate[finite] = self.mttr_h[finite] / (self.mttf_h[finite] + self.mttr_h[finite])
        return rate


@dataclass(frozen=True, slots=True)
class Storage:
    """Storage that is kept for shortages: it discharges last, and fills from power to spare."""

    zone: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    p_nom: FloatArray = field(default_factory=lambda: np.zeros(0))  # [n] MW, either way
    energy: FloatArray = field(default_factory=lambda: np.zeros(0))  # [n] MWh
    efficiency_store: FloatArray = field(default_factory=lambda: np.zeros(0))
    efficiency_dispatch: FloatArray = field(default_factory=lambda: np.zeros(0))


@dataclass(frozen=True, slots=True)
class Water:
    """Reservoirs: energy of each month, and its planned release, by class of water year.

    A system without reservoirs has plans of zero.
    """

    budget: FloatArray  # [n_weather, n_class, n_month, n_zone] MWh
    plan: FloatArray  # [n_weather, n_class, n_hour, n_zone] MW
    month_start: IntArray  # [n_month + 1] hours
    basin: IntArray  # [n_zone] zones of a basin have the same class in a year


@dataclass(frozen=True, slots=True)
class AdequacySystem:
    """Zones, links and parts of one run and year.

    need: load less what weather gives [n_weather, n_class, n_hour, n_zone], MW. It may be below
    zero. The class is that of the zone's water year.
    """

    zones: tuple[str, ...]
    links: tuple[str, ...]
    link_zone0: IntArray  # [n_link]
    link_zone1: IntArray  # [n_link]
    forward: FloatArray  # [n_link] MW that arrive, of what never fails
    reverse: FloatArray  # [n_link]
    constant: FloatArray  # [n_zone] MW that are always there
    need: FloatArray
    load: FloatArray  # [n_weather, n_hour, n_zone] MW, by which a shortage is shared
    units: Units
    water: Water
    storage: Storage = field(default_factory=Storage)

    def __post_init__(self) -> None:
        """Raise InputError for shapes and values that no system can have."""
        n_hour, n_zone = self.need.shape[2:]
        checks = (
            (n_zone == len(self.zones), "need has a column for each zone"),
            (self.load.shape == (self.need.shape[0], n_hour, n_zone), "load is [weather, hour, zone]"),
            (self.water.plan.shape == self.need.shape, "the plan of water has the shape of need"),
            (bool(np.isfinite(self.need).all()), "need is finite"),
            (bool((self.units.mttf_h >= 1.0).all()), "times to failure are at least an hour"),
            (bool((self.units.mttr_h >= 1.0).all()), "times to repair are at least an hour"),
            (bool((self.units.p_nom >= 0.0).all()), "no part has a capacity below zero"),
        )  # fmt: skip
        broken = [claim for holds, claim in checks if not holds]
        if broken:
            raise InputError(f"The system is not sound. It does not hold that {'; '.join(broken)}.")

    @property
    def n_hour(self) -> int:
        """Hours of a year."""
        return int(self.need.shape[2])
