"""How good outlooks were: every past quarter day is looked at again with what was known then.

Two questions are asked of each promise open on such a day: is it met by its date, is it met within a
year? The answer counts where it is known by now. The score is Brier's, the mean square of chance
less outcome: 0 is perfect, 0.25 is a coin.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from transcaspian.register.agenda import quarter_of
from transcaspian.register.outlook import CLOSED, KINDS, Outlook, Situation, look_around, outlook_of
from transcaspian.register.spells import done_day, last_seen_open
from transcaspian.register.tables import Register

__all__ = ["QUESTIONS", "Score", "quarter_days", "score_outlooks"]

QUESTIONS = ("met by its date", "met within a year")
FORECASTERS = ("outlook", "official date", "class median")
YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Score:
    """The Brier scores of one question; all forecasters answered the same cases."""

    question: str
    cases: int
    promises: int
    met: int  # cases
    brier: Mapping[str, float]  # forecaster → score; empty without cases

    def as_dict(self) -> dict[str, object]:
        """Return it as plain values."""
        return {
            "question": self.question,
            "cases": self.cases,
            "promises": self.promises,
            "met": self.met,
            "brier": dict(self.brier),
            "best": min(self.brier, key=lambda name: self.brier[name]) if self.brier else None,
        }


@dataclass(frozen=True, slots=True)
class _Case:
    question: str
    promise: str
    is_met: bool
    chances: Mapping[str, float]


def quarter_days(first: date, as_of: date) -> list[date]:
    """Return the last days of all quarters from a day on that are over before `as_of`."""
    days = []
    day = quarter_of(first)[1]
    while day < as_of:
        days.append(day)
        day = quarter_of(day + timedelta(days=1))[1]
    return days


def score_outlooks(register: Register, as_of: date) -> list[Score]:
    """Return the scores of all outlooks that could have been made on past quarter days."""
    now = look_around(register, as_of)
    said = [spell.said for spell in now.spells]
    cases = [
        case
        for day in (quarter_days(min(said), as_of) if said else [])
        for case in _cases_of_day(register, day, now)
    ]
    return [
        _score(question, [case for case in cases if case.question == question])
        for question in QUESTIONS
    ]


def _cases_of_day(register: Register, day: date, now: Situation) -> Iterator[_Case]:
    then = look_around(register, day)
    for name, commitment in then.commitments.items():
        is_asked = commitment.kind in KINDS and commitment.kind != "recurring"
        if not is_asked or then.verdicts[name].status in CLOSED or name not in now.commitments:
            continue
        outlook = outlook_of(then, name)
        if outlook.within_year is None or outlook.due is None or outlook.due < day:
            continue
        done, seen = done_day(commitment, now.facts), last_seen_open(commitment, now.facts)
        ends = {QUESTIONS[0]: outlook.due, QUESTIONS[1]: day + YEAR}
        for question, end in ends.items():
            if end > now.facts.as_of or (done is None and seen < end):
                continue  # nobody knows yet, or nobody looked
            is_met = done is not None and done <= end
            yield _Case(question, name, is_met, _chances(outlook, question, end))


def _chances(outlook: Outlook, question: str, end: date) -> dict[str, float]:
    """Return what each forecaster says; the official date is sure of itself, so is the median."""
    own = outlook.by_due if question == QUESTIONS[0] else outlook.within_year
    median = outlook.class_median
    return {
        "outlook": own if own is not None else 0.0,
        "official date": float(outlook.due is not None and outlook.due <= end),
        "class median": float(median is not None and median <= end),
    }


def _score(question: str, cases: Sequence[_Case]) -> Score:
    brier = {
        name: round(sum((case.chances[name] - case.is_met) ** 2 for case in cases) / len(cases), 4)
        for name in FORECASTERS
        if cases
    }
    return Score(
        question,
        len(cases),
        len({case.promise for case in cases}),
        sum(case.is_met for case in cases),
        brier,
    )
