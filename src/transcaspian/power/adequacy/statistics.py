"""Intervals of means over independent years."""

import numpy as np
from numpy.typing import NDArray
from scipy import stats

__all__ = ["half_widths", "mean_interval", "share_interval"]

FloatArray = NDArray[np.float64]
LEVEL = 0.95


def half_widths(samples: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return mean and half-width of the 95 % interval of each column of `samples` [n, m].

    Student's t. The half-width is infinite with fewer than two samples.
    """
    n = samples.shape[0]
    mean = samples.mean(axis=0)
    if n < 2:
        return mean, np.full(mean.shape, np.inf)
    quantile = float(stats.t.ppf(0.5 + LEVEL / 2.0, n - 1))
    return mean, quantile * samples.std(axis=0, ddof=1) / np.sqrt(n)


def mean_interval(samples: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return mean, low and high end of the 95 % interval of each column [n, m].

    The low end is not below zero: the figures can't be. Where every sample is zero the data say
    nothing of the size of what was not seen, and the high end is NaN.
    """
    mean, half = half_widths(samples)
    seen = (samples != 0.0).any(axis=0)
    high = np.where(seen & np.isfinite(half), mean + half, np.nan)
    low = np.where(np.isfinite(half), np.maximum(mean - half, 0.0), 0.0)
    return mean, low, high


def share_interval(count: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share seen `count` times in `n` (Clopper and Pearson 1934)."""
    tail = (1.0 - LEVEL) / 2.0
    low = float(stats.beta.ppf(tail, count, n - count + 1)) if count > 0 else 0.0
    high = float(stats.beta.ppf(1.0 - tail, count + 1, n - count)) if count < n else 1.0
    return low, high
