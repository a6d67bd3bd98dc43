"""What falls due between two days: dates of promises, periods of duties, rounds of rhythms."""

import calendar
from dataclasses import dataclass
from datetime import date, datetime, time

from dateutil.rrule import rrulestr

from transcaspian.register.edtf import parse_date
from transcaspian.register.facts import Facts, gather_facts
from transcaspian.register.recurring import end_of_duty, next_round
from transcaspian.register.status import Verdict, judge_all, read_commitments
from transcaspian.register.tables import Register
from transcaspian.register.verdict import Commitment

__all__ = ["DueItem", "find_due", "quarter_of"]

MAX_ROUNDS = 400


@dataclass(frozen=True, slots=True)
class DueItem:
    """One thing that falls due."""

    day: date
    id: str
    what: str
    kind: str  # due, period, round, instrument
    owner: str
    status: str

    def as_dict(self) -> dict[str, object]:
        """Return it as plain values."""
        return {
            "day": self.day.isoformat(),
            "id": self.id,
            "what": self.what,
            "kind": self.kind,
            "owner": self.owner,
            "status": self.status,
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
        if (verdict := verdicts.get(commitment.id)) is not None
        and verdict.status not in {"met", "missed", "superseded"}
        for item in _items(commitment, verdict, facts, first, last)
    ]
    items += _instruments(register, as_of, first, last)
    return sorted(items, key=lambda item: (item.day, item.id))


def _items(
    commitment: Commitment, verdict: Verdict, facts: Facts, first: date, last: date
) -> list[DueItem]:
    owner = commitment.owner or ""

    def item(day: date, kind: str) -> DueItem:
        return DueItem(day, commitment.id, commitment.title, kind, owner, verdict.status)

    if commitment.kind == "recurring":
        if commitment.measure == "rhythm":
            days = _rounds(commitment, facts, last)
            return [item(day, "round") for day in days if first <= day <= last]
        return [item(day, "period") for day in _period_ends(commitment, first, last)]
    if verdict.due is not None and first <= verdict.due.last <= last:
        return [item(verdict.due.last, "due")]
    return []


def _rounds(commitment: Commitment, facts: Facts, last: date) -> list[date]:
    by_compiler = facts.points.get((commitment.indicator or "", commitment.scope), {})
    held = [
        point.measured for points in by_compiler.values() for point in points if point.value > 0.0
    ]
    day = next_round(commitment.recurrence, max(held) if held else commitment.promised_on.last)
    days: list[date] = []
    while day <= last and len(days) < MAX_ROUNDS:
        days.append(day)
        day = next_round(commitment.recurrence, day)
    return days


def _period_ends(commitment: Commitment, first: date, last: date) -> list[date]:
    """Return the last days of the duty's calendar periods inside the window."""
    recurrence = commitment.recurrence or "FREQ=YEARLY"
    is_monthly = "FREQ=MONTHLY" in recurrence
    start = commitment.promised_on.first
    end = end_of_duty(commitment)
    until = last if end is None else min(end, last)
    endless = ";".join(
        part for part in recurrence.split(";") if not part.startswith(("COUNT=", "UNTIL="))
    )
    anchor = start.replace(day=1) if is_monthly else date(start.year + 1, 1, 1)
    rounds = rrulestr(endless, dtstart=datetime.combine(anchor, time.min))
    days: list[date] = []
    for moment in rounds.xafter(
        datetime.combine(date(max(first.year - 1, 1900), 1, 1), time.min), inc=True
    ):
        day = moment.date()
        ending = (
            day.replace(day=calendar.monthrange(day.year, day.month)[1])
            if is_monthly
            else date(day.year, 12, 31)
        )
        if ending > until or len(days) >= MAX_ROUNDS:
            break
        if ending >= first:
            days.append(ending)
    return days


def _instruments(register: Register, as_of: date, first: date, last: date) -> list[DueItem]:
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
