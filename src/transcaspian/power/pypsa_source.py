"""What stands in a PyPSA CSV folder or netCDF file, as plain arrays; PyPSA is not needed."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from transcaspian.errors import InputError, Problem
from transcaspian.power.csv_rows import CsvRows, file_error, read_csv_rows, read_text
from transcaspian.power.pypsa_cells import number, numbers, truth
from transcaspian.power.pypsa_schema import (
    BOOKKEEPING_LISTS,
    UNSUPPORTED_LISTS,
    USED,
    is_one_number,
    is_series_read,
    meant_attribute,
    meant_series,
)

__all__ = [
    "LISTS",
    "WEIGHTS",
    "PypsaSource",
    "Series",
    "check_series_name",
    "checked_weights",
    "missing_weights",
    "open_folder",
]

FloatArray = NDArray[np.float64]
TextArray = NDArray[np.str_]
LISTS = tuple(sorted({*USED, *UNSUPPORTED_LISTS, *BOOKKEEPING_LISTS}, key=len, reverse=True))
WEIGHTS = ("objective", "stores", "generators")
SNAPSHOT_COLUMNS = (*WEIGHTS, "weightings", "snapshot", "period", "timestep", "name", "")
WEIGHT_WORDS = re.compile(r"objective|store|generator|weight")
MOST_HOURS = 1e6  # that a snapshot stands for
CURVE_ENDINGS = ("-pw", "_pw", "_piecewise")  # of files that hold piecewise curves


@dataclass(frozen=True, slots=True)
class Series:
    """Numbers by snapshot for some components; NaN is an empty cell."""

    names: tuple[str, ...]
    values: FloatArray  # [n_snapshot, n]
    lines: tuple[int, ...]  # [n_snapshot], where they stand in their file
    index: str = ""  # the heading of the column of snapshots


@dataclass(frozen=True, slots=True)
class PypsaSource:
    """Raw content of a network: text by component and attribute, numbers by snapshot."""

    path: Path
    static: Mapping[str, Mapping[str, TextArray]]  # "generators" -> "name" -> [n]
    lines: Mapping[str, tuple[int, ...]]  # "generators" -> line of each
    series: Mapping[tuple[str, str], Series]  # by component and attribute
    curves: tuple[tuple[str, str], ...]  # component and attribute of piecewise curves
    weights: Mapping[str, FloatArray]
    n_snapshot: int
    name: str
    has_periods: bool
    has_scenarios: bool
    strays: tuple[str, ...] = ()  # files and columns that say nothing of the network

    def place(self, component: str) -> str:
        """Return where a component stands, for messages."""
        return f"{component}.csv" if self.path.is_dir() else f"{self.path.name}:{component}"

    def line(self, component: str, row: int) -> int:
        """Return the line of a component, which are counted from 0; 0 where there is none."""
        lines = self.lines.get(component, ())
        return lines[row] if 0 <= row < len(lines) else 0


@dataclass(slots=True)
class _Folder:
    """What is found in a folder, file by file."""

    path: Path
    static: dict[str, dict[str, TextArray]] = field(default_factory=dict)
    lines: dict[str, tuple[int, ...]] = field(default_factory=dict)
    series: dict[tuple[str, str], Series] = field(default_factory=dict)
    curves: list[tuple[str, str]] = field(default_factory=list)
    weights: dict[str, FloatArray] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    n_snapshot: int = 1
    name: str = ""
    has_periods: bool = False
    strays: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def open_folder(path: Path) -> PypsaSource:
    """Return the content of a CSV folder; raises InputError with every file that is not usable."""
    found = _Folder(path, name=path.name)
    if not (path / "buses.csv").exists():
        cure = "Name a folder that PyPSA exported (export_to_csv_folder)."
        raise file_error(str(path), "there is no buses.csv.", cure)
    files = (file for file in path.iterdir() if file.suffix.lower() == ".csv")
    for file in sorted(files, key=_snapshots_first):
        try:
            _add_file(found, file)
        except InputError as error:
            found.problems += error.problems
    if found.problems:
        raise InputError(f"The network {path} cannot be read.", found.problems)
    return PypsaSource(
        path,
        found.static,
        found.lines,
        found.series,
        tuple(found.curves),
        found.weights or checked_weights({}, found.n_snapshot, "snapshots.csv", ()),
        found.n_snapshot,
        found.name,
        found.has_periods,
        has_scenarios=False,  # PyPSA writes them to netCDF alone
        strays=tuple(found.strays),
    )


def _snapshots_first(file: Path) -> tuple[bool, str]:
    return file.stem != "snapshots", file.name


def _add_file(found: _Folder, file: Path) -> None:
    component, _, attribute = file.stem.partition("-")
    if file.suffix != ".csv":
        _add_stray(found, file, component)
    elif file.stem == "snapshots":
        _add_snapshots(found, read_csv_rows(file))
    elif file.stem == "network":
        _add_network(found, read_csv_rows(file))
    elif component not in LISTS:
        _add_stray(found, file, component)
    elif attribute.endswith(CURVE_ENDINGS):
        if "," in read_text(file).partition("\n")[0]:
            found.curves.append((component, re.sub(r"[-_](pw|piecewise)$", "", attribute)))
    elif component in BOOKKEEPING_LISTS:
        found.static[component] = {}  # nothing in them counts, so nothing is read
    elif attribute:
        _add_series(found, file, component, attribute)
    else:
        table = read_csv_rows(file)
        if "name" in table.header[1:]:
            message = "the first column holds the names, whatever it is called."
            raise file_error(file.name, message, "Take the column before it out.", 1, "name")
        found.lines[component] = table.lines
        found.static[component] = {
            "name" if k == 0 else column: np.array([row[k] for row in table.rows], dtype=np.str_)
            for k, column in enumerate(table.header)
        }


def _add_stray(found: _Folder, file: Path, component: str) -> None:
    """Keep the name of a file that holds no component; one that nearly has such a name is wrong."""
    plain = re.sub(r"[\s-]", "_", component.strip().lower())
    for name in (*LISTS, "snapshots", "network"):
        if plain in (name, name.removesuffix("s"), name.removesuffix("es")):
            message = f"no file of a network has this name; {name} is the nearest."
            raise file_error(file.name, message, "Correct the name or take it away.")
    whole = re.sub(r"[\s-]", "_", file.stem.strip().lower())
    for name in LISTS:
        attribute = whole.removeprefix(f"{name}_").removeprefix("t_")
        if whole.startswith(f"{name}_") and is_series_read(name, attribute):
            message = f"no file of a network has this name; {name}-{attribute} is the nearest."
            raise file_error(file.name, message, "Correct the name or take it away.")
    found.strays.append(file.name)


def _add_snapshots(found: _Folder, table: CsvRows) -> None:
    file = "snapshots.csv"
    if not table.rows:
        raise file_error(file, "it holds no snapshots.", "Give one row a snapshot.")
    found.n_snapshot = len(table.rows)
    found.has_periods = "period" in table.header or "timestep" in table.header
    for column in table.header:
        if column not in SNAPSHOT_COLUMNS and WEIGHT_WORDS.search(column.lower()):
            message = f"weights are {', '.join(WEIGHTS)} or weightings."
            raise file_error(file, message, "Correct the heading.", 1, column)
    found.strays += [f"snapshots.{c}" for c in table.header[1:] if c not in SNAPSHOT_COLUMNS]
    first = table.header[0]
    if first not in (*WEIGHTS, "weightings"):
        found.labels = tuple(row[0].strip() for row in table.rows)
        _check_labels(found, table)
    given = {
        column: _numbers(table.column(column), file, column, table.lines)
        for column in (*WEIGHTS, "weightings")
        if column in table.header
    }
    found.weights = checked_weights(given, found.n_snapshot, file, table.lines)
    found.strays += missing_weights(given)


def _check_labels(found: _Folder, table: CsvRows) -> None:
    seen: dict[str, int] = {}
    for label, line in zip(found.labels, table.lines, strict=True):
        if label and label in seen and not found.has_periods:
            message = f"snapshot {label!r} is given before, in row {seen[label]}."
            found.problems.append(
                Problem("snapshots.csv", line, table.header[0], message, "Keep one.")
            )
        seen.setdefault(label, line)


def checked_weights(
    given: Mapping[str, FloatArray], n_snapshot: int, file: str, lines: Sequence[int]
) -> dict[str, FloatArray]:
    """Return the three weights of snapshots [h]; older files have one for all, some have none.

    Raises InputError where one is no number from zero to `MOST_HOURS`.
    """
    problems = []
    for column, values in given.items():
        for row in np.flatnonzero(~((values >= 0.0) & (values <= MOST_HOURS))).tolist():
            message = f"the weight is {values[row]:g}."
            line = lines[row] if row < len(lines) else 0
            problems.append(Problem(file, line, column, message, "Give hours, 0 to 1e6."))
    if problems:
        raise InputError(f"{file} cannot be read.", problems)
    old = given.get("weightings", np.ones(n_snapshot))
    return {name: given.get(name, old) for name in WEIGHTS}


def missing_weights(given: Collection[str]) -> list[str]:
    """Return words for the weights that are missing where others are given."""
    if not given or "weightings" in given:
        return []
    return [f"snapshots.{name} (missing, taken as 1 h)" for name in WEIGHTS if name not in given]


def _add_network(found: _Folder, table: CsvRows) -> None:
    row = dict(zip(table.header, table.rows[0], strict=True)) if table.rows else {}
    found.name = row.get("name", found.name)
    multi = row.get("_multi_invest", "")
    says = truth(multi) if multi.strip() else False
    if says is None:
        cure = "Write True or False."
        raise file_error(
            "network.csv",
            f"{multi!r} is neither yes nor no.",
            cure,
            table.lines[0],
            "_multi_invest",
        )
    found.has_periods |= says


def _add_series(found: _Folder, file: Path, component: str, attribute: str) -> None:
    check_series_name(
        file.name, component, attribute, f"Call it {component}-{{}}.csv or take it away."
    )
    if not is_series_read(component, attribute):
        found.series[component, attribute] = Series((), np.zeros((found.n_snapshot, 0)), ())
        return
    table = read_csv_rows(file, names_are_free=True)
    labels = tuple(row[0].strip() for row in table.rows)
    _check_order(found, file.name, labels, table.lines)
    columns = [
        _numbers([row[k] for row in table.rows], file.name, table.header[k], table.lines)
        for k in range(1, len(table.header))
    ]
    values = np.array(columns).T if columns else np.zeros((len(table.rows), 0))
    found.series[component, attribute] = Series(
        table.header[1:], values, table.lines, table.header[0]
    )


def check_series_name(place: str, component: str, attribute: str, cure: str) -> None:
    """Refuse a series whose attribute is misspelt, or is one number for all snapshots."""
    meant = meant_attribute(component, attribute) or meant_series(component, attribute)
    if meant:
        message = f"{attribute!r} is no attribute of {component}; {meant!r} is the nearest."
        raise file_error(place, message, cure.format(meant))
    if is_one_number(component, attribute):
        message = f"{attribute} of {component} is the same in every snapshot."
        raise file_error(place, message, f"Give it as a column of {component}.")


def _check_order(found: _Folder, file: str, labels: Sequence[str], lines: Sequence[int]) -> None:
    """Refuse a series that has snapshots of the network, but in other rows.

    PyPSA goes by the row alone, so labels that are none of the network's stand for nothing.
    """
    if len(labels) != len(found.labels) or len(set(labels)) < 2:
        return
    given, known = _times(labels), _times(found.labels)
    if not set(given) & set(known):
        return
    for row, (one, two) in enumerate(zip(given, known, strict=True)):
        if one != two:
            message = (
                f"snapshot {labels[row]!r} stands where snapshots.csv has {found.labels[row]!r}."
            )
            raise file_error(file, message, "Give the same order.", lines[row])


def _times(labels: Sequence[str]) -> list[str]:
    """Return labels written in one way: dates and times of ISO 8601, in universal time if zoned."""
    try:
        times = [datetime.fromisoformat(label) for label in labels]
    except ValueError:
        return list(labels)
    return [(t.astimezone(UTC) if t.tzinfo else t).replace(tzinfo=None).isoformat() for t in times]


def _numbers(cells: list[str], file: str, column: str, lines: Sequence[int]) -> FloatArray:
    try:
        return numbers(cells)
    except ValueError:
        row = next(k for k, cell in enumerate(cells) if number(cell) is None)
    message = f"{cells[row]!r} is not a number."
    raise file_error(file, message, "Give a number.", lines[row], column)
