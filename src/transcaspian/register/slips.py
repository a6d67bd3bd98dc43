"""How promised dates move, and when promises will really be met.

Every date ever given is a vintage. Three outlooks stand side by side and none replaces another:

pace        the day on which the measured value reaches its target if it goes on as it did over
            at least the last half year;
vintages    the day on which the promised dates, which move by s days for each day that passes,
            are caught up: T = (due - s * said) / (1 - s), s by least squares over the vintages
            ("slip chart"); none where s >= 0.85, a date that runs away;
class       the time first given, stretched by the overrun by which half (and four fifths) of the
            other promises were kept, those still open counted as open (reference class forecasting,
            Kahneman and Tversky 1979, Flyvbjerg 2008, doi:10.1080/09654310701747936; Kaplan and
            Meier 1958); none where fewer were ever kept. `outlook` gives chances instead.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np

from transcaspian.register.facts import Facts, Point, Vintage, gather_facts
from transcaspian.register.spells import done_day, last_seen_open
from transcaspian.register.status import Verdict, judge_all, read_commitments
from transcaspian.register.survival import fit_curve
from transcaspian.register.tables import Register
from transcaspian.register.targets import MIN_PACE_DAYS
from transcaspian.register.verdict import Commitment

__all__ = ["Slip", "find_slips", "pace_outlook", "vintage_outlook"]

DAYS_PER_MONTH = 365.25 / 12
LAST_OUTLOOK = date(2199, 12, 31)
# A date that moves by more than this many days a day is as good as running away: the outlook
# divides by what is left.
MAX_SLOPE = 0.85
MIN_CLASS = 3  # overruns of fewer promises say nothing about another one


@dataclass(frozen=True, slots=True)
class Slip:
    """How the date of one promise or project moved, and its outlooks as of a day."""

    subject: str
    status: str  # of the commitment; empty for a project
    first_said: date
    first_due: date
    last_said: date
    last_due: date
    vintages: int
    moves: int  # how often the date changed from one statement to the next
    slip_months: float  # last date less first date
    slip_per_month: float | None  # by how many months the date moves in a month, least squares
    done_on: date | None
    pace_outlook: date | None
    vintage_outlook: date | None
    class_outlook: date | None  # half of comparable promises were done or due by then
    class_outlook_late: date | None  # four fifths were
    rows: tuple[str, ...]

    def as_dict(self) -> dict[str, object]:
        """Return it as plain values, dates as ISO text."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {
            name: value.isoformat()
            if isinstance(value, date)
            else list(value)
            if isinstance(value, tuple)
            else value
            for name, value in values.items()
        }


def find_slips(register: Register, as_of: date) -> list[Slip]:
    """Return every promise and project with a date, those that slipped most first."""
    facts = gather_facts(register, as_of)
    verdicts = {verdict.id: verdict for verdict in judge_all(register, as_of)}
    commitments = {commitment.id: commitment for commitment in read_commitments(register)}
    histories = _histories(commitments, facts)
    done = _done_days(verdicts, facts)
    overruns = {
        subject: _overrun(history, *_ending(subject, history, commitments, facts))
        for subject, history in histories.items()
    }
    slips = [
        _slip(
            subject,
            history,
            commitments.get(subject),
            verdicts.get(subject),
            done.get(subject),
            overruns,
            facts,
        )
        for subject, history in histories.items()
    ]
    return sorted(slips, key=lambda slip: (-slip.slip_months, slip.subject))


def _histories(commitments: Mapping[str, Commitment], facts: Facts) -> dict[str, list[Vintage]]:
    """Return all dates ever given, the promise's own among them, in order of saying.

    A duty that comes back has none: what is said of one of its years is no move of its end.
    """
    histories = {
        subject: list(vintages)
        for subject, vintages in facts.vintages.items()
        if subject not in commitments or commitments[subject].kind != "recurring"
    }
    for commitment in commitments.values():
        if commitment.kind == "recurring":
            continue
        if commitment.due is None or commitment.promised_on.last > facts.as_of:
            continue
        own = Vintage(commitment.id, commitment.promised_on, commitment.due, commitment.owner or "")
        said = histories.setdefault(commitment.id, [])
        is_said_there = any(
            vintage.said.last == own.said.last and vintage.due.last == own.due.last
            for vintage in said
        )
        if not is_said_there:
            said.append(own)
    for said in histories.values():
        said.sort(key=lambda vintage: (vintage.said.last, vintage.row))
    return dict(sorted(histories.items()))


def _done_days(verdicts: Mapping[str, Verdict], facts: Facts) -> dict[str, date]:
    done: dict[str, date] = {}
    for subject, events in facts.events.items():
        verdict = verdicts.get(subject)
        is_met = verdict is None or verdict.status == "met"
        for event in events:
            if event.kind == "done" and is_met:
                done.setdefault(subject, event.happened.last)
    points = {
        point.row: point
        for by_compiler in facts.points.values()
        for series in by_compiler.values()
        for point in series
    }
    for verdict in verdicts.values():
        if (
            verdict.status == "met"
            and verdict.id not in done
            and verdict.evidence
            and verdict.evidence[0] in points
        ):
            done[verdict.id] = points[verdict.evidence[0]].measured
    return done


def _ahead(day: date | None, as_of: date) -> date | None:
    """Return an outlook, unless the day has passed without the promise being kept."""
    return day if day is not None and day >= as_of else None


@dataclass(frozen=True, slots=True)
class Overrun:
    """By which share of the time first given a promise ran over, at least where it is still open."""

    share: float
    is_done: bool


