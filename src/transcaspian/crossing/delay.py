"""Delay curves: what a port pair adds to a journey, by how much cargo comes.

The simulation runs once over a grid of loads with common random numbers. Freight then works with
the fixed curve; it is simulated again only where flow leaves the grid. A sailing rule that waits
for a full load makes light loads wait longer than moderate ones; an equilibrium needs a delay that
never falls, so the monotone fit is flat there.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from transcaspian.case.tables import YearView
from transcaspian.crossing.check import check_crossing
from transcaspian.crossing.engine import run_kernel
from transcaspian.crossing.measure import FACTS_OF_DELAYS, Numbers, measure_delays, pair_name
from transcaspian.crossing.model import BoolArray, FloatArray
from transcaspian.crossing.programs import Options, build_model
from transcaspian.crossing.replicate import half_width, only_grows
from transcaspian.crossing.tables import Crossing, read_crossing
from transcaspian.errors import InputError, Problem

__all__ = [
    "DEFAULT_FACTORS",
    "DelayCurve",
    "DelayGrid",
    "delay_curves",
    "delay_frame",
    "delay_grid",
    "fit_monotone",
]

DEFAULT_FACTORS = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0)
LEAST_SPREAD_H = 1e-3  # keeps the weight of a point finite where all replications agree


@dataclass(frozen=True, slots=True)
class DelayCurve:
    """Hours from arrival at one port to the exit of the other, rising with the yearly load."""

    port0: str
    port1: str
    cargo: str
    tonnes_per_unit: float
    units_per_year: FloatArray
    delay_h: FloatArray  # monotone fit
    low_h: FloatArray  # 95 % band
    high_h: FloatArray
    is_unstable: BoolArray  # the queue only grows: the delay is that of the first year
    carried_per_year: FloatArray  # units that vessels took, mean of the replications

    def at(self, units_per_year: float) -> float:
        """Return the delay at a load, by straight lines; flat outside the grid [h]."""
        return float(np.interp(units_per_year, self.units_per_year, self.delay_h))

    def covers(self, units_per_year: float) -> bool:
        """Return whether a load lies on the grid; beyond it the curve must be simulated again."""
        return bool(self.units_per_year[0] <= units_per_year <= self.units_per_year[-1])


@dataclass(frozen=True, slots=True)
class DelayGrid:
    """A crossing simulated over a grid of loads, every load with the same replications."""

    crossing: Crossing
    options: Options
    replications: int
    seed: int
    runs: Mapping[float, tuple[Numbers, ...]]  # load factor, rising -> numbers by replication

    def covers(self, factor: float) -> bool:
        """Return whether a load factor lies on the grid."""
        return min(self.runs) <= factor <= max(self.runs)

    def extended(self, factors: Sequence[float]) -> "DelayGrid":
        """Return the grid with more load factors; those it has are not simulated again."""
        new = {factor: self._run(factor) for factor in sorted(set(factors) - set(self.runs))}
        runs = {**self.runs, **new}
        return replace(self, runs={factor: runs[factor] for factor in sorted(runs)})

    def _run(self, factor: float) -> tuple[Numbers, ...]:
        options = replace(self.options, load_factor=factor)
        model, places = build_model(self.crossing, options)
        return tuple(
            measure_delays(
                run_kernel(model, options.until_h, self.seed, number, FACTS_OF_DELAYS),
                places,
                options,
            )
            for number in range(self.replications)
        )

    def curves(self) -> tuple[DelayCurve, ...]:
        """Return the curve of every pair that sends cargo."""
        found = []
        for pair in self.crossing.pairs():
            units = self.crossing.units(pair)
            if units > 0.0:
                found.append(self._curve(pair, units))
        return tuple(found)

    def _curve(self, pair: tuple[str, str, str], units: float) -> DelayCurve:
        name = pair_name(pair)

        def column(statistic: str) -> list[FloatArray]:
            return [
                np.array([one["pair", name, statistic] for one in run])
                for run in self.runs.values()
            ]

        samples = column("crossing_h")
        mean = np.array([float(np.mean(sample)) for sample in samples])
        half = np.array([half_width(sample) for sample in samples])
        weight = 1.0 / np.maximum(half, LEAST_SPREAD_H) ** 2
        growth, arrived = column("growth"), column("arrived")
        return DelayCurve(
            *pair,
            float(self.crossing.cargoes[pair[2]]["tonnes"]),
            units * np.array(list(self.runs)),
            fit_monotone(mean, weight),
            fit_monotone(mean - half, weight),
            fit_monotone(mean + half, weight),
            np.array(
                [
                    only_grows(more, float(np.mean(came)))
                    for more, came in zip(growth, arrived, strict=True)
                ]
            ),
            np.array([float(np.mean(sailed)) for sailed in column("sailed")]),
        )


def delay_grid(
    view: YearView,
    options: Options | None = None,
    *,
    factors: Sequence[float] = DEFAULT_FACTORS,
    replications: int = 10,
    seed: int = 0,
) -> DelayGrid:
    """Return a year's crossing simulated at several loads.

    Parameters
    ----------
    view : YearView
        The year, projects and scenario applied.
    options : Options, optional
        Sea level, spells, warm-up; `load_factor` is overwritten.
    factors : sequence of float
        Loads of the grid as multiples of the case's arrivals, rising, above zero.
    replications, seed : int
        As in `simulate`; every load meets the same replications.

    Raises
    ------
    InputError
        For factors that do not rise, and with every problem of the tables.
    ModelError
        Where so many ships wait that demand exceeds capacity for ever.
    """
    _check_factors(factors)
    chosen = options or Options()
    crossing = check_crossing(read_crossing(view, sea_level_path=chosen.sea_level_path))
    return DelayGrid(crossing, chosen, replications, seed, {}).extended(factors)


def delay_curves(
    view: YearView,
    options: Options | None = None,
    *,
    factors: Sequence[float] = DEFAULT_FACTORS,
    replications: int = 10,
    seed: int = 0,
) -> tuple[DelayCurve, ...]:
    """Return the delay curve of every (port, port, cargo) of a year (see `delay_grid`)."""
    return delay_grid(view, options, factors=factors, replications=replications, seed=seed).curves()


def fit_monotone(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the rising values closest to the given ones: isotonic regression.

    Least weighted squares under fit[i] <= fit[i + 1], by pooling adjacent violators (Ayer et al.
    1955, doi:10.1214/aoms/1177728423).

    Parameters
    ----------
    values, weights : float64[n]
        Points in the order of their load; weights above zero.

    Returns
    -------
    float64[n]
        The fit.
    """
    pools: list[tuple[float, float, int]] = []  # mean, weight, points
    for value, weight in zip(values, weights, strict=True):
        pools.append((float(value), float(weight), 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            mean1, weight1, count1 = pools.pop()
            mean0, weight0, count0 = pools.pop()
            total = weight0 + weight1
            pools.append(((mean0 * weight0 + mean1 * weight1) / total, total, count0 + count1))
    return np.repeat([pool[0] for pool in pools], [pool[2] for pool in pools])


def delay_frame(curves: Sequence[DelayCurve]) -> pl.DataFrame:
    """Return one row a point of each curve, loads in units and thousand tonnes a year."""
    rows = [
        {
            "port0": curve.port0,
            "port1": curve.port1,
            "cargo": curve.cargo,
            "units_per_year": float(curve.units_per_year[point]),
            "kt_per_year": float(curve.units_per_year[point]) * curve.tonnes_per_unit / 1e3,
            "delay_h": float(curve.delay_h[point]),
            "low_h": float(curve.low_h[point]),
            "high_h": float(curve.high_h[point]),
            "is_unstable": bool(curve.is_unstable[point]),
            "carried_per_year": float(curve.carried_per_year[point]),
        }
        for curve in curves
        for point in range(curve.units_per_year.size)
    ]
    return pl.DataFrame(rows)


def _check_factors(factors: Sequence[float]) -> None:
    rises = all(low < high for low, high in itertools.pairwise(factors))
    if len(factors) < 2 or not rises or not min(factors) > 0.0:
        problem = Problem(
            "options", 0, "factors", f"{tuple(factors)} must rise from above zero.", ""
        )
        raise InputError("The grid of loads makes no sense.", [problem])
