"""Rules for promises that come back: yearly or monthly duties, and rhythms of meetings."""

import calendar
from collections.abc import Sequence
from datetime import date
from itertools import islice

from transcaspian.register.facts import Facts, Point
from transcaspian.register.rounds import (
    count_rounds_left,
    end_of_duty,
    first_period,
    periods_of,
    rounds_held,
    timetable_of,
)
from transcaspian.register.targets import TOLERANCE, choose_series, max_age
from transcaspian.register.verdict import Commitment, Finding

__all__ = ["judge_duty", "judge_rhythm"]


def judge_rhythm(commitment: Commitment, facts: Facts) -> Finding:
    """Return whether meetings or festivals are held as often as promised."""
    held = rounds_held(commitment, facts)
    if held and count_rounds_left(commitment, facts) == 0:
        reason = f"All rounds that were promised are held, the last on {held[-1][1]}."
        rows = tuple(row for row, _ in held)
        return Finding("rhythm_kept", reason, rows, met_on=held[-1][1])
    due, following = _next_two(commitment, facts)
    if not held:
        return _without_round(facts, due)
    row, last = held[-1]
    rows = (row, *_searches(commitment, facts))
    if due is None:
        return Finding("rhythm_ended_unverified", f"Last held {last}; the rhythm is over.", rows)
    reason = f"Last held {last}, the next is due by {due}."
    if facts.as_of <= due:
        return Finding("within_rhythm", reason, (row,))
    end = end_of_duty(commitment)
    if end is not None and facts.as_of > end:
        return Finding("rhythm_ended_unverified", f"{reason} The rhythm is over.", rows)
    if following is None or facts.as_of <= following:
        return Finding("round_overdue", reason, rows)
    return Finding("rhythm_lost", reason, rows)


def _next_two(commitment: Commitment, facts: Facts) -> tuple[date | None, date | None]:
    days = list(islice(timetable_of(commitment, facts).days(), 2))
    return days[0] if days else None, days[1] if len(days) > 1 else None


def _without_round(facts: Facts, due: date | None) -> Finding:
    if due is None:
        return Finding("rhythm_without_record", "No round falls due under its rule.")
    if facts.as_of <= due:
        return Finding("first_round_not_due", f"The first round is due by {due}.")
    return Finding("rhythm_without_record", f"The first round was due by {due}.")


def _searches(commitment: Commitment, facts: Facts) -> tuple[str, ...]:
    return tuple(
        event.row
        for event in facts.events.get(commitment.id, [])
        if event.kind in {"searched", "not_done"}
    )


def judge_duty(commitment: Commitment, facts: Facts) -> Finding:
    """Return whether the quantity of each period is delivered."""
    by_compiler = facts.points.get((commitment.indicator or "", commitment.scope), {})
    wanted = commitment.compilers or tuple(by_compiler)
    usable: dict[str, Sequence[Point]] = {
        name: by_compiler[name] for name in wanted if by_compiler.get(name)
    }
    events = [event for event in facts.events.get(commitment.id, []) if event.kind != "searched"]
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
    start = first_period(commitment)
    periods = [
        point
        for point in points
        if _is_whole_period(point, is_monthly=is_monthly) and point.period.first >= start
    ]
    end = end_of_duty(commitment)
    if end is not None and facts.as_of > end:
        return _ended(commitment, end, periods)
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
    is_counted = any(point.period.last >= date(facts.as_of.year, 12, 31) for point in periods)
    use_part = not is_monthly and not is_counted
    part = _part_of_this_year(points, start, facts.as_of) if use_part else None
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


def _ended(commitment: Commitment, end: date, periods: Sequence[Point]) -> Finding:
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
    promised = sum(1 for _ in periods_of(commitment).days())
    if inside and len({point.period.first for point in inside}) >= promised:
        reason = f"All {len(inside)} periods reached {commitment.target:g}."
        return Finding("duty_kept", reason, rows, met_on=inside[-1].measured)
    return Finding("duty_ended_unverified", f"{len(inside)} periods are counted.", rows)


def _is_whole_period(point: Point, *, is_monthly: bool) -> bool:
    if point.kind == "ytd" and not point.is_full_year:
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
