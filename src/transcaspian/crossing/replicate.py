"""Replications of a crossing's year: means, confidence intervals, and whether queues only grow.

Replication r of a seed meets the same weather, trains and breakdowns in every variant of a case
(common random numbers), and each is independent of the others, so that the answer has the same
bits for any number of workers.
"""

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import stats

from transcaspian.case.tables import YearView
from transcaspian.crossing.check import check_crossing
from transcaspian.crossing.engine import run_kernel
from transcaspian.crossing.measure import Key, Numbers, measure, pair_name
from transcaspian.crossing.model import FloatArray, Model
from transcaspian.crossing.programs import Options, Places, build_model
from transcaspian.crossing.tables import Crossing, read_crossing
from transcaspian.errors import InputError, Problem

__all__ = [
    "CONFIDENCE",
    "Simulation",
    "half_width",
    "only_grows",
    "simulate",
    "simulate_crossing",
]

CONFIDENCE = 0.95
MOST_REPLICATIONS = 500
BATCH = 10  # replications that are added while the interval is too wide
# A queue is called unstable when it grows by more than this share of what came in the year …
GROWING_SHARE = 0.02
# … and by so many standard errors; with one replication, by the share below.
GROWING_Z = 3.0
GROWING_SHARE_OF_ONE = 0.05
NEARLY_ALWAYS_BUSY = 0.9
LEAST_SERVED = 1e-3  # of the arrivals, for a ratio to say anything


@dataclass(frozen=True, slots=True)
class Simulation:
    """Numbers of all replications: `values[replication, key]`; NaN where a number does not exist."""

    year: int
    seed: int
    keys: tuple[Key, ...]
    values: FloatArray
    unstable: tuple[str, ...]

    @property
    def replications(self) -> int:
        """Return the number of replications."""
        return int(self.values.shape[0])

    def of(self, group: str, name: str, statistic: str) -> FloatArray:
        """Return one number in every replication that has it."""
        values = self.values[:, self.keys.index((group, name, statistic))]
        return np.asarray(values[np.isfinite(values)], dtype=np.float64)

    def mean(self, group: str, name: str, statistic: str) -> float:
        """Return the mean over the replications."""
        return float(np.mean(self.of(group, name, statistic)))

    def interval(self, group: str, name: str, statistic: str) -> tuple[float, float]:
        """Return the confidence interval of the mean (Student); without width for one replication.

        Hours, shares, counts and costs can't be below zero, so the interval ends there.
        """
        values = self.of(group, name, statistic)
        half = half_width(values)
        mean = float(np.mean(values))
        return (max(mean - half, 0.0) if mean >= 0.0 else mean - half), mean + half

    def frame(self) -> pl.DataFrame:
        """Return one row a number: group, name, statistic, mean, low, high, replications."""
        rows = []
        for group, name, statistic in self.keys:
            low, high = self.interval(group, name, statistic)
            rows.append(
                {
                    "group": group,
                    "name": name,
                    "statistic": statistic,
                    "mean": self.mean(group, name, statistic),
                    "low": low,
                    "high": high,
                    "replications": self.of(group, name, statistic).size,
                }
            )
        return pl.DataFrame(rows)


def half_width(values: FloatArray) -> float:
    """Return half the width of the confidence interval of a mean; 0 for a single value."""
    if values.size < 2:
        return 0.0
    quantile = float(stats.t.ppf(0.5 + 0.5 * CONFIDENCE, values.size - 1))
    return quantile * float(np.std(values, ddof=1)) / math.sqrt(values.size)


def simulate(
    view: YearView,
    options: Options | None = None,
    *,
    replications: int = 20,
    seed: int = 0,
    half_width_h: float | None = None,
    workers: int = 1,
) -> Simulation:
    """Return the replications of a year of a case.

    Parameters
    ----------
    view : YearView
        The year, projects and scenario applied.
    options : Options, optional
        Sea level, spells, warm-up.
    replications : int
        How many; the least when `half_width_h` is given.
    seed : int
        Seed of everything random.
    half_width_h : float, optional
        Replications are added until the interval of the mean wait of every cargo is at most twice
        this wide [h], or there are 500.
    workers : int
        Replications that run side by side.

    Raises
    ------
    InputError
        With every problem of the tables.
    ModelError
        Where so many ships wait that demand exceeds capacity for ever.
    """
    chosen = options or Options()
    crossing = check_crossing(read_crossing(view, sea_level_path=chosen.sea_level_path))
    return simulate_crossing(
        crossing,
        chosen,
        replications=replications,
        seed=seed,
        half_width_h=half_width_h,
        workers=workers,
    )


