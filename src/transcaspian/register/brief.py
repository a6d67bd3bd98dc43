"""A brief on the promises of one body, field or instrument: counts, trouble, what comes next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from transcaspian.errors import NotFoundError
from transcaspian.register.agenda import DueItem, find_due
from transcaspian.register.columns import FIELDS
from transcaspian.register.contradictions import Contradiction, find_contradictions
from transcaspian.register.models import ModelRange, compare_with_runs, newest_ranges
from transcaspian.register.quality import count_new
from transcaspian.register.status import Verdict, count_statuses, judge_all
from transcaspian.register.tables import Register, make_register

__all__ = ["Brief", "write_brief"]

TROUBLE = ("missed", "late", "at_risk", "unknown")
AHEAD = timedelta(days=184)


@dataclass(frozen=True, slots=True)
class Brief:
    """What one needs to know before a meeting."""

    subject: str
    as_of: date
    promises: int
    new: int
    counts: Mapping[str, int]
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
            "trouble": [{"title": title, **verdict.as_dict()} for verdict, title in self.trouble],
            "ahead": [item.as_dict() for item in self.ahead],
            "contradictions": [item.as_dict() for item in self.contradictions],
            "models": [item.as_dict() for item in self.models],
        }


def write_brief(register: Register, subject: str, as_of: date) -> Brief:
    """Return the brief on a body, field or instrument, or on everything for an empty subject."""
    chosen = _choose(register, subject)
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
        trouble=tuple((verdict, titles[verdict.id]) for verdict in trouble),
        ahead=tuple(find_due(chosen, as_of, as_of, _later(as_of))),
        contradictions=_contradictions(chosen, verdicts, as_of),
        models=tuple(
            newest_ranges(compare_with_runs(chosen, as_of, [verdict.id for verdict in verdicts]))
        ),
    )


def _later(day: date) -> date:
    """Return the day half a year on, or the calendar's last one."""
    return date.max if date.max - day < AHEAD else day + AHEAD


def _choose(register: Register, subject: str) -> Register:
    """Return the register with the commitments of the subject only."""
    commitments = register["commitments"]
    if not subject:
        return register
    if subject in set(register["bodies"]["id"]) | set(register["bodies"]["short"]):
        by_short = dict(register["bodies"].select("short", "id").iter_rows())
        body = by_short.get(subject, subject)
        is_owner = commitments["owner"].eq(body).fill_null(False)
        is_co_owner = commitments["co_owners"].str.split(";").list.contains(body).fill_null(False)
        chosen = commitments.filter(is_owner | is_co_owner)
    elif subject in FIELDS:
        chosen = commitments.filter(pl.col("field") == subject)
    elif subject in set(register["instruments"]["id"]):
        chosen = commitments.filter(pl.col("instrument") == subject)
    else:
        raise NotFoundError(
            f"{subject!r} is neither a body, a field nor an instrument. Fields are {', '.join(FIELDS)}."
        )
    return make_register(dict(register.tables) | {"commitments": chosen})


def _contradictions(
    register: Register, verdicts: Sequence[Verdict], as_of: date
) -> tuple[Contradiction, ...]:
    names = {verdict.id for verdict in verdicts}
    rows = register["commitments"].select("id", "indicator").iter_rows()
    subjects = names | {indicator for name, indicator in rows if name in names and indicator}
    return tuple(item for item in find_contradictions(register, as_of) if item.subject in subjects)
