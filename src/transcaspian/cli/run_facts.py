"""What `appraise run` needs of a run folder: ledgers, project facts, rates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import isfinite
from pathlib import Path
from typing import Any

import polars as pl

from transcaspian.appraisal.again import ProjectFacts, RunFacts, ledger_of_run
from transcaspian.appraisal.ledger import Ledger
from transcaspian.case.settings import open_from
from transcaspian.errors import InputError, NotFoundError
from transcaspian.results.read import read_results

__all__ = ["RunOfProjects", "read_run_facts"]


@dataclass(frozen=True, slots=True)
class RunOfProjects:
    """The projects of one scenario of a run."""

    scenario: str
    headline_rate: float
    conventions: str
    run: RunFacts
    projects: tuple[ProjectFacts, ...]
    ledgers: tuple[Ledger, ...]


def read_run_facts(folder: Path, scenario: str, projects: Sequence[str]) -> RunOfProjects:
    """Return the projects of a run folder; NotFoundError for a name that it lacks."""
    results = read_results(folder)
    settings: Any = results.manifest["settings"]
    table = results.table("projects")
    if table.is_empty():
        raise NotFoundError(f"The run in {str(folder)!r} has valued no project.")
    scenarios = table["scenario"].unique(maintain_order=True).to_list()
    chosen = scenario or scenarios[0]
    if chosen not in scenarios:
        raise NotFoundError(f"The run has no scenario {chosen!r}; it has {', '.join(scenarios)}.")
    table = table.filter(pl.col("scenario") == chosen)
    missing = sorted(set(projects) - set(table["project"]))
    if missing:
        raise NotFoundError(f"The run has not valued {', '.join(missing)}.")
    if projects:
        table = table.filter(pl.col("project").is_in(list(projects)))
    price_year, base_year, rate = (
        _number(settings, name) for name in ("price_year", "base_year", "headline_rate")
    )
    run = RunFacts(int(price_year), int(base_year), open_from(_day(settings), int(base_year)))
    facts = tuple(ProjectFacts.of_row(row) for row in table.iter_rows(named=True))
    rows = results.table("ledger").filter(pl.col("scenario") == chosen)
    return RunOfProjects(
        scenario=chosen,
        headline_rate=rate,
        conventions=str(results.manifest.get("conventions", "")),
        run=run,
        projects=facts,
        ledgers=tuple(ledger_of_run(rows, one, run) for one in facts),
    )


def _day(settings: Mapping[str, object]) -> date | None:
    """Return the day of the decision that a manifest holds, if it holds one."""
    value = settings.get("decision_date")
    try:
        return None if value is None else date.fromisoformat(str(value))
    except ValueError as error:
        raise InputError(
            f"The manifest of the run is damaged, in settings: decision_date is {value!r}."
            " Run the case again."
        ) from error


def _number(settings: Mapping[str, object], name: str) -> float:
    """Return a number of the settings that a manifest holds; InputError where it is none."""
    value = settings.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise InputError(
            f"The manifest of the run is damaged, in settings: {name} is {value!r}."
            " Run the case again."
        )
    return float(value)
