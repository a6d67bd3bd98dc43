"""Every date ever given as one observation: when it was said, for when, and how it ended.

A spell ends on the day of fulfilment, or is still open on the last day of which the register knows
anything about it: then it is right-censored. Each statement stands by itself, so that the dates of
one office are never read as slips of another's; a promise with many statements counts once in all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from transcaspian.register.facts import Facts, Point
from transcaspian.register.targets import LEVEL_KINDS
from transcaspian.register.verdict import Commitment

__all__ = [
    "MIN_GIVEN_DAYS",
    "Spell",
    "clock",
    "collect_spells",
    "done_day",
    "last_seen_open",
    "series_of",
    "statements_of",
    "typical_time_given",
]

# Days after a due date are counted in units of the time given, or of this where less was given: a
# promise for next month that is a month late is not one that took twice the time of a railway.
MIN_GIVEN_DAYS = 183


@dataclass(frozen=True, slots=True)
class Spell:
    """One date that was given for one promise."""

    commitment: str
    kind: str
    office: str
    said: date
    due: date
    end: date
    is_done: bool

    @property
    def time(self) -> float:
        """Time until the end: 0 when said, 1 on the due date."""
        return clock(self.said, self.due, self.end)


def clock(said: date, due: date, day: date) -> float:
    """Return where a day stands between saying (0) and due date (1), and beyond.

    (day - said) / given up to the due date, then 1 + (day - due) / max(given, MIN_GIVEN_DAYS).
    """
    given = (due - said).days
    if day <= due:
        return max((day - said).days / max(given, 1), 0.0)
    return 1.0 + (day - due).days / max(given, MIN_GIVEN_DAYS)


def statements_of(commitment: Commitment, facts: Facts) -> list[tuple[date, date, str]]:
    """Return day of saying, due date and office of every date ever given, in order of saying."""
    said = {
        (vintage.said.last, vintage.due.last): vintage.office
        for vintage in facts.vintages.get(commitment.id, ())
    }
    if commitment.due is not None and commitment.promised_on.last <= facts.as_of:
        said.setdefault(
            (commitment.promised_on.last, commitment.due.last), commitment.owner or "the promise"
        )
    return sorted((when, due, office) for (when, due), office in said.items() if due > when)


def done_day(commitment: Commitment, facts: Facts) -> date | None:
    """Return the first day on which the promise is known to be fulfilled, however late."""
    since = facts.promised_since(commitment.id, commitment.promised_on)
    days = [
        event.happened.last
        for event in facts.events.get(commitment.id, ())
        if event.kind == "done" and event.happened.last >= since
    ]
    days += [
        point.measured
        for points in series_of(commitment, facts).values()
        for point in points
        if point.measured >= since
        and commitment.is_reached(point.value)
        and (commitment.measure != "flow" or _proves_flow(commitment, point))
    ]
    return min(days, default=None)


def _proves_flow(commitment: Commitment, point: Point) -> bool:
    """Whether a figure shows a yearly flow: a whole year, or a part that is enough already."""
    is_whole = point.period.is_whole_year and (point.kind != "ytd" or point.is_full_year)
    return is_whole or (commitment.is_upward and point.period.days < 365)


def series_of(commitment: Commitment, facts: Facts) -> Mapping[str, Sequence[Point]]:
    """Return the figures that speak of the promise, by compiler: those it names, else all."""
    if commitment.indicator is None or commitment.target is None:
        return {}
    by_compiler = facts.points.get((commitment.indicator, commitment.scope), {})
    series = {
        name: [
            point
            for point in by_compiler.get(name, ())
            if commitment.measure == "flow" or point.kind in LEVEL_KINDS
        ]
        for name in commitment.compilers or tuple(by_compiler)
    }
    return {name: points for name, points in series.items() if points}


def last_seen_open(commitment: Commitment, facts: Facts) -> date:
    """Return the last day of which anything is known: a statement, a figure or an event."""
    days = [vintage.said.last for vintage in facts.vintages.get(commitment.id, ())]
    days += [event.happened.last for event in facts.events.get(commitment.id, ())]
    days += [point.measured for points in series_of(commitment, facts).values() for point in points]
    if commitment.promised_on.last <= facts.as_of:
        days.append(commitment.promised_on.last)
    return min(max(days, default=facts.as_of), facts.as_of)


def collect_spells(commitments: Sequence[Commitment], facts: Facts) -> list[Spell]:
    """Return every date given by the day of the facts for a promise that is not recurring."""
    spells = []
    for commitment in commitments:
        if commitment.kind == "recurring":
            continue
        done = done_day(commitment, facts)
        end = done if done is not None else last_seen_open(commitment, facts)
        spells += [
            Spell(commitment.id, commitment.kind, office, said, due, end, done is not None)
            for said, due, office in statements_of(commitment, facts)
            if end > said
        ]
    return spells


def typical_time_given(spells: Sequence[Spell]) -> timedelta | None:
    """Return the median time between saying and due date; None where no date was ever given."""
    given = sorted((spell.due - spell.said).days for spell in spells)
    return timedelta(days=given[len(given) // 2]) if given else None
