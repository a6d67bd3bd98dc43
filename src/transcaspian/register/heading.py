"""Which register is read, how new its evidence is, and what would bring newer."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import polars as pl

from transcaspian.register.columns import FACT_KINDS
from transcaspian.register.edtf import parse_date, parse_period
from transcaspian.register.tables import Register

__all__ = ["Reading", "describe_reading", "newest_evidence", "newest_search"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What stands above a list: the register read and the day of its newest evidence."""

    read: str  # "packaged", or the address of the database
    newest_evidence: date | None
    searched: date | None

    def as_dict(self) -> dict[str, object]:
        """Return it as plain values."""
        return {
            "read": self.read,
            "newest_evidence": self.newest_evidence and self.newest_evidence.isoformat(),
            "searched": self.searched and self.searched.isoformat(),
        }

    def __str__(self) -> str:
        evidence = f"evidence up to {self.newest_evidence or 'none'}"
        searched = f", searched {self.searched}" if self.searched else ""
        return f"Register: {self.read}, {evidence}{searched}; newer: observe, add, import."


def describe_reading(register: Register, address: str | None) -> Reading:
    """Return what to say of a register read from an address, the packaged one without it."""
    newest, searched = newest_evidence(register), newest_search(register)
    return Reading(address or "packaged", newest, searched)


def newest_evidence(register: Register) -> date | None:
    """Return the last day that a figure, event or statement speaks of; None without any.

    A search that found nothing is none, nor is a plan, a forecast or a model's figure.
    """
    return max(_days_of_evidence(register), default=None)


def newest_search(register: Register) -> date | None:
    """Return the day of the last search that found nothing."""
    searched = register["evidence"].filter(pl.col("kind") == "searched")["happened_on"]
    return max((parse_date(text).last for text in searched.unique()), default=None)


def _days_of_evidence(register: Register) -> Iterator[date]:
    facts = register["observations"].filter(pl.col("kind").is_in(FACT_KINDS))
    for period, known_on in facts.select("period", "known_on").unique().iter_rows():
        yield min(parse_period(period).last, parse_date(known_on).last)
    events = register["evidence"].filter(pl.col("kind") != "searched")
    for text in (*events["happened_on"].unique(), *register["forecasts"]["said_on"].unique()):
        yield parse_date(text).last
