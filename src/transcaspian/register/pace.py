"""The pace of a measured promise by window, and the day on which it would reach the target.

A pace never gives a day in the past: where it would, or where the figure does not move towards its
target, the reason stands in place of the day.
"""

from dataclasses import dataclass
from datetime import date

from transcaspian.register.facts import Facts
from transcaspian.register.progress import DAYS_PER_YEAR, choose_longest
from transcaspian.register.verdict import Commitment

__all__ = ["Pace", "paces"]

LAST_YEAR = 2199
# Windows look back over at least so many days; the last one over all figures.
WINDOWS_DAYS = {"half a year": 180, "two years": 730, "all figures": 0}


@dataclass(frozen=True, slots=True)
class Pace:
    """What one window says."""

    window: str
    first: date
    last: date
    per_year: float  # in the unit of the promise
    reached_on: date | None
    why: str  # there is no day; empty where there is one

    def as_dict(self) -> dict[str, object]:
        """Return it as plain values, dates as ISO text."""
        return {
            "window": self.window,
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
            "per_year": self.per_year,
            "reached_on": None if self.reached_on is None else self.reached_on.isoformat(),
            "why": self.why,
        }


def paces(commitment: Commitment, facts: Facts) -> tuple[Pace, ...]:
    """Return the pace of each window that begins at another figure; none for a single figure."""
    series = choose_longest(commitment, facts)
    if series is None or commitment.target is None or len(series.days) < 2:
        return ()
    found: dict[int, Pace] = {}
    last, value = series.days[-1], series.values[-1]
    for window, days in WINDOWS_DAYS.items():
        before = [k for k, day in enumerate(series.days[:-1]) if (last - day).days >= days]
        start = 0 if not days else (before[-1] if before else 0)
        if start in found:
            continue
        per_day = (value - series.values[start]) / (last - series.days[start]).days
        reached, why = _reach(commitment, last, value, per_day, facts.as_of)
        found[start] = Pace(window, series.days[start], last, per_day * DAYS_PER_YEAR, reached, why)
    return tuple(found.values())


def _reach(
    commitment: Commitment, last: date, value: float, per_day: float, as_of: date
) -> tuple[date | None, str]:
    target = commitment.target if commitment.target is not None else value
    if commitment.is_reached(value):
        return None, "The last figure is at the target already."
    if (target - value) * per_day <= 0.0:
        return None, "The figure does not move towards its target."
    ordinal = last.toordinal() + (target - value) / per_day
    if ordinal > date(LAST_YEAR, 12, 31).toordinal():
        return None, f"Not before {LAST_YEAR}."
    reached = date.fromordinal(round(ordinal))
    if reached < as_of:
        return None, f"It would have been reached on {reached}; no figure says that it was."
    return reached, ""
