"""What a study is asked to do, and the list of runs that follows from it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import polars as pl

from transcaspian.case.tables import REFERENCE, Case
from transcaspian.errors import InputError, NotFoundError
from transcaspian.study.side_runs import side_runs, years_of_opening

__all__ = ["ROOMS", "Plan", "StudyOptions", "make_plan"]

ROOMS = ("power", "freight")
ALL = ("all",)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class StudyOptions:
    """Options of a study; an empty tuple means all but where it says otherwise."""

    years: tuple[int, ...] = ()
    """Model years to solve; benefits are interpolated between them."""
    projects: tuple[str, ...] = ()
    """Projects and clusters to value; by default all that are active."""
    scenarios: tuple[str, ...] = ()
    """Scenarios to run; by default those that the case's settings name, ("all",) for every one. The
    first is solved in all model years, the others in those that the settings name for them."""
    only: tuple[str, ...] = ()
    """Rooms to run: power, freight."""
    workers: int = 1
    """Solves that run side by side; results do not depend on it. More than one starts processes:
    a script that asks for it needs the usual `if __name__ == "__main__":`."""
    seed: int = 0
    realisations: int | None = None
    """Other years of weather in which power projects are solved; by default as the case says."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What has to be solved."""

    years: tuple[int, ...]
    scenarios: tuple[str, ...]
    rooms: tuple[str, ...]
    runs: tuple[str, ...]  # projects and clusters to value, the reference not among them
    members: dict[str, tuple[str, ...]]  # run or side run -> its projects
    rooms_of: dict[str, tuple[str, ...]]  # run or side run -> rooms whose tables it changes
    realisations: int = 0  # years of weather besides that of the case
    fewer_years: tuple[int, ...] = ()  # of every scenario but the first; empty: all
    side_years: dict[str, tuple[int, ...]] = field(default_factory=dict)  # side run -> its years
    not_usable: frozenset[str] = frozenset()  # scenarios without values of power projects

    def years_of(self, scenario: str) -> tuple[int, ...]:
        """Return the model years in which the projects are solved under a scenario."""
        return self.years if scenario == self.scenarios[0] else self.fewer_years or self.years

    def solved_years(self, scenario: str, years: Sequence[int]) -> tuple[int, ...]:
        """Return which of `years` are solved at all: published years are in the first scenario."""
        if scenario == self.scenarios[0]:
            return tuple(years)
        return tuple(year for year in years if year in self.years_of(scenario))

    def runs_in(self, room: str) -> tuple[str, ...]:
        """Return the runs that differ from the reference in `room`."""
        return tuple(run for run in self.runs if room in self.rooms_of[run])

    def runs_valued(self, scenario: str) -> tuple[str, ...]:
        """Return the runs that a scenario gives values of."""
        if scenario not in self.not_usable:
            return self.runs
        return tuple(run for run in self.runs if "power" not in self.rooms_of[run])

    def solved_in(self, room: str, scenario: str, year: int) -> tuple[str, ...]:
        """Return the runs and side runs that `room` solves in a scenario and year."""
        valued = self.runs_in(room) if year in self.years_of(scenario) else ()
        beside = self.side_years if scenario == self.scenarios[0] else {}
        return (
            *valued,
            *(run for run, years in beside.items() if year in years and room in self.rooms_of[run]),
        )

    def years_of_run(self, scenario: str, run: str) -> tuple[int, ...]:
        """Return the model years in which a run or side run is solved under a scenario."""
        if run not in self.side_years:
            return self.years_of(scenario)
        return self.side_years[run] if scenario == self.scenarios[0] else ()


def make_plan(case: Case, options: StudyOptions) -> Plan:
    """Return what has to be solved; raise InputError or NotFoundError for what the case lacks."""
    years = _chosen(options.years, case.settings.model_years, "model year")
    wanted = options.scenarios or case.settings.headline_scenarios or (REFERENCE,)
    scenarios = _chosen(() if wanted == ALL else wanted, case.scenario_names(), "scenario")
    rooms = _chosen(options.only, ROOMS, "room")
    runs = tuple(dict.fromkeys(options.projects)) or _active_runs(case)
    if REFERENCE in runs:
        raise InputError("The reference is always run; name projects or clusters only.")
    members = {run: case.members(run) for run in runs}
    rooms_of = {run: _touched_rooms(case, projects) for run, projects in members.items()}
    # Without a room that it changes, a project would show its cost and none of its benefits.
    halved = [run for run in runs if not set(rooms_of[run]) <= set(rooms)]
    if halved and options.projects:
        raise InputError(
            f"{', '.join(halved)} can't be valued with {' and '.join(rooms)} alone: tables of"
            " another room are changed too. Leave out --only, or these projects."
        )
    runs = tuple(run for run in runs if run not in halved)
    valued = {run: members[run] for run in runs}
    beside = side_runs(case, valued)
    return Plan(
        tuple(sorted(years)),
        tuple(scenarios),
        tuple(rooms),
        runs,
        valued | beside,
        {run: rooms_of[run] for run in runs}
        | {run: _touched_rooms(case, projects) for run, projects in beside.items()},
        _weather_years(case, options),
        tuple(year for year in sorted(years) if year in case.settings.scenario_years),
        {
            run: years_of_opening(_opening(case, projects), sorted(years))
            for run, projects in beside.items()
        },
    )


def _opening(case: Case, projects: Sequence[str]) -> int:
    """Return the year in which the last of the projects opens."""
    table = case.tables["projects/projects"].filter(pl.col("project").is_in(projects))
    return max(int(year) for year in table["opening_year"])


def _chosen(wanted: Sequence[T], known: Sequence[T], what: str) -> list[T]:
    for item in wanted:
        if item not in known:
            raise NotFoundError(
                f"There is no {what} {item!r} in this case; there are {', '.join(map(str, known))}."
            )
    return [item for item in known if item in wanted] if wanted else list(known)


def _weather_years(case: Case, options: StudyOptions) -> int:
    wanted = options.realisations
    if wanted is not None and wanted < 0:
        raise InputError("The number of realisations can't be negative.")
    return case.settings.realisations if wanted is None else wanted


def _active_runs(case: Case) -> tuple[str, ...]:
    projects = case.tables["projects/projects"].filter(pl.col("is_active"))
    pairs = case.tables["projects/clusters"]
    # A cluster stands and falls with its parts.
    idle = pairs.filter(~pl.col("project").is_in(projects["project"].to_list()))["cluster"]
    clusters = pairs["cluster"].unique(maintain_order=True)
    return (*projects["project"], *clusters.filter(~clusters.is_in(idle.to_list())))


def _touched_rooms(case: Case, projects: Sequence[str]) -> tuple[str, ...]:
    changes = case.tables["projects/changes"].filter(pl.col("project").is_in(projects))
    folders = {str(name).split("/")[0] for name in changes["table"]}
    if case.tables["power/generators"]["bound_to"].is_in(list(projects)).any():
        folders.add("power")
    # Prices of economy/ are read by both rooms; the crossing acts through freight.
    if "crossing" in folders:
        folders.add("freight")
    return ROOMS if "economy" in folders else tuple(room for room in ROOMS if room in folders)
