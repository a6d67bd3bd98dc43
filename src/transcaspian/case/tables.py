"""The case as frozen tables, and what it looks like in one year with given projects.

A project or scenario is a set of changes to tables. `Case.at` applies them to the tables of one
year; models see nothing but the `YearView` that comes out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transcaspian.case.columns import Table
from transcaspian.case.registry import TABLES, view_column_kinds, yearly_table
from transcaspian.case.settings import CaseSettings
from transcaspian.errors import NotFoundError
from transcaspian.shown import html_table, named, one_line

__all__ = ["HOURS_PER_YEAR", "Case", "YearView"]

HOURS_PER_YEAR = 8760  # a weather year without 29 February
REFERENCE = "reference"
ANY_COUNTRY = "*"

FloatArray = NDArray[np.float64]
_POLARS_KIND: dict[str, pl.DataType] = {
    "text": pl.String(),
    "float": pl.Float64(),
    "int": pl.Int64(),
    "bool": pl.Boolean(),
}


@dataclass(frozen=True, slots=True, repr=False)
class YearView:
    """The case in one year, changes applied: all that a model sees.

    `tables` maps the name of a table to its rows, columns that change by year joined in;
    `profiles` maps a name to 8,760 hourly values (UTC), read-only.
    """

    year: int
    tables: Mapping[str, pl.DataFrame]
    profiles: Mapping[str, FloatArray]

    def __reduce__(self) -> tuple[object, ...]:
        """Return what makes the view again in another process (read-only maps can't travel)."""
        return _remake_view, (self.year, dict(self.tables), dict(self.profiles))

    def __repr__(self) -> str:
        """Return what there is in a line."""
        facts = [f"{len(self.tables)} tables", f"{len(self.profiles)} hourly profiles"]
        return one_line("YearView", str(self.year), facts)

    def parameter(self, name: str, country: str) -> float:
        """Return a price of `economy/parameters`: the country's own row, else that of `*`.

        Raises NotFoundError where neither exists for the year.
        """
        rows = self.tables["economy/parameters"].filter(
            (pl.col("parameter") == name)
            & pl.col("country").is_in([country, ANY_COUNTRY])
            & (pl.col("year") == self.year)
        )
        values = dict(zip(rows["country"], rows["value"], strict=True))
        if not values:
            raise NotFoundError(
                f"economy/parameters has no {name} of {self.year} for {country} or '*'."
            )
        own = values.get(country)
        return float(values[ANY_COUNTRY] if own is None else own)


@dataclass(frozen=True, slots=True, repr=False)
class Case:
    """A checked case. Frames are never changed in place; every change makes a new view."""

    settings: CaseSettings
    tables: Mapping[str, pl.DataFrame]
    profiles: Mapping[str, FloatArray]
    path: Path

    def __reduce__(self) -> tuple[object, ...]:
        """Return what makes the case again in another process (read-only mappings can't travel)."""
        return _remake_case, (self.settings, dict(self.tables), dict(self.profiles), self.path)

    def __repr__(self) -> str:
        """Return what there is in a line; the tables themselves would fill a book."""
        facts = [
            f"{len(self.tables)} tables",
            f"{len(self.profiles)} hourly profiles",
            f"years {named(self.settings.model_years)}",
            f"scenarios {named(self.scenario_names())}",
            f"in {str(self.path)!r}",
        ]
        return one_line("Case", self.name, facts)

    def _repr_html_(self) -> str:
        """Return the list of tables for a notebook."""
        rows = [(name, self.tables[name].height, TABLES[name].meaning) for name in self.tables]
        return html_table(repr(self), ("table", "rows", "meaning"), rows)

    @property
    def name(self) -> str:
        """Return the name that `case.yaml` gives."""
        return self.settings.name

    def scenario_names(self) -> list[str]:
        """Return the scenarios in the order of their table; the first is the reference."""
        return self.tables["scenarios/scenarios"]["scenario"].to_list()

    def years(self) -> list[int]:
        """Return the years that can be looked at: model years and those compared with statistics."""
        settings = self.settings
        backcasts = (settings.power_backcast_year, settings.freight_backcast_year)
        return sorted({*settings.model_years, *(year for year in backcasts if year is not None)})

    def members(self, run: str) -> tuple[str, ...]:
        """Return the projects of a run: none of the reference, one, or those of a cluster.

        Raises NotFoundError where `run` is neither.
        """
        if run == REFERENCE:
            return ()
        clusters = self.tables["projects/clusters"].filter(pl.col("cluster") == run)
        if clusters.height:
            return tuple(clusters["project"].to_list())
        if run in self.tables["projects/projects"]["project"]:
            return (run,)
        raise NotFoundError(f"There is no project or cluster {run!r} in this case.")

    def at(self, year: int, scenario: str = REFERENCE, projects: Sequence[str] = ()) -> YearView:
        """Return the case in `year` under a scenario, with `projects` as if they were open.

        The scenario's changes come first, then those of the projects in the given order.
        Raises NotFoundError for an unknown scenario or project, or a year without data.
        """
        if year not in (known := self.years()):
            raise NotFoundError(
                f"There is no year {year} in this case; there are {', '.join(map(str, known))}."
            )
        self._require("scenarios/scenarios", "scenario", [scenario])
        self._require("projects/projects", "project", projects)
        changes = [
            self.tables["scenarios/changes"].filter(pl.col("scenario") == scenario),
            *(
                self.tables["projects/changes"].filter(pl.col("project") == project)
                for project in projects
            ),
        ]
        tables = {
            name: _join_year(self.tables, TABLES[name], year)
            for name in self.tables
            if not TABLES[name].yearly_of
        }
        for change_set in changes:
            tables |= apply_changes(tables, change_set, year)
        return YearView(year, MappingProxyType(tables), self.profiles)

    def _require(self, table: str, column: str, names: Iterable[str]) -> None:
        known = set(self.tables[table][column])
        for name in names:
            if name not in known:
                raise NotFoundError(
                    f"There is no {column} {name!r}; known are {', '.join(sorted(known))}."
                )


def _remake_view(
    year: int, tables: dict[str, pl.DataFrame], profiles: dict[str, FloatArray]
) -> YearView:
    for values in profiles.values():
        values.flags.writeable = False
    return YearView(year, MappingProxyType(tables), MappingProxyType(profiles))


def _remake_case(
    settings: CaseSettings,
    tables: dict[str, pl.DataFrame],
    profiles: dict[str, FloatArray],
    path: Path,
) -> Case:
    for values in profiles.values():
        values.flags.writeable = False
    return Case(settings, MappingProxyType(tables), MappingProxyType(profiles), path)


def _join_year(tables: Mapping[str, pl.DataFrame], table: Table, year: int) -> pl.DataFrame:
    """Return the table with the columns of `year` joined in, sources of both kept apart."""
    frame = tables[table.name]
    if table.name == "freight/links":
        lengths = tables["freight/link_lengths"].select("link", "distance_km")
        frame = frame.join(lengths, on="link", how="left", maintain_order="left")
    yearly = yearly_table(table.name)
    if yearly is None:
        return frame
    values = (
        tables[yearly.name]
        .filter(pl.col("year") == year)
        .drop("year", "source", "confidence", "note")
    )
    return frame.join(values, on=list(table.key), how="inner", maintain_order="left")


def apply_changes(
    tables: Mapping[str, pl.DataFrame], changes: pl.DataFrame, year: int
) -> dict[str, pl.DataFrame]:
    """Return the tables that `changes` touch in `year`, changed; others are left out.

    Rows marked '*' change every row and come before those that name one.
    """
    active = changes.filter(
        pl.col("from_year").fill_null(year) <= year, pl.col("to_year").fill_null(year) >= year
    ).with_columns(is_single=pl.col("row") != "*")
    changed: dict[str, pl.DataFrame] = {}
    for (_, name, column, operation), group in sorted(
        active.group_by("is_single", "table", "column", "operation", maintain_order=True),
        key=lambda item: item[0],
    ):
        before = changed.get(name, tables[name])
        changed[name] = _change_column(before, name, column, operation, group)
    return changed


def _change_column(
    frame: pl.DataFrame, name: str, column: str, operation: str, changes: pl.DataFrame
) -> pl.DataFrame:
    kind = _POLARS_KIND[view_column_kinds(name)[column]]
    new = changes.select("row", new=_parse_values(changes["value"], kind))
    if new["row"][0] == "*":
        joined = frame.with_columns(new=pl.lit(new["new"][0], dtype=kind))
    else:
        row = pl.concat_str(
            [pl.col(part).cast(pl.String) for part in TABLES[name].key], separator="|"
        )
        joined = frame.with_columns(row=row).join(new, on="row", how="left", maintain_order="left")
    if operation == "set":
        value = pl.coalesce("new", column)
    elif operation == "add":
        value = pl.col(column) + pl.col("new").fill_null(0)
    else:
        value = pl.col(column) * pl.col("new").fill_null(1)
    return joined.with_columns(value.cast(kind).alias(column)).select(frame.columns)


def _parse_values(values: pl.Series, kind: pl.DataType) -> pl.Series:
    if kind == pl.Boolean():
        return values == "true"
    return values.cast(kind)
