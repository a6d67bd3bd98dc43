"""Short gaps in hourly series are bridged, long ones refused."""

import numpy as np
from numpy.typing import NDArray

from transcaspian.errors import FetchError

__all__ = ["LONGEST_GAP_H", "fill_gaps"]

FloatArray = NDArray[np.float64]

LONGEST_GAP_H = 6  # a straight line over more would cut the day's shape


def fill_gaps(values: FloatArray, name: str) -> tuple[FloatArray, int]:
    """Return the series with its gaps (NaN) on straight lines, and how many hours were missing.

    A gap at an end takes the nearest value. Raises FetchError for one of more than
    `LONGEST_GAP_H` hours.
    """
    is_missing = np.isnan(values)
    edges = np.diff(np.concatenate([[False], is_missing, [False]]).astype(np.int8))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    too_long = np.flatnonzero(ends - starts > LONGEST_GAP_H)
    if too_long.size:
        first = too_long[0]
        raise FetchError(
            f"{name} lacks {ends[first] - starts[first]} hours in a row from hour {starts[first] + 1} of the year;"
            f" at most {LONGEST_GAP_H} are bridged. Leave the place out, or take another year."
        )
    hours = np.arange(values.size)
    filled = np.interp(hours, hours[~is_missing], values[~is_missing])
    return filled, int(is_missing.sum())
