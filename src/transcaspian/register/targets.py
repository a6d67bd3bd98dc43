"""Rules for promises measured by a figure: levels, flows per year, numbered steps.

Series of different compilers are never joined. Where the promise names its compilers, the first
with a figure that is not too old counts; where it names none, each series is judged by itself and
they must agree.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from transcaspian.register.edtf import Period, VagueDate
from transcaspian.register.facts import Facts, Point
from transcaspian.register.verdict import RULES, Commitment, Finding

__all__ = [
    "LEVEL_KINDS",
    "MAX_AGE_DAYS",
    "TOLERANCE",
    "choose_series",
    "expected_value",
    "judge_series",
    "stretch_to_year",
]

# How old the newest figure may be before it says nothing about today: until the next of its kind
# should have come out. A yearly figure appears once a year, mostly within six months.
MAX_AGE_DAYS = {"annual": 548, "quarterly": 200, "monthly": 120, "irregular": 180}
# Share of the way asked for that still counts as on the path; figures are rounded when quoted.
TOLERANCE = 0.95
# Shorter parts of a year say too little about it.
MIN_PART_OF_YEAR_DAYS = 90
# The pace before a baseline is taken over at least this long.
MIN_PACE_DAYS = 180
LEVEL_KINDS = ("actual", "stock", "cumulative", "capacity", "derived")

Judge = Callable[[Commitment, VagueDate | None, Sequence[Point], Facts], Finding]


def judge_series(commitment: Commitment, due: VagueDate | None, facts: Facts) -> Finding | None:
    """Return what figures say; None where the promise has no target to compare with."""
    judge = _judge_flow if commitment.measure == "flow" else _judge_level
    by_compiler = _usable(commitment, facts)
    if not by_compiler:
        return _without_figures(commitment, due, facts)
    if commitment.compilers:
        return judge(commitment, due, choose_series(commitment, facts, by_compiler), facts)
    findings = [judge(commitment, due, points, facts) for points in by_compiler.values()]
    statuses = {RULES[finding.rule].status for finding in findings}
    if len(statuses) > 1:
        rows = tuple(row for finding in findings for row in finding.evidence)
        said = "; ".join(
            f"{name}: {RULES[finding.rule].status}"
            for name, finding in zip(by_compiler, findings, strict=True)
        )
        return Finding("compilers_disagree", f"{said}.", rows)
    newest = max(
        range(len(findings)), key=lambda index: list(by_compiler.values())[index][-1].measured
    )
    return findings[newest]


def _usable(commitment: Commitment, facts: Facts) -> dict[str, Sequence[Point]]:
    if commitment.indicator is None or commitment.target is None:
        return {}
    by_compiler = facts.points.get((commitment.indicator, commitment.scope), {})
    wanted = commitment.compilers or tuple(by_compiler)
    usable: dict[str, Sequence[Point]] = {}
    for compiler in wanted:
        points = by_compiler.get(compiler, [])
        if commitment.measure != "flow":
            points = [point for point in points if point.kind in LEVEL_KINDS]
        if points:
            usable[compiler] = points
    return usable


def choose_series(
    commitment: Commitment, facts: Facts, by_compiler: Mapping[str, Sequence[Point]]
) -> Sequence[Point]:
    """Return the first-named compiler's series that is not too old, else the first-named."""
    limit = max_age(commitment, facts)
    for points in by_compiler.values():
        if (facts.as_of - points[-1].measured).days <= limit:
            return points
    return next(iter(by_compiler.values()))


def max_age(commitment: Commitment, facts: Facts) -> int:
    """Return the days for which a figure of the promise's indicator counts."""
    return MAX_AGE_DAYS[facts.frequencies.get(commitment.indicator or "", "irregular")]


def _without_figures(commitment: Commitment, due: VagueDate | None, facts: Facts) -> Finding | None:
    if due is None or facts.as_of > due.last:
        return None
    if _baseline(commitment, facts) is None:
        return Finding("baseline_missing", "No start value is given.")
    return Finding("no_observation", "No figure is known.")


def _baseline(commitment: Commitment, facts: Facts) -> tuple[float, date] | None:
    """Return value and day of the baseline, if both are given and the day has passed."""
    if (
        commitment.baseline is None
        or commitment.baseline_on is None
        or commitment.baseline_on.last > facts.as_of
    ):
        return None
    return commitment.baseline, commitment.baseline_on.last


