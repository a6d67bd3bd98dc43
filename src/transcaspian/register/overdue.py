"""What is overdue: promises and rounds whose day has passed without being known as kept."""

from dataclasses import dataclass
from datetime import date

from transcaspian.register.agenda import SETTLED
from transcaspian.register.edtf import VagueDate
from transcaspian.register.facts import Facts, gather_facts
from transcaspian.register.rounds import timetable_of
from transcaspian.register.status import Verdict, judge_all, read_commitments
from transcaspian.register.tables import Register
from transcaspian.register.verdict import Commitment

__all__ = ["OverdueItem", "find_overdue"]


@dataclass(frozen=True, slots=True)
class OverdueItem:
    """One promise past its day."""

    id: str
    what: str
    owner: str
    promised: date  # day promised, or of the first round without a record
    in_force: date  # the last day announced
    days: int  # since the day promised
    verdict: Verdict

    @property
    def is_past_every_date(self) -> bool:
        """Whether the date in force has passed as well."""
        return (self.in_force - self.promised).days < self.days

    def as_dict(self) -> dict[str, object]:
        """Return it as plain values."""
        return {
            "id": self.id,
            "what": self.what,
            "owner": self.owner,
            "promised": self.promised.isoformat(),
            "in_force": self.in_force.isoformat(),
            "days": self.days,
            "status": self.verdict.status,
            "rule": self.verdict.rule,
            "reason": self.verdict.reason,
        }


def find_overdue(register: Register, as_of: date) -> list[OverdueItem]:
    """Return what should have been kept before `as_of` and is not known to be, longest first."""
    facts = gather_facts(register, as_of)
    verdicts = {verdict.id: verdict for verdict in judge_all(register, as_of)}
    items = [
        item
        for commitment in read_commitments(register)
        if (verdict := verdicts.get(commitment.id)) is not None
        and verdict.status not in SETTLED
        and (item := _overdue(commitment, verdict, facts)) is not None
    ]
    return sorted(items, key=lambda item: (-item.days, item.id))


def _overdue(commitment: Commitment, verdict: Verdict, facts: Facts) -> OverdueItem | None:
    days = _days(commitment, verdict, facts)
    if days is None or days[0] >= facts.as_of:
        return None
    late = (facts.as_of - days[0]).days
    owner = commitment.owner or ""
    return OverdueItem(commitment.id, commitment.title, owner, *days, late, verdict)


def _days(commitment: Commitment, verdict: Verdict, facts: Facts) -> tuple[date, date] | None:
    if commitment.measure == "rhythm":
        day = next(timetable_of(commitment, facts).days(), None)
        return None if day is None else (day, day)
    # The periods of a counted duty are judged by their figures, one by one.
    if commitment.kind == "recurring":
        return None
    due: VagueDate | None = verdict.due
    if due is None or verdict.in_force is None:
        return None
    return due.last, verdict.in_force.last
