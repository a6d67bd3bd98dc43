"""A brief on the promises of one subject: counts, what changed, trouble, what comes next.

A subject is a body, a state, a field, an instrument, a promise, an indicator, a project or a quarter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from transcaspian.register.agenda import DueItem, find_due
from transcaspian.register.changes import Change, find_changes
from transcaspian.register.choose import choose_promises, span_of
from transcaspian.register.contradictions import Contradiction, find_contradictions
from transcaspian.register.models import ModelRange, compare_with_runs, newest_ranges
from transcaspian.register.quality import count_new
from transcaspian.register.status import Verdict, count_statuses, judge_all
from transcaspian.register.tables import Register, make_register

__all__ = ["Brief", "write_brief"]

TROUBLE = ("missed", "late", "at_risk", "unknown")
AHEAD = timedelta(days=184)
BACK = timedelta(days=92)  # changes are told since a quarter ago unless asked otherwise


@dataclass(frozen=True, slots=True)
class Brief:
    """What one needs to know before a meeting."""

    subject: str
    as_of: date
    promises: int
    new: int
    counts: Mapping[str, int]
    since: date
    changes: tuple[Change, ...]  # after `since`
    trouble: tuple[tuple[Verdict, str], ...]  # verdict and title
    ahead: tuple[DueItem, ...]
    contradictions: tuple[Contradiction, ...]
    models: tuple[ModelRange, ...]  # newest run recorded by that day, beside what was observed

    def as_dict(self) -> dict[str, object]:
        """Return it as plain values."""
        return {
            "subject": self.subject,
            "as_of": self.as_of.isoformat(),
            "promises": self.promises,
            "new": self.new,
            "counts": dict(self.counts),
            "since": self.since.isoformat(),
            "changes": [item.as_dict() for item in self.changes],
            "trouble": [{"title": title, **verdict.as_dict()} for verdict, title in self.trouble],
            "ahead": [item.as_dict() for item in self.ahead],
            "contradictions": [item.as_dict() for item in self.contradictions],
            "models": [item.as_dict() for item in self.models],
        }


def write_brief(register: Register, subject: str, as_of: date, since: date | None = None) -> Brief:
    """Return the brief on a subject, or on everything for an empty one.

    A quarter has the promises and rounds that fall due in it. since: the day after which changes
    are told, by default a quarter before `as_of`; InputError where it is later than `as_of`.
    """
    since = _earlier(as_of) if since is None else since
    span = span_of(subject) if subject else None
    first, last = span or (as_of, _later(as_of))
    chosen = choose_promises(register, subject) if span is None else register
    if span is not None:
        due = [item.id for item in find_due(register, as_of, first, last)]
        commitments = register["commitments"].filter(register["commitments"]["id"].is_in(due))
        chosen = make_register(dict(register.tables) | {"commitments": commitments})
    verdicts = judge_all(chosen, as_of)
    titles = dict(chosen["commitments"].select("id", "title").iter_rows())
    order = {status: index for index, status in enumerate(TROUBLE)}
    trouble = sorted(
        (verdict for verdict in verdicts if verdict.status in order),
        key=lambda verdict: order[verdict.status],
    )
    return Brief(
        subject=subject,
        as_of=as_of,
        promises=len(verdicts),
        new=count_new(chosen, verdicts),
        counts=count_statuses(verdicts),
        since=since,
        changes=tuple(find_changes(chosen, since, verdicts, as_of)),
        trouble=tuple((verdict, titles[verdict.id]) for verdict in trouble),
        ahead=tuple(find_due(chosen, as_of, first, last)),
        contradictions=_contradictions(chosen, verdicts, as_of),
        models=tuple(
            newest_ranges(compare_with_runs(chosen, as_of, [verdict.id for verdict in verdicts]))
        ),
    )


def _later(day: date) -> date:
    """Return the day half a year on, or the calendar's last one."""
    return date.max if date.max - day < AHEAD else day + AHEAD


def _earlier(day: date) -> date:
    """Return the day a quarter before, or the calendar's first one."""
    return date.min if day - date.min < BACK else day - BACK


def _contradictions(
    register: Register, verdicts: Sequence[Verdict], as_of: date
) -> tuple[Contradiction, ...]:
    names = {verdict.id for verdict in verdicts}
    rows = register["commitments"].select("id", "indicator").iter_rows()
    subjects = names | {indicator for name, indicator in rows if name in names and indicator}
    return tuple(item for item in find_contradictions(register, as_of) if item.subject in subjects)
