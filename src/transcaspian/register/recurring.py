"""Rules for promises that come back: yearly or monthly duties, and rhythms of meetings."""

import calendar
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from dateutil.rrule import rrulestr

from transcaspian.register.edtf import VagueDate
from transcaspian.register.facts import Facts, Point
from transcaspian.register.targets import TOLERANCE, choose_series, max_age
from transcaspian.register.verdict import Commitment, Finding

__all__ = ["end_of_duty", "judge_duty", "judge_rhythm", "next_round"]


def judge_rhythm(commitment: Commitment, facts: Facts) -> Finding:
    """Return whether meetings or festivals are held as often as promised."""
    held = _rounds_held(commitment, facts)
    if not held:
        first_due = next_round(commitment.recurrence, commitment.promised_on.last)
        if facts.as_of <= first_due:
            return Finding("first_round_not_due", f"The first round is due by {first_due}.")
        return Finding("rhythm_without_record", f"The first round was due by {first_due}.")
    row, last = held[-1]
    due = next_round(commitment.recurrence, last)
    reason = f"Last held {last}, the next is due by {due}."
    if facts.as_of <= due:
        return Finding("within_rhythm", reason, (row,))
    if facts.as_of <= next_round(commitment.recurrence, due):
        return Finding("round_overdue", reason, (row, *_searches(commitment, facts)))
    return Finding("rhythm_lost", reason, (row, *_searches(commitment, facts)))


def _rounds_held(commitment: Commitment, facts: Facts) -> list[tuple[str, date]]:
    by_compiler = facts.points.get((commitment.indicator or "", commitment.scope), {})
    wanted = commitment.compilers or tuple(by_compiler)
    counted = [
        (point.row, point.measured)
        for name in wanted
        for point in by_compiler.get(name, [])
        if point.value > 0.0
    ]
    return sorted(counted, key=lambda held: held[1])


def _searches(commitment: Commitment, facts: Facts) -> tuple[str, ...]:
    return tuple(
        event.row
        for event in facts.events.get(commitment.id, [])
        if event.kind in {"searched", "not_done"}
    )


def next_round(recurrence: str | None, last: date) -> date:
    """Return the last day of the year, month, week or day in which the next round falls."""
    endless = _endless(recurrence or "FREQ=YEARLY")
    is_coarse = "FREQ=YEARLY" in endless or "FREQ=MONTHLY" in endless
    # From the month's first day on, so that a round held on the 31st has a next one every month.
    start = last.replace(day=1) if is_coarse else last
    rounds = rrulestr(endless, dtstart=datetime.combine(start, time.min))
    following = rounds.after(datetime.combine(last, time.max))
    if following is None:
        return date.max
    day = following.date()
    if "FREQ=YEARLY" in endless:
        return date(day.year, 12, 31)
    if "FREQ=MONTHLY" in endless:
        return date(day.year, day.month, calendar.monthrange(day.year, day.month)[1])
    return day


def _endless(recurrence: str) -> str:
    """Return the rule without its end: rounds are counted from the last one held."""
    return ";".join(
        part for part in recurrence.split(";") if not part.startswith(("COUNT=", "UNTIL="))
    )


def judge_duty(commitment: Commitment, facts: Facts) -> Finding:
    """Return whether the quantity of each period is delivered."""
    by_compiler = facts.points.get((commitment.indicator or "", commitment.scope), {})
    wanted = commitment.compilers or tuple(by_compiler)
    usable: dict[str, Sequence[Point]] = {
        name: by_compiler[name] for name in wanted if by_compiler.get(name)
    }
    events = facts.events.get(commitment.id, [])
    if not usable or commitment.target is None:
        if events:
            return Finding(
                "duty_without_count",
                f"{events[-1].what} ({events[-1].happened.edtf}); no period is counted.",
                (events[-1].row,),
            )
        return Finding("duty_without_evidence", "Nothing is known.")
    points = choose_series(commitment, facts, usable)
    is_monthly = (commitment.recurrence or "").startswith("FREQ=MONTHLY")
    start = _first_period(commitment.promised_on, is_monthly=is_monthly)
    periods = [
        point
        for point in points
        if _is_whole_period(point, is_monthly=is_monthly) and point.period.first >= start
    ]
    end = end_of_duty(commitment)
    if end is not None and facts.as_of > end:
        return _ended(commitment, start, end, periods, is_monthly=is_monthly)
    return _running(commitment, start, periods, points, facts, is_monthly=is_monthly)


