"""Finished runs as the pages need them: found, checked, and read a table at a time."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import polars as pl

from transcaspian.case.read import find_case, read_case
from transcaspian.case.tables import Case
from transcaspian.errors import ChangedError, InputError, NotFoundError
from transcaspian.report.names import REFERENCE, Names, names_of_case
from transcaspian.report.schema import TABLE_COLUMNS
from transcaspian.report.terms import Terms, with_terms
from transcaspian.results.manifest import (
    MANIFEST,
    Manifest,
    changed_files,
    checksum_of,
    parse_manifest,
    parse_table,
)
from transcaspian.web.once import Once

__all__ = ["Run", "find_runs"]

# Hourly tables are filtered where they lie: they have millions of rows.
HOURLY = ("power_dispatch", "power_prices", "power_link_hourly", "freight_path_year")
Mark: TypeAlias = tuple[int, int, int, int]  # of a file: another one, or a changed one, differs


class Run:
    """A run folder as it was when the pages were started; its tables are read when asked for.

    Every file is held against the manifest that was read first, so that a page never shows tables
    of two runs. Raises InputError where the manifest is damaged. What is made of the tables is
    made once; no lock is held meanwhile, and the table library calls nothing of ours.
    """

    def __init__(self, key: str, folder: Path, case: str = "") -> None:
        self.key = key
        self.folder = folder
        self._once = Once()
        self._case = case
        self._mark, content = _read_whole(folder / MANIFEST)
        self.manifest: Manifest = parse_manifest(folder / MANIFEST, content)
        self._digest = hashlib.sha256(content).digest()
        self._checked: dict[str, Mark] = {}
        problems = changed_files(folder, self.manifest["checksums"])
        if problems:
            raise InputError(f"The run in {str(folder)!r} is damaged.", problems)

    @property
    def case(self) -> Case:
        """The case that the run was made from, by the name that its manifest gives."""
        return self._once.get("case", lambda: read_case(self._case or self.manifest["case"]))

    @property
    def has_case(self) -> bool:
        """Whether the case is at hand: packaged, or named when the pages were started."""
        return self._once.get("has case", self._finds_case)

    def _finds_case(self) -> bool:
        try:
            find_case(self._case or self.manifest["case"])
        except NotFoundError:
            return False
        return True

    def confirm(self) -> None:
        """Raise ChangedError where the folder holds another run by now, none, or changed files."""
        file = self.folder / MANIFEST
        if _mark_of(file) != self._mark:
            self._confirm_content(file)
        for name, mark in list(self._checked.items()):
            if _mark_of(self.folder / name) != mark:
                self._check(name)

    def _confirm_content(self, file: Path) -> None:
        try:
            mark, content = _read_whole(file)
        except InputError as error:
            raise self._changed("was removed, or can't be read any more") from error
        if hashlib.sha256(content).digest() != self._digest:
            raise self._changed("was replaced by another")
        self._mark = mark

    def _changed(self, what: str) -> ChangedError:
        return ChangedError(
            f"The run {self.key!r} {what} since these pages were started. Start them again to see"
            " what its folder holds now."
        )

    def _check(self, name: str) -> Path:
        """Return a file of the run once it is as the manifest says; ChangedError otherwise."""
        file = self.folder / name
        mark = _mark_of(file)
        if mark is None or self._checked.get(name) != mark:
            if checksum_of(file) != self.manifest["checksums"][name]:
                raise self._damaged(name)
            self._checked[name] = mark or (0, 0, 0, 0)
        return file

    def _damaged(self, name: str) -> ChangedError:
        self._confirm_content(self.folder / MANIFEST)  # another run explains its files
        return ChangedError(
            f"The file {name!r} of run {self.key!r} is missing or was changed since these pages"
            " were started. Run the case again, and start them again."
        )

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
        return self._once.get(("table", name), lambda: self._read(name))

    def _read(self, name: str) -> pl.DataFrame:
        if not self.has(name):
            return pl.DataFrame(schema=TABLE_COLUMNS.get(name, {}))
        file = f"{name}.parquet"
        try:
            content = (self.folder / file).read_bytes()
        except OSError as error:
            raise self._damaged(file) from error
        if hashlib.sha256(content).hexdigest() != self.manifest["checksums"][file]:
            raise self._damaged(file)
        return parse_table(file, content)

    def scan(self, name: str) -> pl.LazyFrame:
        """Return a result table to be filtered where it lies."""
        if not self.has(name):
            return pl.DataFrame(schema=TABLE_COLUMNS.get(name, {})).lazy()
        return pl.scan_parquet(self.file(name), glob=False)

    def file(self, name: str) -> Path:
        """Return the file of a result table, unchanged; NotFoundError where the run has none."""
        if not self.has(name):
            raise NotFoundError(
                f"The run has no table {name!r}; it has {', '.join(self.names_of_tables)}."
            )
        return self._check(f"{name}.parquet")

    @property
    def _projects_and_terms(self) -> tuple[pl.DataFrame, Terms]:
        return self._once.get(
            "projects", lambda: with_terms(self.table("projects"), self.case.settings)
        )

    @property
    def projects(self) -> pl.DataFrame:
        """The table of projects of every scenario, with columns that do not name rate or year."""
        return self._projects_and_terms[0]

    @property
    def terms(self) -> Terms:
        """Discount rates and the years of yearly values."""
        return self._projects_and_terms[1]

    @property
    def names(self) -> Names:
        """Names for people."""
        return self._once.get(
            "names", lambda: names_of_case(self.case, self.projects, self.table("who_gains"))
        )

    @property
    def scenarios(self) -> tuple[str, ...]:
        """The scenarios that were solved."""
        return self._once.get("scenarios", self._solved_scenarios)

    def _solved_scenarios(self) -> tuple[str, ...]:
        found: list[str] = []
        for name in ("projects", "power_zone_year", "freight_route_year"):
            if self.has(name):
                found += self.table(name)["scenario"].unique(maintain_order=True).to_list()
        return tuple(dict.fromkeys(found)) or (REFERENCE,)

    @property
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

    @property
    def confidence(self) -> Mapping[str, float]:
        """Share of the input figures by how sure they are."""
        counts = self.table("confidence_counts")
        names = ("reported", "derived", "assumed", "synthetic")
        sums = {name: int(counts[name].sum()) if counts.height else 0 for name in names}
        total = sum(sums.values())
        return {name: count / total for name, count in sums.items()} if total else {}


def _mark_of(file: Path) -> Mark | None:
    """Return what tells a file from any other and from itself changed; None where there is none."""
    try:
        state = file.stat()
    except OSError:
        return None
    return state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns


def _read_whole(file: Path) -> tuple[Mark, bytes]:
    """Return mark and content of a file; InputError where it can't be read."""
    try:
        with file.open("rb") as stream:
            state = os.fstat(stream.fileno())
            content = stream.read()
    except OSError as error:
        raise InputError(f"{str(file)!r} can't be read: {error.strerror or error}.") from error
    return (state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns), content


