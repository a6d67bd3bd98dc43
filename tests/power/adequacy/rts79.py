"""The IEEE Reliability Test System 1979: units and load.

IEEE Committee Report (1979), IEEE Reliability Test System, IEEE Transactions on Power Apparatus and
Systems PAS-98(6), tables 1 to 4 (weekly peak, daily peak, hourly peak) and 5 (units). 52 weeks from
a Monday; winter weeks 1 to 8 and 44 to 52, summer weeks 18 to 30.
"""

import numpy as np
from numpy.typing import NDArray

from transcaspian.power.adequacy.system import Units

FloatArray = NDArray[np.float64]

PEAK_MW = 2850.0
# count, MW, mean hours to failure, mean hours to repair
UNITS = (
    (5, 12, 2940, 60),
    (4, 20, 450, 50),
    (6, 50, 1980, 20),
    (4, 76, 1960, 40),
    (3, 100, 1200, 50),
    (4, 155, 960, 40),
    (3, 197, 950, 50),
    (1, 350, 1150, 100),
    (2, 400, 1100, 150),
)
WEEK = (
    86.2, 90.0, 87.8, 83.4, 88.0, 84.1, 83.2, 80.6, 74.0, 73.7, 71.5, 72.7, 70.4, 75.0, 72.1, 80.0,
    75.4, 83.7, 87.0, 88.0, 85.6, 81.1, 90.0, 88.7, 89.6, 86.1, 75.5, 81.6, 80.1, 88.0, 72.2, 77.6,
    80.0, 72.9, 72.6, 70.5, 78.0, 69.5, 72.4, 72.4, 74.3, 74.4, 80.0, 88.1, 88.5, 90.9, 94.0, 89.0,
    94.2, 97.0, 100.0, 95.2,
)  # fmt: skip
DAY = (93.0, 100.0, 98.0, 96.0, 94.0, 77.0, 75.0)
WINTER = (
    (67, 63, 60, 59, 59, 60, 74, 86, 95, 96, 96, 95, 95, 95, 93, 94, 99, 100, 100, 96, 91, 83, 73, 63),
    (78, 72, 68, 66, 64, 65, 66, 70, 80, 88, 90, 91, 90, 88, 87, 87, 91, 100, 99, 97, 94, 92, 87, 81),
)  # fmt: skip
SUMMER = (
    (64, 60, 58, 56, 56, 58, 64, 76, 87, 95, 99, 100, 99, 100, 100, 97, 96, 96, 93, 92, 92, 93, 87, 72),
    (74, 70, 66, 65, 64, 62, 62, 66, 81, 86, 91, 93, 93, 92, 91, 91, 92, 94, 95, 95, 100, 93, 88, 80),
)  # fmt: skip
BETWEEN = (
    (63, 62, 60, 58, 59, 65, 72, 85, 95, 99, 100, 99, 93, 92, 90, 88, 90, 92, 96, 98, 96, 90, 80, 70),
    (75, 73, 69, 66, 65, 65, 68, 74, 83, 89, 92, 94, 91, 90, 90, 86, 85, 88, 92, 100, 97, 95, 90, 85),
)  # fmt: skip


def load() -> FloatArray:
    """Return the load of the 8,736 hours [MW]."""
    hours = []
    for week, weekly in enumerate(WEEK, start=1):
        season = BETWEEN
        if week <= 8 or week >= 44:
            season = WINTER
        elif 18 <= week <= 30:
            season = SUMMER
        for day, daily in enumerate(DAY):
            shape = np.array(season[1 if day >= 5 else 0], dtype=np.float64)
            hours.append(PEAK_MW * weekly * daily * shape / 1e6)
    return np.concatenate(hours)


def units() -> Units:
    """Return the 32 units, all in the first zone."""
    rows = np.array([row for row in UNITS for _ in range(row[0])], dtype=np.float64)
    n = rows.shape[0]
    return Units(
        kind=np.zeros(n, dtype=np.int64),
        place=np.zeros(n, dtype=np.int64),
        p_nom=rows[:, 1].copy(),
        p_nom_reverse=np.zeros(n),
        mttf_h=rows[:, 2].copy(),
        mttr_h=rows[:, 3].copy(),
        key=np.arange(1, n + 1, dtype=np.uint64),
    )
