"""Water of reservoirs: classes of dry and wet years, and the planned release that shaves peaks."""

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from transcaspian.compile import kernel

__all__ = ["class_factors", "plan_release"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

HALVINGS = 48


def class_factors(spread: FloatArray, n_class: int) -> FloatArray:
    """Return the water of each class over its mean [n_class, n_zone], the driest first.

    Classes are as likely as each other; each is the mean of its part of a lognormal with mean 1
    and standard deviation `spread`, so that the mean over the classes is 1.
    """
    sigma = np.sqrt(np.log1p(spread**2))
    edges = stats.norm.ppf(np.linspace(0.0, 1.0, n_class + 1))
    # Partial mean of a lognormal with mean 1 up to its quantile.
    below = stats.norm.cdf(edges[:, None] - sigma[None, :])
    return np.asarray(n_class * np.diff(below, axis=0))


@kernel("void(float64[:,::1], float64[:,::1], float64[::1], int64[::1], float64[:,::1])")
def plan_release(
    need: FloatArray,
    budget: FloatArray,
    p_nom: FloatArray,
    month_start: IntArray,
    plan: FloatArray,
) -> None:
    """Write the release [n_hour, n_zone] that uses each month's energy to shave the peaks of need.

    release = clip(need - level, 0, p_nom), with the level at which the month's energy is used, or
    as much of it as the plants can make. budget: [n_month, n_zone] MWh.
    """
    n_zone = need.shape[1]
    for zone in range(n_zone):
        for month in range(month_start.size - 1):
            first, end = month_start[month], month_start[month + 1]
            most = p_nom[zone]
            if most <= 0.0 or budget[month, zone] <= 0.0 or end <= first:
                continue
            low = need[first, zone] - most
            high = need[first, zone]
            for hour in range(first, end):
                low = min(low, need[hour, zone] - most)
                high = max(high, need[hour, zone])
            for _ in range(HALVINGS):
                level = 0.5 * (low + high)
                used = 0.0
                for hour in range(first, end):
                    used += min(max(need[hour, zone] - level, 0.0), most)
                if used > budget[month, zone]:
                    low = level
                else:
                    high = level
            for hour in range(first, end):
                plan[hour, zone] = min(max(need[hour, zone] - high, 0.0), most)
