"""The chance that a promise is met by its date and by the end of each year, and when.

Two voices, each without hindsight and given that the promise is still open:

class       how long dates took that were given for other promises of the register, those still
            open counted as open (`survival`, `spells`), with a published class as prior guess;
progress    when the promise's own figures reach the target if they go on moving as they did
            (`progress`).

The outlook is their plain mean; where one can not speak it is the other, and says so. A yearly duty
is no date that can slip, so the class does not speak of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from transcaspian.errors import NotFoundError
from transcaspian.register.facts import Facts, gather_facts
from transcaspian.register.pace import Pace, paces
from transcaspian.register.progress import SCALES, Changes, Reach, pool_changes, reach_times
from transcaspian.register.published import PRIOR_CLASS, PUBLISHED
from transcaspian.register.spells import (
    Spell,
    clock,
    collect_spells,
    last_seen_open,
    statements_of,
    typical_time_given,
)
from transcaspian.register.status import Verdict, judge_all, read_commitments
from transcaspian.register.survival import BoolArray, Curve, FloatArray, Guess, fit_curve
from transcaspian.register.tables import Register
from transcaspian.register.verdict import Commitment

__all__ = [
    "LAST_YEAR",
    "ClassRecord",
    "Outlook",
    "Situation",
    "find_outlooks",
    "look_around",
    "outlook_of",
    "published_classes",
]

LAST_YEAR = 2032  # of the chances by year
SHARES = (0.1, 0.5, 0.9)
HORIZON = date(2060, 12, 31)  # a date range ends here, or 30 years on: "later"
MIN_AHEAD_YEARS = 30
GRID_DAYS = 7
# Promises of one kind make a class of their own from so many that were kept.
MIN_KEPT = 5
MIN_CLASS = 5  # other promises with a date; fewer say nothing
PRIOR_WEIGHT = 5.0  # promises that the prior guess counts for: as many as a class of its own needs
PRIOR_EVENTS = 1.0  # promises kept late that the published class counts for in the rate
CLOSED = ("met", "missed", "superseded")
KINDS = ("target", "milestone", "recurring")


@dataclass(frozen=True, slots=True)
class ClassRecord:
    """The register's own record that an outlook rests on."""

    name: str  # the kind, or "all kinds"
    promises: int
    statements: int
    kept: int  # promises
    in_time: float  # share of dates kept by the day given, Kaplan-Meier [-]
    median_time: float | None  # time taken over time given; None where fewer than half were kept
    longest: float  # that anything was followed

    def as_dict(self) -> dict[str, object]:
        """Return it as plain values."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Outlook:
    """What may be expected of one promise as of a day."""

    id: str
    title: str
    kind: str
    answer: str  # decided, class and progress, class alone, progress alone or not enough data
    basis: str
    promised: date | None  # the due date of the promise's own words
    due: date | None  # the last date given
    office: str  # who gave it
    by_promised: float | None
    by_due: float | None  # chance of being met by `due`
    within_year: float | None
    by_year: Mapping[int, float]
    dates: tuple[date | None, date | None, date | None]  # 10, 50 and 90 %; None is later
    voices: Mapping[str, Mapping[int, float]]
    record: ClassRecord | None
    class_median: date | None
    paces: tuple[Pace, ...]
    method: str  # of the progress: trend, pace, weak pace or empty

    def as_dict(self) -> dict[str, object]:
        """Return it as plain values, dates as ISO text."""
        values: dict[str, object] = {name: getattr(self, name) for name in self.__slots__}
        for name in ("promised", "due", "class_median"):
            day = values[name]
            values[name] = day.isoformat() if isinstance(day, date) else None
        values["dates"] = {
            f"{share * 100:.0f}%": None if day is None else day.isoformat()
            for share, day in zip(SHARES, self.dates, strict=True)
        }
        values["record"] = None if self.record is None else self.record.as_dict()
        values["paces"] = [pace.as_dict() for pace in self.paces]
        return values


@dataclass(frozen=True, slots=True)
class Situation:
    """All that outlooks of one day have in common."""

    facts: Facts
    commitments: Mapping[str, Commitment]
    verdicts: Mapping[str, Verdict]
    spells: Sequence[Spell]
    pools: dict[str, Changes | None]


def look_around(register: Register, as_of: date) -> Situation:
    """Return what was known on a day, ready for outlooks."""
    facts = gather_facts(register, as_of)
    verdicts = {verdict.id: verdict for verdict in judge_all(register, as_of)}
    commitments = {
        commitment.id: commitment
        for commitment in read_commitments(register)
        if commitment.id in verdicts
    }
    everything = tuple(commitments.values())
    pools = {scale: pool_changes(everything, facts, scale) for scale in SCALES}
    return Situation(facts, commitments, verdicts, collect_spells(everything, facts), pools)


def find_outlooks(register: Register, as_of: date) -> list[Outlook]:
    """Return the outlook of every target, milestone and counted duty still open, in its order."""
    around = look_around(register, as_of)
    return [
        outlook_of(around, name)
        for name, commitment in around.commitments.items()
        if commitment.kind in KINDS
        and commitment.measure != "rhythm"
        and around.verdicts[name].status not in CLOSED
    ]


def published_classes() -> list[dict[str, object]]:
    """Return the published overruns of schedules that stand beside the register's own record."""
    return [published.as_dict() for published in PUBLISHED]


