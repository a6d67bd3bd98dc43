"""When a recurring promise falls due: its periods or rounds, from the promise and what was held.

Periods of a counted duty are whole calendar years or months from the promise on. Rounds of a
rhythm are counted from the last one held, else from the promise. A rule with COUNT ends with the
round of that number counted from the promise; `due` and UNTIL end it too, whichever is first.
"""

from datetime import date, timedelta

from transcaspian.register.edtf import VagueDate
from transcaspian.register.facts import Facts
from transcaspian.register.recurrence import Timetable, end_of_rule, read_parts, round_of
from transcaspian.register.verdict import Commitment

__all__ = [
    "count_rounds_left",
    "end_of_duty",
    "first_period",
    "is_ever_due",
    "periods_of",
    "rounds_held",
    "timetable_of",
]

DEFAULT_RULE = "FREQ=YEARLY"


def timetable_of(commitment: Commitment, facts: Facts) -> Timetable:
    """Return the days on which a recurring promise falls due, as known on the day of the facts."""
    if commitment.measure == "rhythm":
        return _timetable_of_rhythm(commitment, facts)
    return periods_of(commitment)


def periods_of(commitment: Commitment) -> Timetable:
    """Return the last days of a counted duty's periods."""
    anchor = _anchor(commitment)
    return Timetable(_rule(commitment), anchor, end_of_duty(commitment), whole_periods=True)


def is_ever_due(commitment: Commitment) -> bool:
    """Whether anything falls due between the promise and its end."""
    if commitment.measure != "rhythm":
        return next(periods_of(commitment).days(), None) is not None
    anchor, end = _anchor(commitment), end_of_duty(commitment)
    return next(Timetable(_rule(commitment), anchor, end).days(), None) is not None


def _timetable_of_rhythm(commitment: Commitment, facts: Facts) -> Timetable:
    rule, end, count = _rule(commitment), end_of_duty(commitment), _count(commitment)
    promised = commitment.promised_on.last
    held = [day for _, day in rounds_held(commitment, facts)]
    if count is not None:
        counted = [day for day in held if _is_after_promise(commitment, day)]
        anchor = counted[-1] if counted else promised
        return Timetable(rule, anchor, end, count_rounds_left(commitment, facts))
    if held:
        since_held = Timetable(rule, held[-1], end)
        if _is_after_promise(commitment, held[-1]) or since_held.first_from(promised) == next(
            since_held.days(), None
        ):
            return since_held
    return Timetable(rule, promised, end)


def count_rounds_left(commitment: Commitment, facts: Facts) -> int | None:
    """Return how many promised rounds are still to be held; None for a rhythm without end.

    One round a year, month or week of the rule counts, however often it was held in it.
    """
    rule, end = _rule(commitment), end_of_duty(commitment)
    if end is None:
        return None
    promised = _count(commitment)
    if promised is None:
        promised = sum(1 for _ in Timetable(rule, commitment.promised_on.last, end).days())
    held = {
        round_of(rule, day)
        for _, day in rounds_held(commitment, facts)
        if _is_after_promise(commitment, day)
    }
    return max(promised - len(held), 0)


def rounds_held(commitment: Commitment, facts: Facts) -> list[tuple[str, date]]:
    """Return row and day of every round on record, in order of time."""
    by_compiler = facts.points.get((commitment.indicator or "", commitment.scope), {})
    wanted = commitment.compilers or tuple(by_compiler)
    counted = [
        (point.row, point.measured)
        for name in wanted
        for point in by_compiler.get(name, [])
        if point.value > 0.0
    ]
    return sorted(counted, key=lambda held: held[1])


def _is_after_promise(commitment: Commitment, day: date) -> bool:
    return day > commitment.promised_on.first


def end_of_duty(commitment: Commitment) -> date | None:
    """Return the last day of a recurring promise: its due date or the end of its rule.

    None for an endless one.
    """
    ends = [end_of_rule(_rule(commitment)), _end_of_count(commitment)]
    if commitment.due is not None:
        ends.append(commitment.due.last)
    return min((end for end in ends if end is not None), default=None)


def _end_of_count(commitment: Commitment) -> date | None:
    count = _count(commitment)
    if count is None:
        return None
    days = list(Timetable(_rule(commitment), _anchor(commitment), count=count).days())
    return days[-1] if days else None


def _anchor(commitment: Commitment) -> date:
    """Return the day after which the first round or period may fall due."""
    if commitment.measure == "rhythm":
        return commitment.promised_on.last
    return first_period(commitment) - timedelta(days=1)


def first_period(commitment: Commitment) -> date:
    """Return the first day of the first whole period after the promise."""
    promised: VagueDate = commitment.promised_on
    day = promised.first
    if read_parts(_rule(commitment))["FREQ"] == "MONTHLY":
        return day if day.day == 1 else (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    is_new_year = (day.month, day.day) == (1, 1) and promised.precision == "day"
    return day if is_new_year else date(day.year + 1, 1, 1)


def _rule(commitment: Commitment) -> str:
    return commitment.recurrence or DEFAULT_RULE


def _count(commitment: Commitment) -> int | None:
    count = read_parts(_rule(commitment)).get("COUNT")
    return None if count is None else int(count)
