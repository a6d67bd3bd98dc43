"""Sequential Monte Carlo over outage, weather and water years, until the means are known well enough.

Samples are drawn in blocks of a fixed size, each from its own number and the seed, so the result
is the same, to the bit, for any number of workers.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transcaspian.errors import InputError, ModelError
from transcaspian.power.adequacy import hour_kernels as hour
from transcaspian.power.adequacy.kernels import simulate_years
from transcaspian.power.adequacy.statistics import half_widths
from transcaspian.power.adequacy.system import AdequacySystem

__all__ = ["POLICIES", "AdequacyOptions", "AdequacyResult", "simulate"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

POLICIES = {"share": hour.SHARE, "order": hour.ORDER, "alone": hour.ALONE}
BLOCK = 25  # samples
N_FIGURE = 6
MOST_SAMPLES = 100_000


@dataclass(frozen=True, slots=True)
class AdequacyOptions:
    """How a system is simulated.

    samples: years at least. half_width: of the 95 % interval over the mean of LOLE and EENS, in
    every zone above `count_above_h`; years are added until it is met, `most_samples` at most.
    policy: `share` equalises unserved load over load, `order` serves the nearest first, `alone`
    has no help between zones. water_class: every zone in this class of water year, 0 the driest.
    """

    samples: int = 200
    half_width: float | None = None
    count_above_h: float = 1.0
    most_samples: int = 20_000
    seed: int = 0
    policy: str = "share"
    water_class: int | None = None
    workers: int = 1

    def __post_init__(self) -> None:
        """Raise InputError for options that ask for nothing possible."""
        if not 1 <= self.samples <= MOST_SAMPLES:
            raise InputError(f"{self.samples!r} samples: choose 1 to {MOST_SAMPLES:,}.")
        if self.half_width is not None and not 0.0 < self.half_width < 1.0:
            raise InputError(f"Half-width {self.half_width!r} is not above 0 and below 1.")
        if self.policy not in POLICIES:
            raise InputError(f"Policy {self.policy!r} is none of {', '.join(POLICIES)}.")
        if self.workers < 1:
            raise InputError(f"{self.workers!r} workers: at least one is needed.")
        if not 0 <= self.seed < 2**63:
            raise InputError(f"Seed {self.seed!r} is not between 0 and 2**63 - 1.")


@dataclass(frozen=True, slots=True)
class AdequacyResult:
    """What every simulated year gave, and what was short."""

    system: AdequacySystem
    options: AdequacyOptions
    yearly: FloatArray  # [n_sample, n_zone, 6] as in `hour_kernels`: hours, MWh, events, h, MWh, MW
    weather: IntArray  # [n_sample]
    causes: FloatArray  # [n_zone, 4] summed over all hours short
    link_full: FloatArray  # [n_zone, n_link] MWh not served behind a full link
    month_hours: FloatArray  # [n_month, n_zone] hours short, all samples
    mean_out: FloatArray  # [n_zone] MW out in the mean of all hours

    @property
    def samples(self) -> int:
        """Simulated years."""
        return int(self.yearly.shape[0])

    @property
    def lole(self) -> FloatArray:
        """Hours short of each year [n_sample, n_zone]."""
        return self.yearly[:, :, hour.LOLE]

    @property
    def eens(self) -> FloatArray:
        """Energy not served of each year [n_sample, n_zone], MWh."""
        return self.yearly[:, :, hour.EENS]


def simulate(
    system: AdequacySystem,
    options: AdequacyOptions | None = None,
    firm: FloatArray | None = None,
) -> AdequacyResult:
    """Return the simulated years of a system.

    firm: MW that never fail, added to each zone [n_zone]; below zero it is load.
    """
    options = options or AdequacyOptions()
    firm = system.constant + (0.0 if firm is None else firm)
    blocks: list[_Block] = []
    wanted = options.samples
    with ThreadPoolExecutor(options.workers) as pool:
        while True:
            done = BLOCK * len(blocks)
            todo = [(first, min(BLOCK, wanted - first)) for first in range(done, wanted, BLOCK)]
            blocks += pool.map(lambda span: _run_block(system, options, firm, *span), todo)
            if options.half_width is None or wanted >= options.most_samples:
                break
            if _is_known(blocks, options):
                break
            # The last block is made anew where it was not whole.
            blocks = [block for block in blocks if block.yearly.shape[0] == BLOCK]
            wanted = min(2 * wanted, options.most_samples)
    return _join(system, options, blocks)


@dataclass(frozen=True, slots=True)
class _Block:
    yearly: FloatArray
    weather: IntArray
    causes: FloatArray
    link_full: FloatArray
    month_hours: FloatArray
    out: FloatArray


def _run_block(
    system: AdequacySystem, options: AdequacyOptions, firm: FloatArray, first: int, count: int
) -> _Block:
    n_zone, n_link = len(system.zones), len(system.links)
    units, storage, water = system.units, system.storage, system.water
    order = np.argsort(-storage.energy / np.maximum(storage.p_nom, 1e-9), kind="stable")
    block = _Block(
        yearly=np.zeros((count, n_zone, N_FIGURE)),
        weather=np.zeros(count, dtype=np.int64),
        causes=np.zeros((n_zone, 4)),
        link_full=np.zeros((n_zone, n_link)),
        month_hours=np.zeros((water.month_start.size - 1, n_zone)),
        out=np.zeros(n_zone),
    )
    stores = [storage.p_nom, storage.energy, storage.efficiency_store, storage.efficiency_dispatch]
    failed = simulate_years(
        np.uint64(options.seed),
        first,
        -1 if options.water_class is None else options.water_class,
        system.need,
        system.load,
        water.plan,
        water.budget,
        water.month_start,
        water.basin,
        np.ascontiguousarray(firm),
        np.stack([units.kind, units.place]),
        np.stack([units.p_nom, units.p_nom_reverse]),
        np.stack([units.mttf_h, units.mttr_h]),
        units.key,
        storage.zone[order],
        np.ascontiguousarray(np.stack([*stores, storage.energy])[:, order]),
        np.stack([system.forward, system.reverse]),
        np.stack([system.link_zone0, system.link_zone1]),
        *arcs(n_zone, system.link_zone0, system.link_zone1),
        POLICIES[options.policy],
        block.yearly,
        block.weather,
        block.causes,
        block.link_full,
        block.month_hours,
        block.out,
    )
    if failed:
        raise ModelError(
            "More outages were drawn than a year can have. Look at the times to failure."
        )
    return block


def arcs(n_zone: int, link_zone0: IntArray, link_zone1: IntArray) -> tuple[IntArray, IntArray]:
    """Return arc_start [n_zone + 1] and, of the arcs that leave each zone, code and head [2, n_arc].

    The code is twice the link plus the sense, 1 for back.
    """
    tail = np.concatenate([link_zone0, link_zone1])
    head = np.concatenate([link_zone1, link_zone0])
    code = np.concatenate([2 * np.arange(link_zone0.size), 2 * np.arange(link_zone0.size) + 1])
    order = np.argsort(tail, kind="stable")
    start = np.searchsorted(tail[order], np.arange(n_zone + 1))
    return start.astype(np.int64), np.stack([code[order], head[order]]).astype(np.int64)


def _is_known(blocks: Sequence[_Block], options: AdequacyOptions) -> bool:
    """Whether the means of all zones above the threshold are known to the half-width asked for."""
    assert options.half_width is not None
    yearly = np.concatenate([block.yearly for block in blocks])
    counts = yearly[:, :, hour.LOLE].mean(axis=0) > options.count_above_h
    for figure in (hour.LOLE, hour.EENS):
        mean, half = half_widths(yearly[:, counts, figure])
        if (half > options.half_width * mean).any():
            return False
    return True


def _join(
    system: AdequacySystem, options: AdequacyOptions, blocks: Sequence[_Block]
) -> AdequacyResult:
    yearly = np.concatenate([block.yearly for block in blocks])
    hours = yearly.shape[0] * system.n_hour
    return AdequacyResult(
        system=system,
        options=options,
        yearly=yearly,
        weather=np.concatenate([block.weather for block in blocks]),
        causes=np.sum([block.causes for block in blocks], axis=0),
        link_full=np.sum([block.link_full for block in blocks], axis=0),
        month_hours=np.sum([block.month_hours for block in blocks], axis=0),
        mean_out=np.sum([block.out for block in blocks], axis=0) / hours,
    )
