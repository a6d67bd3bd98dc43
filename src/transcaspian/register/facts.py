"""What was known by a day, sorted for the status rules: series, events, vintages."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

import polars as pl

from transcaspian.register.columns import FACT_KINDS
from transcaspian.register.edtf import Period, VagueDate, parse_date, parse_period
from transcaspian.register.offices import name_offices
from transcaspian.register.tables import Register, last_days

__all__ = ["Event", "Facts", "Point", "Vintage", "gather_facts"]


class Point(NamedTuple):
    """One observation that says what happened."""

    indicator: str
    code: str  # of the period
    scope: str | None
    value: float
    period: Period
    known: VagueDate
    kind: str
    compiler: str

    @property
    def row(self) -> str:
        """Key of the row in `observations`."""
        return f"{self.indicator}|{self.code}|{self.kind}|{self.compiler}|{self.scope or ''}|{self.known.edtf}"

    @property
    def measured(self) -> date:
        """Last day it can speak of: nobody measures what comes after saying it."""
        return min(self.period.last, self.known.last)

    @property
    def is_full_year(self) -> bool:
        """Whether a year to date runs from January to December and came out after it."""
        return self.code.endswith("-M01-12") and self.known.last >= self.period.last

    @property
    def measured_earliest(self) -> date:
        """First day it may be from, where only a month or year of the source is known."""
        return min(self.period.last, self.known.first)


class Event(NamedTuple):
    """One piece of evidence in words."""

    row: str
    happened: VagueDate
    kind: str
    what: str


class Vintage(NamedTuple):
    """One date that was ever given."""

    row: str
    said: VagueDate
    due: VagueDate
    office: str
    value: float | None = None  # of what is said to be reached by then
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything known by `as_of`, by what it belongs to; all lists are in order of time."""

    as_of: date
    points: Mapping[
        tuple[str, str | None], Mapping[str, list[Point]]
    ]  # indicator, scope → compiler →
    events: Mapping[str, list[Event]]
    vintages: Mapping[str, list[Vintage]]
    superseded: Mapping[str, tuple[str, str, date]]  # commitment → link row, by what, since
    frequencies: Mapping[str, str] = field(default_factory=dict)
    offices: Mapping[str, str] = field(default_factory=dict)  # name in small letters → body
    parents: Mapping[str, str] = field(default_factory=dict)  # body → body it belongs to

    def promised_since(self, commitment: str, wording: VagueDate) -> date:
        """Return the first day a promise may be from: of its present wording, or said before.

        What happened earlier does not meet it.
        """
        said = [vintage.said.first for vintage in self.vintages.get(commitment, [])]
        return min([wording.first, *said])


def gather_facts(register: Register, as_of: date) -> Facts:
    """Return what a reader could know on `as_of`."""
    return Facts(
        as_of,
        _points(register, as_of),
        _events(register, as_of),
        _vintages(register, as_of),
        _superseded(register, as_of),
        dict(register["indicators"].select("id", "frequency").iter_rows()),
        name_offices(register["bodies"]),
        dict(register["bodies"].drop_nulls("parent").select("id", "parent").iter_rows()),
    )


def _known(frame: pl.DataFrame, as_of: date, *columns: str) -> pl.DataFrame:
    """Return the rows whose dates in `columns` had all passed."""
    for column in columns:
        frame = frame.filter(last_days(frame[column]).le(as_of).fill_null(False))
    return frame


def _points(
    register: Register, as_of: date
) -> dict[tuple[str, str | None], dict[str, list[Point]]]:
    facts = register["observations"].filter(pl.col("kind").is_in(FACT_KINDS))
    found: defaultdict[tuple[str, str | None], defaultdict[str, list[Point]]] = defaultdict(
        lambda: defaultdict(list)
    )
    columns = ("indicator", "period", "value", "kind", "compiler", "scope", "known_on")
    for indicator, period, value, kind, compiler, scope, known_on in (
        _known(facts, as_of, "known_on").select(columns).iter_rows()
    ):
        point = Point(
            indicator,
            period,
            scope,
            value,
            parse_period(period),
            parse_date(known_on),
            kind,
            compiler,
        )
        # A day not over yet has no figure; the year under way may have one to date.
        if point.period.first <= as_of:
            found[indicator, scope][compiler].append(point)
    return {
        series: {
            compiler: _newest_vintages(points) for compiler, points in sorted(by_compiler.items())
        }
        for series, by_compiler in found.items()
    }


def _newest_vintages(points: list[Point]) -> list[Point]:
    """Return one point a period and kind, the last published, in order of time."""
    newest: dict[tuple[str, str], Point] = {}
    for point in sorted(points, key=_by_publication):
        newest[point.code, point.kind] = point
    return sorted(newest.values(), key=_by_period)


def _by_publication(point: Point) -> tuple[date, str]:
    return point.known.last, point.code


def _by_period(point: Point) -> tuple[date, date, str, str]:
    return point.period.last, point.known.last, point.code, point.kind


def _events(register: Register, as_of: date) -> dict[str, list[Event]]:
    found: defaultdict[str, list[Event]] = defaultdict(list)
    known = _known(register["evidence"], as_of, "known_on", "happened_on")
    for commitment, happened_on, kind, what, known_on in known.select(
        "commitment", "happened_on", "kind", "what", "known_on"
    ).iter_rows():
        row = f"{commitment}|{happened_on}|{kind}|{known_on}"
        found[commitment].append(Event(row, parse_date(happened_on), kind, what))
    return {
        name: sorted(events, key=lambda event: (event.happened.last, event.row))
        for name, events in found.items()
    }


def _vintages(register: Register, as_of: date) -> dict[str, list[Vintage]]:
    found: defaultdict[str, list[Vintage]] = defaultdict(list)
    known = _known(register["forecasts"], as_of, "said_on")
    columns = ("subject", "said_on", "office", "due", "value", "unit")
    for subject, said_on, office, due, value, unit in known.select(columns).iter_rows():
        row = f"{subject}|{said_on}|{office}|{due}"
        found[subject].append(
            Vintage(row, parse_date(said_on), parse_date(due), office, value, unit or "")
        )
    return {
        name: sorted(said, key=lambda vintage: (vintage.said.last, vintage.row))
        for name, said in found.items()
    }


def _superseded(register: Register, as_of: date) -> dict[str, tuple[str, str, date]]:
    links = register["links"].filter(pl.col("relation") == "supersedes")
    known = _known(links, as_of, "known_on").select("subject", "object", "known_on")
    return {
        target: (f"{subject}|supersedes|{target}", subject, parse_date(known_on).last)
        for subject, target, known_on in known.iter_rows()
    }


def days_between(earlier: date, later: date) -> int:
    """Return the days from one to the other."""
    return (later - earlier) // timedelta(days=1)