def _running(
    commitment: Commitment,
    start: date,
    periods: Sequence[Point],
    points: Sequence[Point],
    facts: Facts,
    *,
    is_monthly: bool,
) -> Finding:
    target = commitment.target if commitment.target is not None else 0.0
    part = None if is_monthly else _part_of_this_year(points, start, facts.as_of)
    fresh = [
        point
        for point in periods
        if (facts.as_of - point.measured).days <= max_age(commitment, facts)
    ]
    if fresh and not commitment.is_reached(fresh[-1].value):
        return Finding(
            "duty_period_short",
            _say(fresh[-1], commitment),
            (fresh[-1].row,),
            fresh[-1].value,
            target,
        )
    if part is not None:
        estimate = part.value * _year_length(part.period.first.year) / part.period.days
        is_enough = commitment.is_reached(
            estimate / TOLERANCE if commitment.is_upward else estimate * TOLERANCE
        )
        rule = "duty_pace_enough" if is_enough else "duty_pace_too_slow"
        return Finding(
            rule,
            f"{_say(part, commitment)}, about {estimate:.4g} in the year.",
            (part.row,),
            estimate,
            target,
        )
    if fresh:
        return Finding(
            "duty_kept_so_far",
            _say(fresh[-1], commitment),
            (fresh[-1].row,),
            fresh[-1].value,
            target,
        )
    last = points[-1]
    age = (facts.as_of - last.measured).days
    if age > max_age(commitment, facts):
        return Finding(
            "evidence_aged",
            f"Last figure {_say(last, commitment)} is {age} days old.",
            (last.row,),
            last.value,
        )
    return Finding(
        "duty_without_count",
        f"Last figure {_say(last, commitment)} covers no whole period.",
        (last.row,),
        last.value,
    )


def _ended(
    commitment: Commitment, start: date, end: date, periods: Sequence[Point], *, is_monthly: bool
) -> Finding:
    inside = [point for point in periods if point.period.last <= end]
    rows = tuple(point.row for point in inside)
    short = [point for point in inside if not commitment.is_reached(point.value)]
    if short:
        return Finding(
            "duty_broken",
            _say(short[0], commitment),
            tuple(point.row for point in short),
            short[0].value,
            commitment.target,
        )
    if len({point.period.first for point in inside}) >= _count_periods(
        start, end, is_monthly=is_monthly
    ):
        return Finding(
            "duty_kept", f"All {len(inside)} periods reached {commitment.target:g}.", rows
        )
    return Finding("duty_ended_unverified", f"{len(inside)} periods are counted.", rows)


def _first_period(promised: VagueDate, *, is_monthly: bool) -> date:
    """Return the first day of the first whole period after the promise."""
    day = promised.first
    if is_monthly:
        return day if day.day == 1 else (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return (
        day
        if (day.month, day.day) == (1, 1) and promised.precision == "day"
        else date(day.year + 1, 1, 1)
    )


def end_of_duty(commitment: Commitment) -> date | None:
    """Return the last day of a duty: its due date, or the end of its rule; None for an endless one."""
    if commitment.due is not None:
        return commitment.due.last
    parts = dict(part.partition("=")[::2] for part in (commitment.recurrence or "").split(";"))
    if "UNTIL" in parts:
        until = parts["UNTIL"][:8]
        return date(int(until[:4]), int(until[4:6]), int(until[6:8]))
    if "COUNT" not in parts:
        return None
    is_monthly = parts.get("FREQ") == "MONTHLY"
    start = _first_period(commitment.promised_on, is_monthly=is_monthly)
    count = int(parts["COUNT"])
    if is_monthly:
        month = start.month - 1 + count
        return date(start.year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return date(start.year + count - 1, 12, 31)


def _count_periods(start: date, end: date, *, is_monthly: bool) -> int:
    if is_monthly:
        return (end.year - start.year) * 12 + end.month - start.month + 1
    return end.year - start.year + 1


def _is_whole_period(point: Point, *, is_monthly: bool) -> bool:
    if point.kind == "ytd":
        return False
    if not is_monthly:
        return point.period.is_whole_year
    first = point.period.first
    return first.day == 1 and point.period.last == first.replace(
        day=calendar.monthrange(first.year, first.month)[1]
    )


def _part_of_this_year(points: Sequence[Point], start: date, as_of: date) -> Point | None:
    parts = [
        point
        for point in points
        if point.period.first == date(as_of.year, 1, 1)
        and point.period.first >= start
        and 90 <= point.period.days < 365
    ]
    return parts[-1] if parts else None


def _year_length(year: int) -> int:
    return 366 if calendar.isleap(year) else 365


def _say(point: Point, commitment: Commitment) -> str:
    period = point.row.split("|")[1]
    return f"{point.value:g} ({point.compiler}, {period}), {commitment.target:g} {commitment.unit} promised"
