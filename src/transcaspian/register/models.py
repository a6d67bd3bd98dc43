"""Figures of the models beside the observed ones, for every promise that has a model indicator."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

import polars as pl

from transcaspian.register.edtf import parse_period
from transcaspian.register.tables import Register, last_days

__all__ = ["ModelFigure", "ModelRange", "compare_with_runs", "newest_ranges"]

REFERENCE = "reference"  # the run without any project


@dataclass(frozen=True, slots=True)
class ModelFigure:
    """One promise's indicator in one year of one run, beside what was observed."""

    commitment: str
    indicator: str
    unit: str
    scenario: str
    run: str
    year: int
    model: float
    observed: float | None  # of the same year, the promise's first compiler that has it
    target: float | None
    source: str  # names the run
    recorded_on: date

    def as_dict(self) -> dict[str, object]:
        """Return it as plain values, the date as ISO text."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return values | {"recorded_on": self.recorded_on.isoformat()}


@dataclass(frozen=True, slots=True)
class ModelRange:
    """One promise's indicator in one year and scenario: without projects, and with each of them."""

    commitment: str
    indicator: str
    unit: str
    scenario: str
    year: int
    without: float | None  # None where the quantity is only there with a project
    lowest: float  # over all runs, without and with
    highest: float
    highest_run: str
    observed: float | None
    target: float | None
    source: str

    def as_dict(self) -> dict[str, object]:
        """Return it as plain values."""
        return {name: getattr(self, name) for name in self.__slots__}


def compare_with_runs(
    register: Register, as_of: date | None = None, only: Sequence[str] | None = None
) -> list[ModelFigure]:
    """Return the model figures of every promise that has a model indicator, beside observed ones.

    Parameters
    ----------
    as_of
        Leaves out what was recorded or observed after that day.
    only
        Promises to compare, by default all.
    """
    observations = register["observations"]
    if as_of is not None:
        observations = observations.filter(last_days(observations["known_on"]) <= as_of)
    models = observations.filter(pl.col("kind") == "model")
    if models.is_empty():
        return []
    links = register["links"].filter(pl.col("relation") == "model").select("subject", "object")
    promises = {row["id"]: row for row in register["commitments"].iter_rows(named=True)}
    wanted = set(promises if only is None else only)
    facts = observations.filter((pl.col("kind") == "actual") & pl.col("scope").is_null())
    return [
        figure
        for name, indicator in links.iter_rows()
        if name in wanted and name in promises
        for figure in _figures(
            promises[name],
            models.filter(pl.col("indicator") == indicator),
            facts.filter(pl.col("indicator") == indicator),
        )
    ]


def _figures(
    promise: Mapping[str, object], models: pl.DataFrame, facts: pl.DataFrame
) -> list[ModelFigure]:
    compilers = str(promise["compilers"] or "").split(";")
    observed = _observed_years(facts, compilers)
    figures = []
    for row in models.sort("source", "scope", "period").iter_rows(named=True):
        scenario, run = (*str(row["scope"] or "").split("/"), "", "")[:2]
        target = promise["target"] if promise["indicator"] == row["indicator"] else None
        year = parse_period(row["period"]).first.year
        figures.append(
            ModelFigure(
                commitment=str(promise["id"]),
                indicator=row["indicator"],
                unit=row["unit"],
                scenario=scenario,
                run=run,
                year=year,
                model=row["value"],
                observed=observed.get(year),
                target=target if isinstance(target, float) else None,
                source=row["source"],
                recorded_on=last_days(pl.Series([row["known_on"]]))[0],
            )
        )
    return figures


def _observed_years(facts: pl.DataFrame, compilers: Sequence[str]) -> dict[int, float]:
    """Return the whole years of the first of the compilers that counted each, as last published."""
    found: dict[int, float] = {}
    for compiler in compilers:
        own: dict[int, float] = {}
        counted = facts.filter(pl.col("compiler") == compiler)
        for period, value in (
            counted.with_columns(_known=last_days(counted["known_on"]))
            .sort("_known", maintain_order=True)
            .select("period", "value")
            .iter_rows()
        ):
            covered = parse_period(period)
            if covered.is_whole_year and value is not None:
                own[covered.first.year] = value
        found = own | found
    return found


def newest_ranges(figures: Sequence[ModelFigure]) -> list[ModelRange]:
    """Return the newest recorded run of each promise, indicator and scenario, a row a year."""
    newest: dict[tuple[str, str, str], tuple[date, str]] = {}
    for figure in figures:
        subject = (figure.commitment, figure.indicator, figure.scenario)
        when = (figure.recorded_on, figure.source)
        newest[subject] = max(newest.get(subject, when), when)
    kept = [
        figure
        for figure in figures
        if newest[figure.commitment, figure.indicator, figure.scenario][1] == figure.source
    ]
    kept.sort(key=_place)
    return [_range(list(group)) for _, group in groupby(kept, key=_place)]


def _place(figure: ModelFigure) -> tuple[str, str, str, int]:
    return figure.commitment, figure.indicator, figure.scenario, figure.year


def _range(figures: Sequence[ModelFigure]) -> ModelRange:
    first = figures[0]
    highest = max(figures, key=lambda figure: figure.model)
    return ModelRange(
        commitment=first.commitment,
        indicator=first.indicator,
        unit=first.unit,
        scenario=first.scenario,
        year=first.year,
        without=next((figure.model for figure in figures if figure.run == REFERENCE), None),
        lowest=min(figure.model for figure in figures),
        highest=highest.model,
        highest_run=highest.run,
        observed=first.observed,
        target=first.target,
        source=first.source,
    )