def outlook_of(around: Situation, name: str) -> Outlook:
    """Return the outlook of one commitment; NotFoundError where none of that key was made yet."""
    commitment = around.commitments.get(name)
    if commitment is None:
        raise NotFoundError(
            f"No promise {name!r} was made by {around.facts.as_of}; `register list` has the keys."
        )
    status = around.verdicts[name].status
    if status in CLOSED:
        return _decided(commitment, around, status)
    as_of = around.facts.as_of
    said, due, office = _date_in_force(commitment, around)
    promised = commitment.due.last if commitment.due is not None else None
    grid = _grid(as_of, due, promised)
    class_voice, record = _class_voice(commitment, around, said, due, grid)
    reach = None if _is_monthly(commitment) else reach_times(commitment, around.facts, around.pools)
    progress, trouble = _progress_voice(reach, as_of, grid)
    if not office and progress is None and not _is_followed(commitment, around):
        class_voice, record = None, None
    voices = {
        voice: chances
        for voice, chances in (("class", class_voice), ("progress", progress))
        if chances is not None
    }
    chances = np.mean(list(voices.values()), axis=0) if voices else None
    is_dated = bool(office)
    answer = _answer(voices)
    return Outlook(
        id=name,
        title=commitment.title,
        kind=commitment.kind,
        answer=answer,
        basis=_basis(record, reach, trouble, voices, is_dated=is_dated, commitment=commitment),
        promised=promised,
        due=due if is_dated else None,
        office=office,
        by_promised=_by(chances, grid, promised, as_of),
        by_due=_by(chances, grid, due if is_dated else None, as_of),
        within_year=_by(chances, grid, as_of + timedelta(days=365), as_of),
        by_year={} if chances is None else _by_year(chances, grid, as_of),
        dates=_date_range(chances, grid),
        voices={voice: _by_year(found, grid, as_of) for voice, found in voices.items()},
        record=record,
        class_median=None if class_voice is None else _date_range(class_voice, grid)[1],
        paces=() if _is_monthly(commitment) else paces(commitment, around.facts),
        method="" if reach is None else reach.method,
    )


def _is_followed(commitment: Commitment, around: Situation) -> bool:
    """Whether a promise without a date is an event of which anything was heard since it was made.

    Of a quantity without a figure, and of what was said once, the class knows no time at all.
    """
    seen = last_seen_open(commitment, around.facts)
    return commitment.measure == "event" and seen > commitment.promised_on.last


