"""What routes are given: the state of the application, the query, the view."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from typing import Annotated, Literal, TypeAlias

from fastapi import Depends, Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from transcaspian.errors import ChangedError, InputError, NotFoundError
from transcaspian.register.access import load_register
from transcaspian.register.tables import Register
from transcaspian.web.language import choose_language, language_of
from transcaspian.web.once import Once
from transcaspian.web.runs import Run
from transcaspian.web.settings import WebSettings
from transcaspian.web.view import View

__all__ = [
    "Answer",
    "Asked",
    "CompareQuery",
    "CrossingQuery",
    "DayQuery",
    "FreightQuery",
    "HomeQuery",
    "MapQuery",
    "PageQuery",
    "PowerQuery",
    "RegisterQuery",
    "RunQuery",
    "State",
    "StateDep",
    "TableQuery",
    "day_of",
    "view_of",
]

# Body, media type and headers.
Answer: TypeAlias = tuple[bytes, str, dict[str, str]]
Format = Literal["html", "json", "csv", "xlsx", "parquet", "svg", "png", "pdf", "vega"]
Key = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 12, 31)  # within which promises are judged


def _plain_day(given: object) -> object:
    """Refuse all but a day as it is written: numbers would be read as seconds since 1970."""
    if isinstance(given, str) and not re.fullmatch(r"\d{4}-\d\d-\d\d", given):
        raise ValueError("give a day as 2026-11-30")
    return given


Day = Annotated[
    date, BeforeValidator(_plain_day, json_schema_input_type=date), Field(ge=FIRST_DAY, le=LAST_DAY)
]


class PageQuery(BaseModel):
    """Parameters of every page."""

    model_config = ConfigDict(extra="forbid")

    lang: Literal["en", "ru", "az", "kk"] | None = None
    """Language; without it the first one that the reader's browser asks for."""
    format: Format | None = None
    """Form of the answer; without it what the Accept header asks for, HTML or JSON."""
    table: Key = ""
    """Table to give as a file; the first one of the page without it."""
    chart: Key = ""
    """Chart to give as a file; the first one of the page without it."""


class RunQuery(PageQuery):
    """Parameters of pages of a run."""

    scenario: Key = ""
    """Scenario; the first that was solved without it."""
    year: Key = ""
    """Model year; one in the middle without it."""
    with_: Key = Field(default="", alias="with")
    """Project or cluster that is in place; none without it."""


class MapQuery(RunQuery):
    """Parameters of the map."""

    sector: Literal["", "power", "freight"] = ""
    """Electricity or freight."""
    show: Literal["", "flow", "change"] = ""
    """Flow, or what the project changes."""
    month: Key = ""
    """Month of the year, 1 to 12; the whole year without it."""


class PowerQuery(RunQuery):
    """Parameters of the page on electricity."""

    zone: Key = ""
    """Zone whose hours are shown."""
    week: Key = ""
    """Week of the year, 1 to 52; that of the highest load in winter without it."""
    link: Key = ""
    """Cable whose hours are shown."""


class CrossingQuery(RunQuery):
    """Parameters of the page on the crossing."""

    month: Key = ""
    """Month of the year, 1 to 12."""
    frontier: Key = ""
    """Cargo whose fleets and berths are searched; none without it."""


class FreightQuery(RunQuery):
    """Parameters of the page on freight."""

    origin: Key = ""
    """Where the cargo starts; with `destination` a pair."""
    destination: Key = ""
    """Where the cargo goes."""
    commodity: Key = ""
    """Commodity group; all without it."""


class TableQuery(RunQuery):
    """Parameters of assumptions and raw tables."""

    find: Key = ""
    """Word that rows must hold."""
    of: Key = ""
    """Table of the case."""
    confidence: Literal["", "reported", "derived", "assumed", "synthetic"] = ""
    """How sure the figures are."""
    page: int = Field(default=1, ge=1, le=100000)
    """Page of the rows."""


class DayQuery(PageQuery):
    """Parameters of pages of the register."""

    as_of: Day | None = None
    """Day to look from; today without it."""


class RegisterQuery(DayQuery):
    """Parameters of the list of commitments."""

    status: Key = ""
    """Status of the commitments."""
    field: Key = ""
    """What the commitments are about."""


class HomeQuery(DayQuery, RunQuery):
    """Parameters of the first page: those of a run and of the register."""


