"""`run_study`: from a case to results."""

import hashlib
import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from importlib.metadata import version

import numpy as np
import polars as pl

from transcaspian.case.tables import Case
from transcaspian.results.shed import not_usable_words
from transcaspian.results.tables import Results
from transcaspian.study.adequacy import adequacy_tables, plan_of_study
from transcaspian.study.assumptions import assumption_table, confidence_counts
from transcaspian.study.cables import cable_checks, cable_tables
from transcaspian.study.checks import CHECK_SCHEMA, freight_checks, power_checks, year_checks
from transcaspian.study.delivered import delivered_costs
from transcaspian.study.exits import exit_shifts
from transcaspian.study.freight_room import BARE_LINK_FLOWS, BARE_ROUTES, solve_freight
from transcaspian.study.fuel_routes import with_fuel_routes
from transcaspian.study.headlines import headline_table, run_indicator_table
from transcaspian.study.last_in import last_in_checks, last_in_table
from transcaspian.study.options import Plan, StudyOptions, make_plan
from transcaspian.study.origins import cable_origins
from transcaspian.study.own import own_output_table
from transcaspian.study.owners import owners_tables
from transcaspian.study.power_room import solve_power
from transcaspian.study.realisations import realisation_benefits, with_weather_range
from transcaspian.study.residents import with_residents
from transcaspian.study.reuse import Store
from transcaspian.study.risk import risk_tables
from transcaspian.study.sanity import sanity_table
from transcaspian.study.solved import Key, Solved, gather
from transcaspian.study.usable import NOT_USABLE_SCHEMA, not_usable
from transcaspian.study.validation import (
    VALIDATION_SCHEMA,
    freight_outlooks,
    freight_validation,
    power_validation,
)
from transcaspian.study.values import open_books, value_projects

__all__ = ["case_hash", "run_study"]

SOLVER_PACKAGES = ("highspy", "numba", "numpy", "polars", "scipy", "transcaspian")
NOT_GATHERED = ("power_hourly_residual", "power_link_origin", BARE_ROUTES, BARE_LINK_FLOWS)
Progress = Callable[[str], None]
Room = Mapping[Key, Solved]


def _silent(_: str) -> None:
    """Say nothing."""


def run_study(
    case: Case,
    options: StudyOptions | None = None,
    progress: Progress = _silent,
    store: Store | None = None,
) -> Results:
    """Return the results of a case: models solved, projects valued, laws checked.

    store: solved models by key, from earlier studies; what it holds is not solved again, and what
    is solved is added at once, so that a study that was stopped goes on where it was. Without one,
    everything is solved. The results are the same, to the bit.

    Raises
    ------
    NotFoundError
        Where the options name a year, scenario, project or room that the case lacks.
    ModelError
        Where a model has no answer; the message names the conflict.
    """
    options = options or StudyOptions()
    store = {} if store is None else store
    plan = make_plan(case, options)
    clock = _Clock(progress)
    rooms: dict[str, Room] = {}
    if "power" in plan.rooms:
        years = _with_backcast(plan.years, case.settings.power_backcast_year)
        rooms["power"] = solve_power(case, plan, years, options.workers, clock.phase, store)
    if "freight" in plan.rooms:
        years = _with_backcast(plan.years, case.settings.freight_backcast_year)
        rooms["freight"] = solve_freight(case, plan, years, options.workers, clock.phase, store)
    clock.phase("Valuing projects")
    shed = pl.DataFrame(schema=NOT_USABLE_SCHEMA)
    if "power" in rooms:
        shed = not_usable(case, plan, rooms["power"])
        plan = replace(plan, not_usable=frozenset(shed["scenario"]))
        for sentence in not_usable_words(shed):
            progress(sentence)
        rooms["power"] = with_fuel_routes(case, rooms["power"])
    rooms = {name: with_residents(case, plan, room) for name, room in rooms.items()}
    values = value_projects(case, plan, list(rooms.values()))
    projects, realisations = values.projects, pl.DataFrame()
    if projects.height:
        benefits = realisation_benefits(case, plan, options.workers, clock.phase, store)
        projects, realisations = with_weather_range(projects, benefits, case)
    tables = {
        "projects": projects,
        "realisations": realisations,
        "not_usable": shed,
        "last_in": last_in_table(open_books(case, plan, list(rooms.values()))),
        "who_gains": values.who_gains,
        "ledger": values.ledger,
        "indicators": values.indicators,
        "assumptions": assumption_table(case),
        "confidence_counts": confidence_counts(case),
        "solves": _solves(rooms),
    } | _gathered(rooms, plan)
    if "freight_exit_year" in tables:
        tables["freight_exit_shift_year"] = exit_shifts(tables["freight_exit_year"])
    tables["own_outputs"] = own_output_table(case, plan)
    tables["headlines"] = headline_table(case, tables)
    tables["run_indicators"] = run_indicator_table(case, tables)
    tables |= risk_tables(case, plan, values.projects, values.ledger, options.seed)
    tables |= owners_tables(case, plan, values.projects, values.ledger)
    if "power" in rooms:
        lights = plan_of_study(plan, options.workers, options.seed)
        tables |= adequacy_tables(case, lights, clock.phase)
        tables |= cable_tables(case, plan, rooms["power"], tables.get("power_adequacy_effects"))
        tables["cable_origins"] = cable_origins(case, plan, rooms["power"])
        tables["cable_delivered"] = delivered_costs(case, plan, rooms["power"])
    tables["validation"] = _validation(case, tables, rooms)
    if "freight_route_year" in tables and "freight/outlooks" in case.tables:
        tables["freight_outlooks"] = freight_outlooks(case, tables["freight_route_year"])
    tables["sanity"] = sanity_table(case, tables)
    tables["checks"] = _checks(rooms, tables, values.checks)
    clock.stop()
    return Results(tables, _manifest(case, plan, options, clock, rooms, values.conventions))


