"""The hours of a year that are modelled."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transcaspian.units import DAYS_OF_MONTH

__all__ = ["HOURS_PER_YEAR", "MONTH_START", "Calendar", "month_of_hours"]

IntArray = NDArray[np.int64]

HOURS_PER_YEAR = 8760
DAY_HOURS = 24
# Hour of the year at which each month begins, and the end [13].
MONTH_START = np.cumsum([0, *DAYS_OF_MONTH]).astype(np.int64) * DAY_HOURS


@dataclass(frozen=True, slots=True)
class Calendar:
    """The hours of a year that are modelled, one after the other.

    hours: [n_hour] hour of the year. month_bounds: [n_month + 1] where each month begins among
    them, and the end.
    """

    hours: IntArray
    month_bounds: tuple[int, ...]

    @classmethod
    def first_hours(cls, n_hour: int = HOURS_PER_YEAR) -> "Calendar":
        """Return the first hours of the year, or all of it."""
        bounds = (*(int(start) for start in MONTH_START if start < n_hour), n_hour)
        return cls(np.arange(n_hour, dtype=np.int64), bounds)

    @classmethod
    def days_of_months(cls, first_day: int, n_day: int) -> "Calendar":
        """Return `n_day` days of every month from its `first_day` (1 to 28) on."""
        if not (first_day >= 1 and n_day >= 1 and first_day + n_day - 1 <= min(DAYS_OF_MONTH)):
            raise ValueError("the days must lie between 1 and 28")
        starts = (np.cumsum([0, *DAYS_OF_MONTH[:-1]]) + first_day - 1) * DAY_HOURS
        size = n_day * DAY_HOURS
        hours = (starts[:, None] + np.arange(size)).ravel().astype(np.int64)
        return cls(hours, tuple(range(0, hours.size + 1, size)))

    @property
    def n_hour(self) -> int:
        """Number of hours."""
        return self.hours.size


def month_of_hours(hours: IntArray) -> IntArray:
    """Return the month, 0 to 11, of each hour of the year [n]."""
    ends = np.cumsum(DAYS_OF_MONTH) * DAY_HOURS
    return np.searchsorted(ends, hours, side="right").astype(np.int64)
