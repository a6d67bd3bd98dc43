"""Sobol indices: which share of a result's variance each uncertain input brings.

First-order index S_i = V(E(y | x_i)) / V(y): what knowing x_i alone would take away. Total index
T_i = 1 - V(E(y | all but x_i)) / V(y): what would be left if all but x_i were known.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transcaspian.appraisal.distributions import Distribution, draw_scores, quantiles

__all__ = ["SobolIndices", "sobol_indices"]

FloatArray = NDArray[np.float64]

REPLICATES = 100


@dataclass(frozen=True, slots=True)
class SobolIndices:
    """Indices by input, with half the width of their 95 % bootstrap interval."""

    inputs: tuple[str, ...]
    first_order: FloatArray  # [n_input]
    first_order_ci95: FloatArray  # [n_input]
    total: FloatArray  # [n_input]
    total_ci95: FloatArray  # [n_input]
    variance: float


def sobol_indices(
    function: Callable[[FloatArray], FloatArray],
    names: Sequence[str],
    inputs: Sequence[Distribution],
    n_draw: int,
    rng: np.random.Generator,
) -> SobolIndices:
    """Return the indices of function(values[n, n_input]) -> result[n] for independent inputs.

    Calls the function with n_draw * (n_input + 2) rows altogether. First order by Saltelli, A. et
    al. (2010), Computer Physics Communications 181, table 2 (b); total by Jansen, M.J.W. (1999),
    Computer Physics Communications 117; points by Sobol', scrambled.

    Parameters
    ----------
    n_draw : int
        Number of base points, a power of two.
    """
    n_input = len(inputs)
    points = draw_scores(n_draw, 2 * n_input, rng, sampling="sobol")
    first, second = points[:, :n_input], points[:, n_input:]
    result_first = function(quantiles(first, inputs))
    result_second = function(quantiles(second, inputs))
    mixed = np.empty((n_input, n_draw))
    for place in range(n_input):
        scores = first.copy()
        scores[:, place] = second[:, place]
        mixed[place] = function(quantiles(scores, inputs))
    whole = np.arange(n_draw)
    first_order, total = _indices(result_first, result_second, mixed, whole)
    again = [
        _indices(result_first, result_second, mixed, rng.integers(0, n_draw, n_draw))
        for _ in range(REPLICATES)
    ]
    spread = 1.96 * np.std(np.array(again), axis=0, ddof=1)
    return SobolIndices(
        inputs=tuple(names),
        first_order=first_order,
        first_order_ci95=spread[0],
        total=total,
        total_ci95=spread[1],
        variance=_variance(result_first, result_second, whole),
    )


def _variance(first: FloatArray, second: FloatArray, rows: NDArray[np.int64]) -> float:
    return float(np.concatenate([first[rows], second[rows]]).var())


def _indices(
    first: FloatArray, second: FloatArray, mixed: FloatArray, rows: NDArray[np.int64]
) -> tuple[FloatArray, FloatArray]:
    """Return the two estimates of every input; zero where nothing varies."""
    variance = _variance(first, second, rows)
    if variance == 0.0:
        return np.zeros(mixed.shape[0]), np.zeros(mixed.shape[0])
    # Less their common mean, the products keep their expectation and lose most of their noise.
    centre = float(np.concatenate([first, second]).mean())
    change = mixed[:, rows] - first[rows]
    alone = ((second[rows] - centre) * change).mean(axis=1) / variance
    left = 0.5 * (change**2).mean(axis=1) / variance
    return alone, left