def _judge_level(
    commitment: Commitment, due: VagueDate | None, points: Sequence[Point], facts: Facts
) -> Finding:
    since = facts.promised_since(commitment.id, commitment.promised_on)
    if reached := _level_reached(commitment, due, points, since):
        return reached
    last = points[-1]
    if due is None:
        return Finding(
            "no_due_date",
            f"No date was promised; last figure {_say(last, commitment)}.",
            (last.row,),
            last.value,
        )
    if facts.as_of <= due.last:
        return _before_due(commitment, due, points, facts)
    # Late until it is known to be kept: an old figure shows that the date was not.
    if last.measured_earliest >= due.last:
        return Finding(
            "below_target_after_due",
            f"{_say(last, commitment)}, target {commitment.target:g}.",
            (last.row,),
            last.value,
            commitment.target,
        )
    return Finding("past_due_unverified", "", (last.row,), last.value)


def _level_reached(
    commitment: Commitment, due: VagueDate | None, points: Sequence[Point], since: date
) -> Finding | None:
    """Say whether the level stood at the target on the due date, or came there later.

    A figure from before `since`, when the promise was made, does not meet it.
    """
    points = [point for point in points if point.measured >= since]
    by_due = [point for point in points if due is None or point.measured <= due.last]
    if by_due and commitment.is_reached(by_due[-1].value):
        return Finding(
            "target_reached",
            f"{_say(by_due[-1], commitment)}, target {commitment.target:g}.",
            (by_due[-1].row,),
            by_due[-1].value,
            met_on=by_due[-1].measured,
        )
    for point in points[len(by_due) :]:
        if commitment.is_reached(point.value):
            return Finding(
                "target_reached_late",
                f"{_say(point, commitment)}, target {commitment.target:g}.",
                (point.row,),
                point.value,
                met_on=point.measured,
            )
    return None


def _judge_flow(
    commitment: Commitment, due: VagueDate | None, points: Sequence[Point], facts: Facts
) -> Finding:
    years = [
        point
        for point in points
        if point.period.is_whole_year and (point.kind != "ytd" or point.is_full_year)
    ]
    # More of a year can only add to an upward flow, so a part may prove the target reached.
    proofs = [
        *years,
        *(point for point in points if commitment.is_upward and point.period.days < 365),
    ]
    since = facts.promised_since(commitment.id, commitment.promised_on)
    in_time = [
        point
        for point in proofs
        if point.measured >= since and (due is None or point.period.last <= due.last)
    ]
    for point in in_time:
        if commitment.is_reached(point.value) and not _falls_back(commitment, point, years, due):
            return Finding(
                "target_reached",
                f"{_say(point, commitment)}, target {commitment.target:g}.",
                (point.row,),
                point.value,
                met_on=point.measured,
            )
    last = points[-1]
    if due is None:
        return Finding(
            "no_due_date",
            f"No date was promised; last figure {_say(last, commitment)}.",
            (last.row,),
            last.value,
        )
    if facts.as_of <= due.last:
        return _flow_before_due(commitment, due, years, points, facts)
    for point in years:
        if point.period.first <= due.last <= point.period.last:
            return Finding(
                "due_period_below_target",
                f"{_say(point, commitment)}, target {commitment.target:g}.",
                (point.row,),
                point.value,
                commitment.target,
            )
    return Finding("past_due_unverified", "", (last.row,), last.value)


def _falls_back(
    commitment: Commitment, reached: Point, years: Sequence[Point], due: VagueDate | None
) -> bool:
    """Whether a later year, up to the due one, is short of the target again."""
    if due is None:
        return False
    return any(
        reached.period.last < year.period.last <= due.last and not commitment.is_reached(year.value)
        for year in years
    )


def _flow_before_due(
    commitment: Commitment,
    due: VagueDate,
    years: Sequence[Point],
    points: Sequence[Point],
    facts: Facts,
) -> Finding:
    parts = [
        point
        for point in points
        if _is_part_of_year(point) and (not years or point.period.last > years[-1].period.last)
    ]
    if not parts:
        if not years:
            return Finding("no_observation", "No yearly figure is known.", (points[-1].row,))
        return _before_due(commitment, due, years, facts)
    part = parts[-1]
    baseline = _baseline(commitment, facts)
    if baseline is None:
        return Finding("baseline_missing", "No start value is given.", (part.row,), part.value)
    if (facts.as_of - part.measured).days > max_age(commitment, facts):
        return _aged(part, commitment, facts)
    year_end = date(part.period.first.year, 12, 31)
    estimate = stretch_to_year(part)
    expected = expected_value(commitment, baseline, due.last, year_end)
    is_on_path = _progress(commitment, baseline[0], estimate) >= TOLERANCE * _progress(
        commitment, baseline[0], expected
    )
    rule = "pace_of_year_on_path" if is_on_path else "pace_of_year_below_path"
    reason = f"{_say(part, commitment)}, about {estimate:.4g} in the year; the path asks for {expected:.4g}."
    return Finding(rule, reason, (part.row,), estimate, expected)


