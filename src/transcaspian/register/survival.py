"""Times to an event, some still open: Kaplan-Meier, with a prior guess where one is given.

Each time has a weight; a time that ended without the event is right-censored: the event comes
later, if ever. All times are in the same unit; the functions do not care which.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

__all__ = ["BoolArray", "Curve", "FloatArray", "Guess", "fit_curve"]

# Steps of the grid on which a prior guess is added to what was seen.
STEP = 0.02
GRID_END = 30.0
SPREAD = 0.5


@dataclass(frozen=True, slots=True)
class Guess:
    """A prior guess of how long promises take: 1 on the scale of times is the date given."""

    in_time: float  # share done by 1 [-]
    late: float  # how many were done after 1
    followed: float  # time beyond 1 for which they and those still open were followed

    def survival(self, times: FloatArray) -> FloatArray:
        """Return the share still open at each time [-].

        1 - p t^4 up to 1, as most finish shortly before the date; beyond, (1 - p)
        (F / (F + t - 1))^n: a constant rate of which n events in a time F are known (Lomax 1954,
        doi:10.1080/01621459.1954.10501239: the rate's uncertainty makes the tail longer).
        """
        early = 1.0 - self.in_time * np.clip(times, 0.0, 1.0) ** 4
        beyond = np.maximum(times - 1.0, 0.0)
        return np.asarray(early * (self.followed / (self.followed + beyond)) ** self.late)


@dataclass(frozen=True, slots=True)
class Curve:
    """The share of promises still open by time, on a grid; constant between its points."""

    times: FloatArray  # [n], rising from 0
    survival: FloatArray  # [n], falling from 1

    def open_at(self, times: FloatArray) -> FloatArray:
        """Return the share still open at each time [-]; the last value beyond the end."""
        index = np.searchsorted(self.times, times, side="right") - 1
        return np.asarray(self.survival[np.maximum(index, 0)], dtype=np.float64)

    def done_by(self, times: FloatArray, open_since: float) -> FloatArray:
        """Return the chance that the event comes by each time, given that it had not by a day.

        1 - S(t) / S(open_since), S being the share still open.
        """
        still = float(self.open_at(np.array([open_since]))[0])
        if still <= 0.0:  # nothing in the class lasted so long
            return np.zeros_like(times)
        return np.clip(1.0 - self.open_at(np.maximum(times, open_since)) / still, 0.0, 1.0)

    def quantile(self, share: float) -> float | None:
        """Return the time by which a share had the event; None where fewer ever had."""
        reached = np.flatnonzero(self.survival <= 1.0 - share + 1e-12)
        return float(self.times[reached[0]]) if reached.size else None


def fit_curve(
    times: FloatArray,
    is_done: BoolArray,
    weights: FloatArray,
    prior: Guess | None = None,
    prior_weight: float = 0.0,
) -> Curve:
    """Return the curve of what is still open.

    Without a prior S(t) = product over event times s <= t of 1 - d(s) / Y(s), d the weight of the
    events at s, Y of all that had lasted until then (Kaplan and Meier 1958,
    doi:10.1080/01621459.1958.10501452). A prior guess S0 of weight c is added to both:
    1 - (d + c dF0) / (Y + c S0) in each step of the grid (Susarla and Van Ryzin 1976,
    doi:10.1080/01621459.1976.10480966; Walker and Muliere 1997, doi:10.1214/aos/1031594741); a few
    events then stand for a neighbourhood, each spread evenly over SPREAD before and after it
    (Ramlau-Hansen 1983, doi:10.1214/aos/1176346152) without crossing 1, the date given.

    Parameters
    ----------
    times, is_done, weights
        One row an observation, times and weights not negative [n].
    """
    if prior is None:
        marks = np.unique(times[is_done])
        grid = np.concatenate(([0.0], marks[marks > 0.0]))
    else:
        grid = np.arange(0.0, GRID_END + STEP / 2.0, STEP)
    events = np.zeros(grid.size)
    # An event belongs to the first grid point not before it.
    where = np.minimum(np.searchsorted(grid, times - 1e-9), grid.size - 1)
    np.add.at(events, where[is_done], weights[is_done])
    # Under observation in a step are those that had not left before its point.
    left = np.zeros(grid.size + 1)
    last = np.where(is_done, where, np.searchsorted(grid, times + 1e-9, side="right") - 1)
    np.add.at(left, last + 1, weights)
    at_risk = np.maximum(weights.sum() - np.cumsum(left)[:-1], 0.0)
    if prior is not None:
        events = _spread(grid, times[is_done], weights[is_done])
        before = prior.survival(np.concatenate(([0.0], grid[:-1])))
        events = events + prior_weight * (before - prior.survival(grid))
        at_risk = at_risk + prior_weight * before
    hazard = np.divide(events, at_risk, out=np.zeros(grid.size), where=at_risk > 1e-12)
    return Curve(grid, np.cumprod(1.0 - np.clip(hazard, 0.0, 1.0)))


def _spread(grid: FloatArray, times: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the weight of events in each step of the grid, each spread around its time."""
    events = np.zeros(grid.size)
    for time, weight in zip(times, weights, strict=True):
        is_late = time > 1.0
        is_near = np.abs(grid - time) <= SPREAD
        is_near &= (grid > 1.0) if is_late else (grid <= 1.0)
        if not is_near.any():
            is_near = np.arange(grid.size) == min(int(np.searchsorted(grid, time)), grid.size - 1)
        events[is_near] += weight / is_near.sum()
    return events
