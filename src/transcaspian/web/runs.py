"""Finished runs as the pages need them: found, checked, and read a table at a time."""

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

import polars as pl

from transcaspian.case.read import find_case, read_case
from transcaspian.case.tables import Case
from transcaspian.errors import InputError, NotFoundError, Problem
from transcaspian.report.names import REFERENCE, Names, names_of_case
from transcaspian.report.schema import TABLE_COLUMNS
from transcaspian.report.terms import Terms, with_terms
from transcaspian.results.write import MANIFEST, checksums

__all__ = ["Run", "find_runs"]

# Hourly tables are filtered where they lie: they have millions of rows.
HOURLY = ("power_dispatch", "power_prices", "power_link_hourly", "freight_path_year")


class Run:
    """A run folder whose files were checked once; its tables are read when they are asked for."""

    def __init__(self, key: str, folder: Path, case: str = "") -> None:
        self.key = key
        self.folder = folder
        self.manifest = _read_manifest(folder)
        self._case = case
        self._tables: dict[str, pl.DataFrame] = {}
        self._lock = Lock()

    @cached_property
    def case(self) -> Case:
        """The case that the run was made from, by the name that its manifest gives."""
        return read_case(self._case or str(self.manifest["case"]))

    @cached_property
    def has_case(self) -> bool:
        """Whether the case is at hand: packaged, or named when the pages were started."""
        try:
            find_case(self._case or str(self.manifest["case"]))
        except NotFoundError:
            return False
        return True

    @property
    def title(self) -> str:
        """The title of the case."""
        return str(self.manifest.get("title") or self.manifest["case"])

    @property
    def names_of_tables(self) -> tuple[str, ...]:
        """The result tables that the run has."""
        files: Mapping[str, str] = self.manifest["checksums"]
        return tuple(sorted(Path(name).stem for name in files if name.endswith(".parquet")))

    def has(self, name: str) -> bool:
        """Return whether the run has a result table."""
        return name in self.names_of_tables

    def table(self, name: str) -> pl.DataFrame:
        """Return a result table; an empty one with the usual columns where the run has none."""
        if name in HOURLY:
            raise KeyError(f"{name} is scanned, not read whole")
        with self._lock:
            if name not in self._tables:
                self._tables[name] = (
                    pl.read_parquet(self.file(name), glob=False)
                    if self.has(name)
                    else pl.DataFrame(schema=TABLE_COLUMNS.get(name, {}))
                )
            return self._tables[name]

    def scan(self, name: str) -> pl.LazyFrame:
        """Return a result table to be filtered where it lies."""
        if not self.has(name):
            return pl.DataFrame(schema=TABLE_COLUMNS.get(name, {})).lazy()
        return pl.scan_parquet(self.file(name), glob=False)

    def file(self, name: str) -> Path:
        """Return the file of a result table; NotFoundError where the run has none of that name."""
        if not self.has(name):
            raise NotFoundError(
                f"The run has no table {name!r}; it has {', '.join(self.names_of_tables)}."
            )
        return self.folder / f"{name}.parquet"

    @cached_property
    def _projects_and_terms(self) -> tuple[pl.DataFrame, Terms]:
        return with_terms(self.table("projects"), self.case.settings)

    @property
    def projects(self) -> pl.DataFrame:
        """The table of projects of every scenario, with columns that do not name rate or year."""
        return self._projects_and_terms[0]

    @property
    def terms(self) -> Terms:
        """Discount rates and the years of yearly values."""
        return self._projects_and_terms[1]

    @cached_property
    def names(self) -> Names:
        """Names for people."""
        return names_of_case(self.case, self.projects, self.table("who_gains"))

    @cached_property
    def scenarios(self) -> tuple[str, ...]:
        """The scenarios that were solved."""
        found: list[str] = []
        for name in ("projects", "power_zone_year", "freight_route_year"):
            if self.has(name):
                found += self.table(name)["scenario"].unique(maintain_order=True).to_list()
        return tuple(dict.fromkeys(found)) or (REFERENCE,)

    @cached_property
    def years(self) -> tuple[int, ...]:
        """The model years of the run."""
        years: Sequence[int] = self.manifest.get("years") or self.case.settings.model_years
        return tuple(int(year) for year in years)

    def runs_of(self, table: str, scenario: str) -> tuple[str, ...]:
        """Return the reference and the projects that a table has, by size of their effect."""
        frame = self.table(table).filter(pl.col("scenario") == scenario)
        solved = set(frame["run"].unique().to_list())
        ordered = self.projects.filter(pl.col("scenario") == scenario).sort(
            [pl.col("is_cluster"), pl.col("is_ranked"), pl.col("benefit_musd").abs(), "project"],
            descending=[False, True, True, False],
            nulls_last=True,
        )
        chosen = [run for run in ordered["project"] if run in solved and run != REFERENCE]
        return (REFERENCE, *chosen) if solved else ()

    @cached_property
    def confidence(self) -> Mapping[str, float]:
        """Share of the input figures by how sure they are."""
        counts = self.table("confidence_counts")
        names = ("reported", "derived", "assumed", "synthetic")
        sums = {name: int(counts[name].sum()) if counts.height else 0 for name in names}
        total = sum(sums.values())
        return {name: count / total for name, count in sums.items()} if total else {}


def _read_manifest(folder: Path) -> Mapping[str, Any]:
    """Return the manifest of a run whose files are as they were written."""
    try:
        manifest: Mapping[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        wanted: Mapping[str, str] = manifest["checksums"]
        found = checksums(folder)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{str(folder / MANIFEST)!r} can't be read. Run the case again."
        ) from error
    problems = [
        Problem(name, 0, "", "The file is missing or was changed.", "Run the case again.")
        for name, checksum in sorted(wanted.items())
        if found.get(name) != checksum
    ]
    if problems:
        raise InputError(f"The run in {str(folder)!r} is damaged.", problems)
    return manifest


def find_runs(paths: Sequence[Path], case: str = "") -> tuple[Run, ...]:
    """Return the runs in folders and in the folders right below them, each with a key of its own.

    Raises NotFoundError for a path that holds no run, InputError for a damaged one.
    """
    runs: list[Run] = []
    for path in paths:
        folders = [path] if (path / MANIFEST).is_file() else _runs_below(path)
        if not folders:
            raise NotFoundError(
                f"{str(path)!r} holds no run: neither it nor a folder in it has a {MANIFEST}."
            )
        for folder in folders:
            runs.append(Run(_free_key(folder, runs), folder, case))
    return tuple(runs)


def _runs_below(path: Path) -> list[Path]:
    if not path.is_dir():
        return []
    return sorted(child for child in path.iterdir() if (child / MANIFEST).is_file())


def _free_key(folder: Path, runs: Sequence[Run]) -> str:
    """Return the folder's name, with a number where another run has that name."""
    taken = {run.key for run in runs}
    name = folder.resolve().name
    keys = [name, *(f"{name}-{place}" for place in range(2, len(taken) + 3))]
    return next(key for key in keys if key not in taken)