def _ending(
    subject: str,
    history: Sequence[Vintage],
    commitments: Mapping[str, Commitment],
    facts: Facts,
) -> tuple[date, bool]:
    """Return the day of fulfilment, however late, or the last day known to be open; and which."""
    commitment = commitments.get(subject)
    if commitment is None:
        return history[-1].said.last, False
    done = done_day(commitment, facts)
    return (last_seen_open(commitment, facts), False) if done is None else (done, True)


def _overrun(history: Sequence[Vintage], end: date, is_done: bool) -> Overrun | None:
    """Return the overrun of the first date; None where nothing is known from after the promise."""
    first = history[0]
    given = (first.due.last - first.said.last).days
    if given <= 0 or end <= first.said.last:
        return None
    return Overrun((end - first.due.last).days / given, is_done)


def _slip(
    subject: str,
    history: Sequence[Vintage],
    commitment: Commitment | None,
    verdict: Verdict | None,
    done: date | None,
    overruns: Mapping[str, Overrun | None],
    facts: Facts,
) -> Slip:
    first, last = history[0], history[-1]
    known = [
        overrun for other, overrun in overruns.items() if other != subject and overrun is not None
    ]
    is_open = done is None and (
        verdict is None or verdict.status not in {"met", "missed", "superseded"}
    )
    half, late = _class_outlooks(first, last, known, facts.as_of) if is_open else (None, None)
    return Slip(
        subject=subject,
        status=verdict.status if verdict else "",
        first_said=first.said.last,
        first_due=first.due.last,
        last_said=last.said.last,
        last_due=last.due.last,
        vintages=len(history),
        moves=sum(one.due.last != other.due.last for one, other in pairwise(history)),
        slip_months=round(((done or last.due.last) - first.due.last).days / DAYS_PER_MONTH, 1),
        slip_per_month=_slope(history),
        done_on=done,
        pace_outlook=_ahead(pace_outlook(commitment, facts), facts.as_of)
        if commitment is not None and is_open
        else None,
        vintage_outlook=_ahead(vintage_outlook(history), facts.as_of) if is_open else None,
        class_outlook=half,
        class_outlook_late=late,
        rows=tuple(vintage.row for vintage in history),
    )


def _slope(history: Sequence[Vintage]) -> float | None:
    """Return the least-squares slope of promised date over day of saying."""
    said = np.array([vintage.said.last.toordinal() for vintage in history], dtype=np.float64)
    due = np.array([vintage.due.last.toordinal() for vintage in history], dtype=np.float64)
    spread = said - said.mean()
    if len(history) < 2 or not np.any(spread):
        return None
    return float(spread @ (due - due.mean()) / (spread @ spread))


def vintage_outlook(history: Sequence[Vintage]) -> date | None:
    """Return the day on which the moving dates are caught up; None where they run away."""
    slope = _slope(history)
    if slope is None or slope >= MAX_SLOPE:
        return None
    said = float(np.mean([vintage.said.last.toordinal() for vintage in history]))
    due = float(np.mean([vintage.due.last.toordinal() for vintage in history]))
    # The regression line meets the line "due today" where T = due + slope (T - said).
    caught_up = (due - slope * said) / (1.0 - slope)
    if caught_up < history[-1].said.last.toordinal():
        return history[-1].due.last
    return _day(caught_up)


def pace_outlook(commitment: Commitment, facts: Facts) -> date | None:
    """Return the day on which the measured value reaches the target at its recent pace."""
    if (
        commitment.indicator is None
        or commitment.target is None
        or commitment.measure not in {"level", "steps"}
    ):
        return None
    by_compiler = facts.points.get((commitment.indicator, commitment.scope), {})
    named = commitment.compilers or tuple(by_compiler)
    points: Sequence[Point] = next(
        (by_compiler[name] for name in named if by_compiler.get(name)), ()
    )
    levels = [point for point in points if point.kind != "ytd"]
    if len(levels) < 2:
        return None
    last = levels[-1]
    earlier = [point for point in levels if (last.measured - point.measured).days >= MIN_PACE_DAYS]
    before = earlier[-1] if earlier else levels[0]
    days = (last.measured - before.measured).days
    if days <= 0:
        return None
    pace = (last.value - before.value) / days
    missing = commitment.target - last.value
    if pace * missing <= 0.0:
        return None
    return _day(last.measured.toordinal() + missing / pace)


def _class_outlooks(
    first: Vintage, last: Vintage, overruns: Sequence[Overrun], as_of: date
) -> tuple[date | None, date | None]:
    """Return when half and four fifths of the comparable promises would be kept.

    A promise still open has outlived what lies before today or before a later date that its own
    owner has given since.
    """
    given = (first.due.last - first.said.last).days
    if given <= 0 or len(overruns) < MIN_CLASS:
        return None, None
    start = first.said.last.toordinal()
    earliest = as_of.toordinal()
    if last.due.last > first.due.last:
        earliest = max(earliest, last.due.last.toordinal())
    times = np.array([1.0 + overrun.share for overrun in overruns])
    is_done = np.array([overrun.is_done for overrun in overruns])
    curve = fit_curve(times, is_done, np.ones(times.size))
    # One who ends on that very day has not been outlived.
    outlived = float(curve.open_at(np.array([(earliest - start - 0.5) / given]))[0])
    if outlived <= 0.0:
        return None, None
    half, late = (curve.quantile(1.0 - outlived * (1.0 - share)) for share in (0.5, 0.8))
    return _class_day(first, half), _class_day(first, late)


def _class_day(first: Vintage, time: float | None) -> date | None:
    given = (first.due.last - first.said.last).days
    return None if time is None else _day(first.said.last.toordinal() + given * time)


def _day(ordinal: float) -> date | None:
    """Return the day of an ordinal; None where it lies beyond what a calendar can say."""
    if not ordinal <= LAST_OUTLOOK.toordinal():
        return None
    return date.fromordinal(1) + timedelta(days=max(round(ordinal) - 1, 0))