class _Clock:
    """Seconds spent in each phase."""

    def __init__(self, progress: Progress) -> None:
        self.seconds: dict[str, float] = {}
        self._progress = progress
        self._phase = ""
        self._start = time.perf_counter()

    def phase(self, name: str) -> None:
        """End the phase at work and begin another."""
        self.stop()
        self._phase = name
        self._progress(name)

    def stop(self) -> None:
        """End the phase at work."""
        now = time.perf_counter()
        if self._phase:
            self.seconds[self._phase] = self.seconds.get(self._phase, 0.0) + now - self._start
        self._phase, self._start = "", now


def _with_backcast(years: tuple[int, ...], backcast: int | None) -> tuple[int, ...]:
    return tuple(sorted({*years, *(() if backcast is None else (backcast,))}))


def _gathered(rooms: Mapping[str, Room], plan: Plan) -> dict[str, pl.DataFrame]:
    """Return the result tables of all rooms, without those of side runs."""
    tables = {}
    for everything in rooms.values():
        room = {key: one for key, one in everything.items() if key.run not in plan.side_years}
        names = {name for solved in room.values() for name in solved.tables}
        for name in sorted(names - set(NOT_GATHERED)):
            table = gather(room, name)
            if table is not None:
                tables[name] = table
    return tables


def _solves(rooms: Mapping[str, Room]) -> pl.DataFrame:
    """Return how every model was solved; seconds stand in the manifest, since they vary."""
    return pl.DataFrame(
        [
            {"scenario": key.scenario, "run": key.run, "year": key.year} | dict(solved.log)
            for room in rooms.values()
            for key, solved in sorted(room.items())
        ],
        infer_schema_length=None,
    )


def _validation(
    case: Case, tables: Mapping[str, pl.DataFrame], rooms: Mapping[str, Room]
) -> pl.DataFrame:
    parts = [pl.DataFrame(schema=VALIDATION_SCHEMA)]
    if "power_carrier_year" in tables and case.settings.power_backcast_year is not None:
        parts.append(
            power_validation(
                case,
                tables["power_carrier_year"],
                tables["power_zone_year"],
                case.settings.power_backcast_year,
            )
        )
    if "freight_route_year" in tables and case.settings.freight_backcast_year is not None:
        parts.append(
            freight_validation(
                case,
                tables["freight_route_year"],
                tables["freight_link_flow_year"],
                _without_constants(rooms["freight"]),
            )
        )
    publishers = case.tables["sources"].select("key", "publisher", published_on="date")
    return pl.concat(parts).join(
        publishers, left_on="source", right_on="key", how="left", maintain_order="left"
    )


def _without_constants(room: Room) -> tuple[pl.DataFrame, pl.DataFrame] | None:
    routes, links = (gather(room, name) for name in (BARE_ROUTES, BARE_LINK_FLOWS))
    return None if routes is None or links is None else (routes, links)


def _checks(
    rooms: Mapping[str, Room], tables: Mapping[str, pl.DataFrame], books: pl.DataFrame
) -> pl.DataFrame:
    parts = [pl.DataFrame(schema=CHECK_SCHEMA)]
    if books.height:
        parts += [books, year_checks(tables["projects"]), last_in_checks(tables["last_in"])]
    if "power" in rooms:
        residual = {
            str(key): float(solved.tables["power_hourly_residual"].item())
            for key, solved in rooms["power"].items()
        }
        parts.append(power_checks(tables["power_zone_year"], residual))
    if "freight" in rooms:
        parts.append(freight_checks(tables["freight_node_balance"], tables["freight_route_year"]))
    if "entsoe_worth" in tables:
        parts.append(cable_checks(tables["entsoe_worth"]))
    return pl.concat(parts)


def _manifest(
    case: Case,
    plan: Plan,
    options: StudyOptions,
    clock: _Clock,
    rooms: Mapping[str, Room],
    conventions: str,
) -> dict[str, object]:
    return {
        "case": case.name,
        "title": case.settings.title,
        "case_hash": case_hash(case),
        "settings": case.settings.model_dump(mode="json"),
        "options": asdict(options),
        "years": list(plan.years),
        "scenarios": list(plan.scenarios),
        "rooms": list(plan.rooms),
        "runs": list(plan.runs),
        "conventions": conventions,
        "versions": {name: version(name) for name in SOLVER_PACKAGES}
        | {"python": platform.python_version()},
        "seconds": {name: round(seconds, 2) for name, seconds in clock.seconds.items()},
        "solves": {name: _solve_summary(room) for name, room in rooms.items()},
        "solve_seconds": {
            f"{name} {key.scenario} {key.run} {key.year}": round(solved.seconds, 2)
            for name, room in rooms.items()
            for key, solved in sorted(room.items())
        },
    }


def _solve_summary(room: Room) -> dict[str, object]:
    """Return how many solves a room took, how they ended and the largest gap among them."""
    gaps = [float(str(gap)) for solved in room.values() if (gap := solved.log["gap"]) is not None]
    return {
        "count": len(room),
        "status": sorted({str(solved.log["status"]) for solved in room.values()}),
        "largest_gap": max(gaps, default=None),
    }


def case_hash(case: Case) -> str:
    """Return a fingerprint of every value of the case, whatever its files look like."""
    digest = hashlib.sha256(case.settings.model_dump_json().encode())
    for name, frame in sorted(case.tables.items()):
        digest.update(name.encode())
        digest.update(frame.write_csv().encode())
    for name, values in sorted(case.profiles.items()):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()