class CompareQuery(PageQuery):
    """Parameters of the comparison."""

    runs: Key = ""
    """Keys of two or more runs, separated by commas; the first two without it."""
    scenario: Key = ""
    """Scenario; the first that all runs share without it."""
    year: Key = ""
    """Model year of the map of differences."""


@dataclass(frozen=True, slots=True)
class State:
    """What the application serves: settings, runs by key, and answers that are ready.

    damaged: runs that were found and can't be shown, with what is wrong with them.
    """

    settings: WebSettings
    runs: Mapping[str, Run]
    damaged: Mapping[str, InputError] = field(default_factory=dict)
    answers: dict[tuple[object, ...], Answer] = field(default_factory=dict)
    building: Once = field(default_factory=Once)
    guard: Lock = field(default_factory=Lock)

    def whole_runs(self) -> dict[str, Run]:
        """Return the runs whose folders are as they were when the pages were started."""
        return {key: run for key, run in self.runs.items() if not _trouble(run)}

    def keys(self) -> tuple[str, ...]:
        """Return the keys of all runs, those that can be shown first."""
        whole = self.whole_runs()
        return (*whole, *(key for key in (*self.runs, *self.damaged) if key not in whole))

    def troubles(self) -> dict[str, str]:
        """Return why runs can't be shown, by key."""
        found = {key: _trouble(run) for key, run in self.runs.items()}
        return {key: str(error) for key, error in {**self.damaged, **found}.items() if error}

    def run(self, key: str) -> Run:
        """Return a run by key; NotFoundError for a wrong one, ChangedError for a damaged one."""
        if key in self.damaged:
            error = self.damaged[key]
            raise ChangedError(
                f"The run {key!r} can't be shown. {error.message} The other runs are not touched.",
                error.problems,
            )
        if key not in self.runs:
            known = ", ".join(self.runs) or "none"
            raise NotFoundError(f"There is no run {key!r}; there are {known}.")
        self.runs[key].confirm()
        return self.runs[key]

    def register(self) -> Register:
        """Return the register as it is now: a database may have changed since."""
        return load_register(self.settings.db, role=self.settings.role)


def _trouble(run: Run) -> ChangedError | None:
    try:
        run.confirm()
    except ChangedError as error:
        return error
    return None


def _state(request: Request) -> State:
    state: State = request.app.state.transcaspian
    return state


StateDep = Annotated[State, Depends(_state)]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page is built from: the state, the query, the view and the parts of the address."""

    state: State
    query: PageQuery
    view: View
    parts: Mapping[str, str]

    @property
    def runs(self) -> tuple[Run, ...]:
        """Every run, the one shown first at the start."""
        return tuple(self.state.whole_runs().values())

    @property
    def run(self) -> Run:
        """The run of the address; NotFoundError where there is none or its case is not at hand."""
        key = self.part("run")
        found = self.state.run(key)
        if not found.has_case:
            raise NotFoundError(
                f"The case {found.manifest['case']!r} of run {key!r} is not at hand: start with --case."
            )
        return found

    @property
    def compared(self) -> Mapping[str, Run]:
        """The runs that can be compared; ChangedError where the address names a damaged one."""
        for key in self.view.get("runs").split(","):
            if key in self.state.damaged or key in self.state.runs:
                self.state.run(key)
        return self.state.whole_runs()

    @property
    def day(self) -> date:
        """The day to look from."""
        return day_of(self.query) if isinstance(self.query, DayQuery) else _today()

    def part(self, name: str) -> str:
        """Return a part of the address."""
        return self.parts[name]

    def register(self) -> Register:
        """Return the register as it is now."""
        return self.state.register()


def view_of(request: Request, query: PageQuery) -> View:
    """Return what the reader looks at, by the query and the languages of the browser."""
    code = choose_language(query.lang, request.headers.get("accept-language", ""))
    given = query.model_dump(by_alias=True, exclude_unset=True, exclude_none=True, mode="json")
    return View(
        language_of(code),
        request.url.path,
        {name: str(value) for name, value in given.items() if str(value) != ""},
    )


def day_of(query: DayQuery) -> date:
    """Return the day to look from."""
    return query.as_of or _today()


def _today() -> date:
    return date.today()  # noqa: DTZ011 (a reader's day is local)