def simulate_crossing(
    crossing: Crossing,
    options: Options,
    *,
    replications: int,
    seed: int,
    half_width_h: float | None = None,
    workers: int = 1,
) -> Simulation:
    """Return the replications of a checked crossing (see `simulate`)."""
    _check_numbers(replications, half_width_h)
    model, places = build_model(crossing, options)

    def run(replication: int) -> Numbers:
        log = run_kernel(model, options.until_h, seed, replication)
        return measure(log, crossing, model, places, options)

    done: list[Numbers] = []
    with ThreadPoolExecutor(max_workers=max(workers, 1)) as pool:
        wanted = replications
        while len(done) < wanted:
            done += pool.map(run, range(len(done), wanted))
            if half_width_h is not None and not _is_narrow(done, half_width_h):
                wanted = min(len(done) + BATCH, MOST_REPLICATIONS)
    keys, values = _table(done)
    unstable = _growing(keys, values, crossing, model, places)
    return Simulation(crossing.year, seed, keys, values, unstable)


def _check_numbers(replications: int, half_width_h: float | None) -> None:
    if not 1 <= replications <= MOST_REPLICATIONS:
        raise _bad_option("replications", f"{replications} is not from 1 to {MOST_REPLICATIONS}.")
    if half_width_h is not None and not half_width_h > 0.0:
        raise _bad_option("half_width_h", f"{half_width_h} is not above zero.")


def _bad_option(name: str, message: str) -> InputError:
    return InputError(
        "The crossing cannot be simulated so.", [Problem("options", 0, name, message, "")]
    )


def _is_narrow(done: Sequence[Numbers], half_width_h: float) -> bool:
    cargoes = {name for group, name, statistic in done[0] if group == "cargo"}
    widths = [
        half_width(np.array([numbers.get(("cargo", name, "mean_h"), 0.0) for numbers in done]))
        for name in cargoes
    ]
    return len(done) > 1 and max(widths, default=0.0) <= half_width_h


def _table(done: Sequence[Numbers]) -> tuple[tuple[Key, ...], FloatArray]:
    """Return all numbers as one array, keys in the order in which they first come."""
    keys: dict[Key, None] = {}
    for numbers in done:
        keys |= dict.fromkeys(numbers)
    values = np.array([[numbers.get(key, np.nan) for key in keys] for numbers in done])
    return tuple(keys), values


def _growing(
    keys: tuple[Key, ...],
    values: FloatArray,
    crossing: Crossing,
    model: Model,
    places: Places,
) -> tuple[str, ...]:
    """Return a sentence for every queue that only grows, with what holds it up."""
    at = {key: column for column, key in enumerate(keys)}
    found = []
    for pair in places.stores:
        name = pair_name(pair)
        growth = values[:, at["pair", name, "growth"]]
        arrived = float(np.mean(values[:, at["pair", name, "arrived"]]))
        if not only_grows(growth, arrived):
            continue
        served = arrived - float(np.mean(growth))
        cause = _what_is_short(pair, crossing, model, places, at, values)
        if served < LEAST_SERVED * arrived:
            found.append(f"unstable: nearly nothing is served, {name}: {cause}")
        else:
            ratio = arrived / served
            found.append(f"unstable: arrivals {ratio:.2f} × service, {name}: {cause}")  # noqa: RUF001
    for resource in model.resource_names:
        growth = values[:, at["resource", resource, "queue_growth"]]
        if float(np.mean(growth)) > 10.0 and only_grows(growth, 100.0):
            busy = float(np.mean(values[:, at["resource", resource, "occupancy"]]))
            found.append(f"unstable: ships queue ever longer for {resource} (busy {busy:.0%})")
    return tuple(found)


def only_grows(growth: FloatArray, arrived: float) -> bool:
    """Return whether a queue's growth over the year, by replication, is more than chance."""
    mean = float(np.mean(growth))
    if growth.size == 1:
        return mean > GROWING_SHARE_OF_ONE * arrived
    error = float(np.std(growth, ddof=1)) / math.sqrt(growth.size)
    return mean > max(GROWING_SHARE * arrived, GROWING_Z * error)


def _what_is_short(
    pair: tuple[str, str, str],
    crossing: Crossing,
    model: Model,
    places: Places,
    at: dict[Key, int],
    values: FloatArray,
) -> str:
    """Return the busiest resource of the services of a pair, or its vessels where none is full."""
    services = [
        service
        for service in crossing.services.values()
        if pair[2] in service.cargoes and {pair[0], pair[1]} <= set(service.ports) and service.count
    ]
    numbers = set()
    for service in services:
        numbers |= {places.berths[berth] for berth in service.berths}
        numbers |= {places.cranes[berth] for berth in service.berths if berth in places.cranes}
        numbers |= {places.yards[key] for key in places.yards if key[1] == pair[2]}
    busiest, share = "", 0.0
    for number in sorted(numbers):
        name = model.resource_names[number]
        busy = float(np.mean(values[:, at["resource", name, "occupancy"]]))
        if busy > share:
            busiest, share = name, busy
    if share >= NEARLY_ALWAYS_BUSY:
        return f"{busiest} (busy {share:.0%})"
    return "vessels of " + ", ".join(service.name for service in services)