def _is_part_of_year(point: Point) -> bool:
    period = point.period
    starts_year = (period.first.month, period.first.day) == (1, 1)
    return (
        starts_year
        and MIN_PART_OF_YEAR_DAYS <= period.days < 365
        and period.first.year == period.last.year
    )


def stretch_to_year(part: Point) -> float:
    """Return the year's value if it goes on as in its part."""
    return part.value * year_days(part.period) / part.period.days


def year_days(period: Period) -> int:
    """Return the days of the year in which a period begins."""
    return (date(period.first.year, 12, 31) - date(period.first.year, 1, 1)).days + 1


def _before_due(
    commitment: Commitment, due: VagueDate, points: Sequence[Point], facts: Facts
) -> Finding:
    last = points[-1]
    baseline = _baseline(commitment, facts)
    if baseline is None:
        return Finding(
            "baseline_missing",
            f"No start value is given; last figure {_say(last, commitment)}.",
            (last.row,),
            last.value,
        )
    if (facts.as_of - last.measured).days > max_age(commitment, facts):
        return _aged(last, commitment, facts)
    if last.measured <= baseline[1]:
        return _from_pace_before(commitment, due, points)
    expected = expected_value(commitment, baseline, due.last, last.measured)
    is_on_path = _progress(commitment, baseline[0], last.value) >= TOLERANCE * _progress(
        commitment, baseline[0], expected
    )
    rule = "on_path" if is_on_path else "below_path"
    reason = f"{_say(last, commitment)}; the path asks for {expected:.4g} by then."
    return Finding(rule, reason, (last.row,), last.value, expected)


def _from_pace_before(commitment: Commitment, due: VagueDate, points: Sequence[Point]) -> Finding:
    """Compare the pace that led to the baseline with the one needed from there."""
    last = points[-1]
    earlier = [point for point in points if (last.measured - point.measured).days >= MIN_PACE_DAYS]
    if not earlier or commitment.target is None:
        reason = f"Only the baseline is known ({_say(last, commitment)})."
        return Finding("only_baseline_known", reason, (last.row,), last.value)
    before = earlier[-1]
    pace = (last.value - before.value) / (last.measured - before.measured).days
    needed = (commitment.target - last.value) / max((due.last - last.measured).days, 1)
    sign = 1.0 if commitment.is_upward else -1.0
    rule = (
        "pace_before_baseline_enough"
        if sign * pace >= TOLERANCE * sign * needed
        else "pace_before_baseline_too_slow"
    )
    reason = f"{before.value:g} → {last.value:g} {commitment.unit}: {pace * 365.25:+.3g} a year where {needed * 365.25:+.3g} is needed."
    return Finding(rule, reason, (before.row, last.row), last.value)


def _aged(last: Point, commitment: Commitment, facts: Facts) -> Finding:
    age = (facts.as_of - last.measured).days
    return Finding(
        "evidence_aged",
        f"Last figure {_say(last, commitment)} is {age} days old.",
        (last.row,),
        last.value,
    )


def expected_value(
    commitment: Commitment, baseline: tuple[float, date], due: date, day: date
) -> float:
    """Return what the path from baseline to target asks for on a day.

    linear    b + (t - b) f;  compound    b (t / b)^f;  f = days since the baseline over all days
    """
    value, start = baseline
    target = commitment.target if commitment.target is not None else value
    share = min(max((day - start).days / max((due - start).days, 1), 0.0), 1.0)
    if commitment.path == "compound" and value > 0.0 and target > 0.0:
        return float(value * (target / value) ** share)
    return value + (target - value) * share


def _progress(commitment: Commitment, baseline: float, value: float) -> float:
    """Return the share of the way from baseline to target; a target at its baseline is a limit."""
    target = commitment.target if commitment.target is not None else baseline
    if target == baseline:
        return 1.0 if commitment.is_reached(value) else -1.0
    return (value - baseline) / (target - baseline)


def _say(point: Point, commitment: Commitment) -> str:
    return (
        f"{point.value:g} {commitment.unit} ({point.compiler}, {point.row.split('|')[1]})".replace(
            "  ", " "
        )
    )