def _grid(as_of: date, *days: date | None) -> FloatArray:
    """Return the days that are looked at: each week, the ends of years, a year on and `days`."""
    final_year = max(HORIZON.year, as_of.year + MIN_AHEAD_YEARS)
    first, last = as_of.toordinal(), date(final_year, 12, 31).toordinal()
    ends = [date(year, 12, 31).toordinal() for year in range(as_of.year, final_year + 1)]
    more = [day.toordinal() for day in days if day is not None]
    every = np.concatenate((np.arange(first, last + 1, GRID_DAYS), ends, more, [first + 365]))
    return np.unique(every[(every >= first) & (every <= last)]).astype(np.float64)


def _is_monthly(commitment: Commitment) -> bool:
    return (commitment.recurrence or "").startswith("FREQ=MONTHLY")


def _decided(commitment: Commitment, around: Situation, status: str) -> Outlook:
    verdict = around.verdicts[commitment.id]
    chance = 1.0 if status == "met" else 0.0
    day = verdict.met_on
    due = commitment.due.last if commitment.due is not None else None
    in_time = chance if day is None or due is None or day <= due else 0.0
    return Outlook(
        id=commitment.id,
        title=commitment.title,
        kind=commitment.kind,
        answer="decided",
        basis=f"{status}: {verdict.reason}",
        promised=due,
        due=due,
        office="",
        by_promised=in_time if due is not None else None,
        by_due=in_time if due is not None else None,
        within_year=None,
        by_year={},
        dates=(day, day, day),
        voices={},
        record=None,
        class_median=None,
        paces=(),
        method="",
    )


def _date_in_force(
    commitment: Commitment, around: Situation
) -> tuple[date | None, date | None, str]:
    """Return when the date in force was said, the date and who said it.

    The newest date that has not passed, else the newest. Where none was ever given, the promise
    counts as one for the median time that others were given; the office is empty then. What others
    say of a yearly duty is a figure of one year: only its own end counts.
    """
    statements = statements_of(commitment, around.facts)
    if commitment.kind == "recurring":
        if commitment.due is None:
            return None, None, ""
        return commitment.promised_on.last, commitment.due.last, commitment.owner or "the promise"
    ahead = [statement for statement in statements if statement[1] >= around.facts.as_of]
    if statements:
        return (ahead or statements)[-1]
    given = typical_time_given(around.spells)
    said = commitment.promised_on.last
    return (said, said + given, "") if given is not None else (None, None, "")


def _class_voice(
    commitment: Commitment,
    around: Situation,
    said: date | None,
    due: date | None,
    grid: FloatArray,
) -> tuple[FloatArray | None, ClassRecord | None]:
    if commitment.kind == "recurring" or said is None or due is None:
        return None, None
    others = [spell for spell in around.spells if spell.commitment != commitment.id]
    own_kind = [spell for spell in others if spell.kind == commitment.kind]
    is_own = len({spell.commitment for spell in own_kind if spell.is_done}) >= MIN_KEPT
    chosen = own_kind if is_own else others
    if len({spell.commitment for spell in chosen}) < MIN_CLASS:
        return None, None
    record = _record(chosen, commitment.kind if is_own else "all kinds")
    curve = fit_curve(*_arrays(chosen), prior=guess_of(chosen), prior_weight=PRIOR_WEIGHT)
    now = clock(said, due, around.facts.as_of)
    times = np.array([clock(said, due, date.fromordinal(int(day))) for day in grid])
    return curve.done_by(times, now), record


def guess_of(spells: Sequence[Spell]) -> Guess:
    """Return the prior guess: the published share in time, and the register's own rate after that.

    One late promise with the mean overrun of the published late ones is added to the own: with
    nothing of its own it is the published rate, with much of its own that.
    """
    times, is_done, weights = _arrays(spells)
    late = float(weights[is_done & (times > 1.0)].sum())
    beyond = float(weights @ np.maximum(times - 1.0, 0.0))
    prior_time = PRIOR_EVENTS * PRIOR_CLASS.mean_overrun_of_late
    return Guess(1.0 - PRIOR_CLASS.share_late, late + PRIOR_EVENTS, beyond + prior_time)


def _arrays(spells: Sequence[Spell]) -> tuple[FloatArray, BoolArray, FloatArray]:
    """Return times, ends and weights; all statements on one promise weigh one together."""
    names = [spell.commitment for spell in spells]
    return (
        np.array([spell.time for spell in spells], dtype=np.float64),
        np.array([spell.is_done for spell in spells], dtype=np.bool_),
        np.array([1.0 / names.count(name) for name in names], dtype=np.float64),
    )


