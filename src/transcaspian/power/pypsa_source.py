"""What stands in a PyPSA CSV folder or netCDF file, as plain arrays; PyPSA is not needed."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import h5py  # type: ignore[import-untyped]
import numpy as np
from numpy.typing import NDArray

from transcaspian.errors import InputError, Problem
from transcaspian.power.pypsa_schema import BOOKKEEPING_LISTS, UNSUPPORTED_LISTS, USED

__all__ = ["PypsaSource", "open_pypsa"]

FloatArray = NDArray[np.float64]
TextArray = NDArray[np.str_]
LISTS = tuple(sorted({*USED, *UNSUPPORTED_LISTS, *BOOKKEEPING_LISTS}, key=len, reverse=True))
WEIGHTS = ("objective", "stores", "generators")
CURVE_ENDINGS = ("-pw", "_pw", "_piecewise")  # of files that hold piecewise curves
NOT_GIVEN = ("", "nan", "NaN", "None")


@dataclass(frozen=True, slots=True)
class PypsaSource:
    """Raw content of a network: text by component and attribute, numbers by snapshot.

    `series` maps (component, attribute) to the names it is given for and [n_snapshot, n] values.
    """

    path: Path
    static: Mapping[str, Mapping[str, TextArray]]  # "generators" -> "name" -> [n]
    series: Mapping[tuple[str, str], tuple[tuple[str, ...], FloatArray]]
    curves: tuple[tuple[str, str], ...]  # component and attribute of piecewise curves
    weights: Mapping[str, FloatArray]
    n_snapshot: int
    name: str
    has_periods: bool
    has_scenarios: bool

    def place(self, component: str) -> str:
        """Return where a component stands, for messages."""
        return f"{component}.csv" if self.path.is_dir() else f"{self.path.name}:{component}"


def open_pypsa(path: Path) -> PypsaSource:
    """Return the content of a CSV folder or a netCDF file."""
    if path.is_dir():
        return _open_folder(path)
    return _open_netcdf(path)


def _fail(file: str, message: str, cure: str, row: int = 0, column: str = "") -> InputError:
    return InputError(
        f"The network {file} cannot be read.", [Problem(file, row, column, message, cure)]
    )


def _weights(given: Mapping[str, FloatArray], n_snapshot: int) -> dict[str, FloatArray]:
    """Return the three weights of snapshots; older files have one for all, some have none."""
    old = given.get("weightings", np.ones(n_snapshot))
    return {name: given.get(name, old) for name in WEIGHTS}


def _open_folder(path: Path) -> PypsaSource:
    static: dict[str, dict[str, TextArray]] = {}
    series: dict[tuple[str, str], tuple[tuple[str, ...], FloatArray]] = {}
    curves: list[tuple[str, str]] = []
    n_snapshot, given, has_periods = 1, {}, False
    name = path.name
    if not (path / "buses.csv").exists():
        raise _fail(str(path), "there is no buses.csv.", "Name a folder that PyPSA exported.")
    for file in sorted(path.glob("*.csv")):
        header, rows = _read_rows(file)
        component, _, attribute = file.stem.partition("-")
        if file.stem == "snapshots":
            n_snapshot = len(rows)
            has_periods = "period" in header or "timestep" in header
            given = {
                column: _numbers([row[header.index(column)] for row in rows], file, column)
                for column in (*WEIGHTS, "weightings")
                if column in header
            }
        elif file.stem == "network":
            name = rows[0][header.index("name")] if rows and "name" in header else name
            multi = header.index("_multi_invest") if "_multi_invest" in header else -1
            has_periods |= bool(rows) and multi >= 0 and rows[0][multi] not in ("0", "False", "")
        elif attribute.endswith(CURVE_ENDINGS):
            if len(header) > 1:
                curves.append((component, re.sub(r"[-_](pw|piecewise)$", "", attribute)))
        elif attribute:
            values = [
                _numbers([row[k] for row in rows], file, header[k]) for k in range(1, len(header))
            ]
            table = np.array(values).T if values else np.zeros((len(rows), 0))
            series[component, attribute] = (tuple(header[1:]), table)
        else:
            columns = {"name" if k == 0 else column: k for k, column in enumerate(header)}
            static[component] = {
                column: np.array([row[k] for row in rows], dtype=np.str_)
                for column, k in columns.items()
            }
    return PypsaSource(
        path,
        static,
        series,
        tuple(curves),
        _weights(given, n_snapshot),
        n_snapshot,
        name,
        has_periods,
        has_scenarios=False,  # PyPSA writes them to netCDF alone
    )


def _read_rows(file: Path) -> tuple[list[str], list[list[str]]]:
    with file.open(newline="", encoding="utf-8-sig") as stream:
        rows = [row for row in csv.reader(stream) if row]
    if not rows:
        return [""], []
    for number, row in enumerate(rows, start=1):
        if len(row) != len(rows[0]):
            message = f"has {len(row)} cells where the header has {len(rows[0])}."
            raise _fail(file.name, message, "Give every row a cell for every column.", number)
    return rows[0], rows[1:]


def _numbers(cells: list[str], file: Path, column: str) -> FloatArray:
    try:
        return np.array([float("nan") if cell in NOT_GIVEN else float(cell) for cell in cells])
    except ValueError:
        row, cell = next((k, c) for k, c in enumerate(cells, start=2) if not _is_number(c))
        raise _fail(
            file.name, f"{cell!r} is not a number.", "Give a number.", row, column
        ) from None


def _is_number(cell: str) -> bool:
    try:
        float(cell or "nan")
    except ValueError:
        return False
    return True


def _open_netcdf(path: Path) -> PypsaSource:
    try:
        file = h5py.File(path, "r")
    except OSError as error:
        raise _fail(path.name, f"it is no netCDF-4 file ({error}).", "Export it again.") from error
    static: dict[str, dict[str, TextArray]] = {}
    series: dict[tuple[str, str], tuple[tuple[str, ...], FloatArray]] = {}
    curves: list[tuple[str, str]] = []
    given: dict[str, FloatArray] = {}
    with file:
        n_snapshot = file["snapshots"].shape[0] if "snapshots" in file else 1
        for key in file:
            component = next((name for name in LISTS if key.startswith(f"{name}_")), "")
            attribute = key[len(component) + 1 :]
            if key.startswith("snapshots_") and attribute is not None:
                column = key.removeprefix("snapshots_")
                if column in (*WEIGHTS, "weightings"):
                    given[column] = np.asarray(file[key], dtype=np.float64)
            elif component and attribute.startswith("pw_"):
                if not attribute.endswith("_i"):
                    curves.append((component, attribute.removeprefix("pw_")))
            elif component and attribute.startswith("t_"):
                if not attribute.endswith("_i"):
                    names = tuple(_texts(file[f"{key}_i"]).tolist())
                    values = np.asarray(file[key], dtype=np.float64)
                    series[component, attribute.removeprefix("t_")] = (names, values)
            elif component:
                column = "name" if attribute == "i" else attribute
                static.setdefault(component, {})[column] = _texts(file[key])
        periods = np.atleast_1d(file.attrs.get("network__multi_invest", 0))
        has_periods = bool(periods.any()) or "snapshots_period" in file
        has_scenarios = "scenario" in file or "scenario_weight" in file
        name = file.attrs.get("network_name", path.stem)
    return PypsaSource(
        path,
        static,
        series,
        tuple(curves),
        _weights(given, n_snapshot),
        n_snapshot,
        name.decode() if isinstance(name, bytes) else str(name),
        has_periods,
        has_scenarios,
    )


def _texts(dataset: h5py.Dataset) -> TextArray:
    """Return a variable as text; numbers keep every digit."""
    values = dataset[()]
    if values.dtype.kind in "OS":
        return np.array(
            [v.decode() if isinstance(v, bytes) else str(v) for v in values], dtype=np.str_
        )
    return np.array([repr(v) for v in values.tolist()], dtype=np.str_)