def find_runs(
    paths: Sequence[Path], case: str = ""
) -> tuple[Mapping[str, Run], Mapping[str, InputError]]:
    """Return the runs in folders and right below them by key, and what is wrong with the others.

    One damaged run does not keep the others from being shown. Raises NotFoundError for a path that
    holds no run, InputError where every run is damaged.
    """
    runs: dict[str, Run] = {}
    damaged: dict[str, InputError] = {}
    for path in paths:
        folders = [path] if (path / MANIFEST).is_file() else _runs_below(path)
        if not folders:
            raise NotFoundError(
                f"{str(path)!r} holds no run: neither it nor a folder in it has a {MANIFEST}."
            )
        for folder in folders:
            key = _free_key(folder, [*runs, *damaged])
            try:
                runs[key] = Run(key, folder, case)
            except InputError as error:
                damaged[key] = error
    if damaged and not runs:
        raise next(iter(damaged.values()))
    return runs, damaged


def _runs_below(path: Path) -> list[Path]:
    if not path.is_dir():
        return []
    return sorted(child for child in path.iterdir() if (child / MANIFEST).is_file())


def _free_key(folder: Path, taken: Sequence[str]) -> str:
    """Return the folder's name, with a number where another run has that name."""
    name = folder.resolve().name
    keys = [name, *(f"{name}-{place}" for place in range(2, len(taken) + 3))]
    return next(key for key in keys if key not in taken)