def _record(spells: Sequence[Spell], name: str) -> ClassRecord:
    curve: Curve = fit_curve(*_arrays(spells))
    return ClassRecord(
        name=name,
        promises=len({spell.commitment for spell in spells}),
        statements=len(spells),
        kept=len({spell.commitment for spell in spells if spell.is_done}),
        in_time=1.0 - float(curve.open_at(np.array([1.0]))[0]),
        median_time=curve.quantile(0.5),
        longest=max(spell.time for spell in spells),
    )


def _progress_voice(
    reach: Reach | None, as_of: date, grid: FloatArray
) -> tuple[FloatArray | None, str]:
    """Return the chances by the figures, given that no figure of today is at the target."""
    if reach is None:
        return None, ""
    still = np.sort(reach.days[reach.days >= as_of.toordinal()])
    if still.size < reach.days.size // 20:
        return None, (
            f"By its figures to {reach.last_day} it should have been reached by now; none says so"
        )
    return np.searchsorted(still, grid, side="right") / still.size, ""


def _answer(voices: Mapping[str, FloatArray]) -> str:
    if not voices:
        return "not enough data"
    return "class and progress" if len(voices) == 2 else f"{next(iter(voices))} alone"


def _basis(
    record: ClassRecord | None,
    reach: Reach | None,
    trouble: str,
    voices: Mapping[str, FloatArray],
    *,
    is_dated: bool,
    commitment: Commitment,
) -> str:
    parts = []
    if record is not None and "class" in voices:
        given = "" if is_dated else "; no date was given, so the median time of the others counts"
        parts.append(
            f"Weak answer by class ({record.name}): {record.kept} of {record.promises} promises with"
            f" a date kept{given}."
            if "progress" not in voices
            else f"Class ({record.name}): {record.kept} of {record.promises} kept{given}."
        )
    if reach is not None and "progress" in voices:
        weak = {"weak pace": ", drawn towards other series", "pace": "", "trend": ", local trend"}
        stretched = " (part of the year, stretched to it)" if reach.is_stretched else ""
        plural = "figure" if reach.figures == 1 else "figures"
        parts.append(
            f"Progress: {reach.figures} {plural} of {reach.compiler} to {reach.last_day}, last"
            f" {reach.last_value:.4g} {commitment.unit}{stretched}{weak[reach.method]}."
        )
    if trouble:
        parts.append(f"{trouble}.")
    if not voices and not trouble:
        parts.append(_nothing_to_say(commitment, is_dated=is_dated))
    return " ".join(parts)


def _nothing_to_say(commitment: Commitment, *, is_dated: bool) -> str:
    if commitment.kind == "recurring":
        return "No figure is known, and a duty that comes back has no class."
    if is_dated:
        return "Its figures allow no answer and too few other promises had a date."
    return "No date was given, and no figure or event since the promise says how it goes."


def _by(
    chances: FloatArray | None, grid: FloatArray, day: date | None, as_of: date
) -> float | None:
    """Return the chance by a day; 0 where it has passed with the promise open."""
    if chances is None or day is None:
        return None
    if day < as_of:
        return 0.0
    return round(float(chances[np.searchsorted(grid, day.toordinal(), side="right") - 1]), 4)


def _by_year(chances: FloatArray, grid: FloatArray, as_of: date) -> dict[int, float]:
    return {
        year: _by(chances, grid, date(year, 12, 31), as_of) or 0.0
        for year in range(as_of.year, max(LAST_YEAR, as_of.year) + 1)
    }


def _date_range(
    chances: FloatArray | None, grid: FloatArray
) -> tuple[date | None, date | None, date | None]:
    if chances is None:
        return None, None, None
    found = [np.flatnonzero(chances >= share) for share in SHARES]
    days = [date.fromordinal(int(grid[at[0]])) if at.size else None for at in found]
    return days[0], days[1], days[2]
