"""What falls due between two days: dates of promises, periods of duties, rounds of rhythms.

A promise whose date was moved by a later statement is listed twice: on the day promised and on the
day in force.
"""

import calendar
from dataclasses import dataclass
from datetime import date

from transcaspian.register.edtf import parse_date
from transcaspian.register.facts import Facts, gather_facts
from transcaspian.register.rounds import timetable_of
from transcaspian.register.status import Verdict, judge_all, read_commitments
from transcaspian.register.tables import Register
from transcaspian.register.verdict import Commitment

__all__ = ["SETTLED", "DueItem", "find_due", "find_ends", "quarter_of"]

SETTLED = frozenset({"met", "missed", "superseded"})  # nothing of these falls due any more


@dataclass(frozen=True, slots=True)
class DueItem:
    """One thing that falls due."""

    day: date
    id: str
    what: str
    kind: str  # due, promised, in_force, period, round, instrument
    owner: str
    status: str
    promised: date | None = None  # of a date in force: the day promised

    def as_dict(self) -> dict[str, object]:
        """Return it as plain values."""
        return {
            "day": self.day.isoformat(),
            "id": self.id,
            "what": self.what,
            "kind": self.kind,
            "owner": self.owner,
            "status": self.status,
            "promised": None if self.promised is None else self.promised.isoformat(),
        }


def quarter_of(day: date) -> tuple[date, date]:
    """Return first and last day of the quarter of a day."""
    first_month = 3 * ((day.month - 1) // 3) + 1
    last_day = calendar.monthrange(day.year, first_month + 2)[1]
    return date(day.year, first_month, 1), date(day.year, first_month + 2, last_day)


def find_due(register: Register, as_of: date, first: date, last: date) -> list[DueItem]:
    """Return what falls due from `first` to `last`, in order, as it looks on `as_of`."""
    facts = gather_facts(register, as_of)
    verdicts = {verdict.id: verdict for verdict in judge_all(register, as_of)}
    items = [
        item
        for commitment in read_commitments(register)
        if (verdict := verdicts.get(commitment.id)) is not None and verdict.status not in SETTLED
        for item in _items(commitment, verdict, facts, first, last)
    ]
    items += find_ends(register, as_of, first, last)
    return sorted(items, key=lambda item: (item.day, item.id))


def _items(
    commitment: Commitment, verdict: Verdict, facts: Facts, first: date, last: date
) -> list[DueItem]:
    owner = commitment.owner or ""

    def item(day: date, kind: str, promised: date | None = None) -> DueItem:
        return DueItem(day, commitment.id, commitment.title, kind, owner, verdict.status, promised)

    if commitment.kind == "recurring":
        kind = "round" if commitment.measure == "rhythm" else "period"
        days = timetable_of(commitment, facts).days_between(first, last)
        return [item(day, kind) for day in days]
    if verdict.due is None or verdict.in_force is None:
        return []
    promised, in_force = verdict.due.last, verdict.in_force.last
    items = [item(promised, "due")]
    if in_force != promised:
        items = [item(promised, "promised"), item(in_force, "in_force", promised)]
    return [one for one in items if first <= one.day <= last]


def find_ends(register: Register, as_of: date, first: date, last: date) -> list[DueItem]:
    """Return the instruments that end from `first` to `last`."""
    items = []
    for row in register["instruments"].iter_rows(named=True):
        if row["ends_on"] is None or parse_date(row["signed_on"]).last > as_of:
            continue
        day = parse_date(row["ends_on"]).last
        if first <= day <= last:
            items.append(
                DueItem(
                    day,
                    row["id"],
                    f"{row['title']} ends",
                    "instrument",
                    row["parties"],
                    row["state"],
                )
            )
    return items
