"""Published overruns of schedules, for comparison and as the prior guess of the register's own.

An overrun of 0.27 says that what was to take a year took 1.27 years. Only figures that stand in
the publication itself are listed; all are `reported`.
"""

from dataclasses import dataclass

__all__ = ["PRIOR_CLASS", "PUBLISHED", "PublishedClass"]


@dataclass(frozen=True, slots=True)
class PublishedClass:
    """How late one class of projects was, as published."""

    name: str
    count: int
    share_late: float  # of the projects [-]
    mean_overrun: float  # of the time planned [-]
    median_overrun: float | None
    source: str
    confidence: str = "reported"

    @property
    def mean_overrun_of_late(self) -> float:
        """Mean overrun of those that were late, the others counted as in time."""
        return self.mean_overrun / self.share_late

    def as_dict(self) -> dict[str, object]:
        """Return it as plain values."""
        return {name: getattr(self, name) for name in self.__slots__}


PUBLISHED = (
    PublishedClass(
        "large dams, 65 countries, 1934-2007",
        245,
        0.8,
        0.44,
        0.27,
        "Ansar, Flyvbjerg, Budzier and Lunn 2014, Energy Policy 69, doi:10.1016/j.enpol.2013.10.069",
    ),
    PublishedClass(
        "major projects of the European Regional Development Fund, 2000-2006",
        96,
        0.75,
        0.26,
        None,
        "European Commission 2009, ex post evaluation, work package 10 (efficiency: major projects)",
    ),
)
# The class that the prior guess is taken from: the larger and more cautious one.
PRIOR_CLASS = PUBLISHED[0]
