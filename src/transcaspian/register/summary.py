"""One screen as of a day: due this quarter, slipped, overdue, and what nobody can know."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from transcaspian.register.agenda import SETTLED, DueItem, find_due, quarter_of
from transcaspian.register.overdue import OverdueItem, find_overdue
from transcaspian.register.status import STATUSES, Verdict, count_statuses, judge_all
from transcaspian.register.tables import Register

__all__ = ["Summary", "summarise"]

MOVED = frozenset({"announced_after_due", "owner_moved_date"})
# Statuses that say that nobody can know, and of these the ones that lack even a start.
UNKNOWABLE = ("unknown", "no_evidence", "no_baseline")
WORST_FIRST = ("late", "at_risk", "no_evidence", "unknown", "no_baseline")


@dataclass(frozen=True, slots=True)
class Summary:
    """What one must know on a day, each list with the worst first."""

    as_of: date
    counts: Mapping[str, int]
    titles: Mapping[str, str]
    owners: Mapping[str, str]
    due: tuple[DueItem, ...]  # in the quarter of the day, one a promise
    slipped: tuple[Verdict, ...]  # a later date was announced
    overdue: tuple[OverdueItem, ...]
    unknowable: tuple[Verdict, ...]

    def as_dict(self) -> dict[str, object]:
        """Return it as plain values."""
        return {
            "due": [item.as_dict() for item in self.due],
            "slipped": [self._said(verdict) for verdict in self.slipped],
            "overdue": [item.as_dict() for item in self.overdue],
            "unknowable": [self._said(verdict) for verdict in self.unknowable],
        }

    def _said(self, verdict: Verdict) -> dict[str, object]:
        return {
            "title": self.titles[verdict.id],
            "owner": self.owners[verdict.id],
            **verdict.as_dict(),
        }


def summarise(register: Register, as_of: date) -> Summary:
    """Return the summary of a register as of a day."""
    verdicts = judge_all(register, as_of)
    rows = register["commitments"].select("id", "title", "owner").iter_rows()
    about = {name: (title, owner or "") for name, title, owner in rows}
    newest = {item.id: item for item in find_due(register, as_of, *quarter_of(as_of))}
    return Summary(
        as_of=as_of,
        counts=count_statuses(verdicts),
        titles={name: title for name, (title, _) in about.items()},
        owners={name: owner for name, (_, owner) in about.items()},
        due=tuple(sorted(newest.values(), key=lambda item: (_badness(item.status), item.day))),
        slipped=_worst(verdict for verdict in verdicts if _has_slipped(verdict)),
        overdue=tuple(find_overdue(register, as_of)),
        unknowable=_worst(verdict for verdict in verdicts if verdict.status in UNKNOWABLE),
    )


def _has_slipped(verdict: Verdict) -> bool:
    if verdict.due is None or verdict.in_force is None or verdict.status in SETTLED:
        return False
    return verdict.rule in MOVED or verdict.in_force.last > verdict.due.last


def _worst(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    def order(verdict: Verdict) -> tuple[int, date]:
        return _badness(verdict.status), verdict.in_force.last if verdict.in_force else date.max

    return tuple(sorted(verdicts, key=order))


def _badness(status: str) -> int:
    if status in WORST_FIRST:
        return WORST_FIRST.index(status)
    return len(WORST_FIRST) + (STATUSES.index(status) if status in STATUSES else len(STATUSES))
