"""The content of a PyPSA netCDF file; read in a child process, as HDF5 may break down on a file."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from transcaspian.power.csv_rows import file_error
from transcaspian.power.pypsa_schema import BOOKKEEPING_LISTS, USED, is_series_read
from transcaspian.power.pypsa_source import (
    LISTS,
    WEIGHTS,
    PypsaSource,
    Series,
    check_series_name,
    checked_weights,
    missing_weights,
)
from transcaspian.untrusted import in_child

if TYPE_CHECKING:
    import h5py  # type: ignore[import-untyped]

__all__ = ["open_netcdf"]

FloatArray = NDArray[np.float64]
TextArray = NDArray[np.str_]
MEMORY_BYTES = 4 << 30  # a year of hours of some thousand components
SECONDS = 300.0
LONGEST_MARK = 4  # bytes of `OTHER_FORMATS`
AS_NETCDF = "Read it with PyPSA and write it with export_to_netcdf or export_to_csv_folder."
OTHER_FORMATS = {
    b"PK\x03\x04": "an Excel workbook or zip file, which is not read",
    b"\xd0\xcf\x11\xe0": "an Excel workbook of the old kind, which is not read",
    b"CDF": "a netCDF file of version 3, which is not read",
}
# How netCDF packs numbers: value * scale_factor + add_offset, and what stands for a missing one.
MISSING = ("_FillValue", "missing_value")
PACKING = ("scale_factor", "add_offset", "_Unsigned", *MISSING)


def open_netcdf(path: Path) -> PypsaSource:
    """Return the content of a netCDF file; raises InputError where it is none, or damaged."""
    if not path.is_file():
        raise file_error(str(path), "it is no file.", "Name a CSV folder or a netCDF file.")
    try:
        with path.open("rb") as stream:
            head = stream.read(LONGEST_MARK)
    except OSError as error:
        message = f"it cannot be opened ({error.strerror})."
        raise file_error(path.name, message, "Make it readable.") from error
    for mark, name in OTHER_FORMATS.items():
        if head.startswith(mark):
            raise file_error(path.name, f"it is {name}.", AS_NETCDF)
    if path.suffix.lower() == ".csv":
        raise file_error(path.name, "it is one table of a network.", "Name the folder it is in.")
    return in_child(_read, path, what=path.name, memory_bytes=MEMORY_BYTES, seconds=SECONDS)


def _read(path: Path) -> PypsaSource:
    """Return the content of the file; runs in the child."""
    import h5py

    try:
        file = h5py.File(path, "r")
    except OSError as error:
        message = f"it is no netCDF-4 file, or damaged ({error})."
        raise file_error(path.name, message, "Export it again.") from error
    with file:
        _check_kind(path, file)
        return _content(path, file)


def _check_kind(path: Path, file: "h5py.File") -> None:
    if "PYTABLES_FORMAT_VERSION" in file.attrs:
        message = "it is an HDF5 file of PyPSA or pandas, which is not read."
        raise file_error(path.name, message, AS_NETCDF)
    if "buses_i" not in file or not file["buses_i"].size:
        message = "it holds no buses, so it is no network of PyPSA."
        raise file_error(path.name, message, "Name a file that export_to_netcdf wrote.")


def _content(path: Path, file: "h5py.File") -> PypsaSource:
    place = path.name
    n_snapshot = _n_snapshot(place, file)
    _check_snapshots(place, file)
    static: dict[str, dict[str, TextArray]] = {}
    series: dict[tuple[str, str], Series] = {}
    curves: list[tuple[str, str]] = []
    given: dict[str, FloatArray] = {}
    strays: list[str] = []
    has_scenarios = "scenario" in file or "scenario_weight" in file
    for key in file:
        component = next((name for name in LISTS if key.startswith(f"{name}_")), "")
        attribute = key[len(component) + 1 :]
        if key.startswith("snapshots_"):
            column = key.removeprefix("snapshots_")
            if column in (*WEIGHTS, "weightings"):
                given[column] = _numbers(place, file, key, (n_snapshot,))
        elif component in BOOKKEEPING_LISTS:
            static.setdefault(component, {})
        elif component and attribute.startswith("pw_"):
            if not attribute.endswith("_i"):
                curves.append((component, attribute.removeprefix("pw_")))
        elif component and attribute.startswith("t_"):
            if not attribute.endswith("_i") and not has_scenarios:
                name = attribute.removeprefix("t_")
                series[component, name] = _series(place, file, component, name, n_snapshot)
        elif component and not has_scenarios:
            column = "name" if attribute == "i" else attribute
            static.setdefault(component, {})[column] = _texts(place, file, key)
        elif not component and key not in ("snapshots", "name"):
            strays.append(key)
    _check_lengths(place, static)
    strays += missing_weights(given)
    periods = np.atleast_1d(file.attrs.get("network__multi_invest", 0))
    name = file.attrs.get("network_name", path.stem)
    return PypsaSource(
        path,
        static,
        {c: tuple(range(1, 1 + _count(columns))) for c, columns in static.items()},
        series,
        tuple(curves),
        checked_weights(given, n_snapshot, f"{place}:snapshots", range(1, 1 + n_snapshot)),
        n_snapshot,
        name.decode() if isinstance(name, bytes) else str(name),
        bool(periods.any()) or "snapshots_period" in file,
        has_scenarios,
        tuple(strays),
    )


def _n_snapshot(place: str, file: "h5py.File") -> int:
    if "snapshots" not in file:
        return 1
    shape = file["snapshots"].shape
    if len(shape) != 1 or not shape[0]:
        raise file_error(f"{place}:snapshots", "it holds no snapshots.", "Give at least one.")
    return int(shape[0])


def _check_snapshots(place: str, file: "h5py.File") -> None:
    """Refuse a snapshot that is given twice, where there are no periods to tell them apart."""
    if "snapshots" not in file or "snapshots_period" in file:
        return
    labels = _texts(place, file, "snapshots").tolist()
    first: dict[str, int] = {}
    for row, label in enumerate(labels, start=1):
        if label in first:
            message = f"snapshot {label!r} is given before, in row {first[label]}."
            raise file_error(f"{place}:snapshots", message, "Keep one.", row)
        first[label] = row


def _count(columns: Mapping[str, TextArray]) -> int:
    return len(columns.get("name", ()))


def _check_lengths(place: str, static: Mapping[str, Mapping[str, TextArray]]) -> None:
    for component, columns in static.items():
        if component not in USED:
            continue
        if columns and "name" not in columns:
            message = f"the names of {component} are missing."
            raise file_error(f"{place}:{component}", message, "Export it again.")
        for column, cells in columns.items():
            if cells.shape != (_count(columns),):
                message = f"it has {cells.size} values for {_count(columns)} {component}."
                raise file_error(f"{place}:{component}", message, "Export it again.", 0, column)


def _series(
    place: str, file: "h5py.File", component: str, attribute: str, n_snapshot: int
) -> Series:
    """Return a series; one that counts for nothing is not read."""
    key = f"{component}_t_{attribute}"
    check_series_name(f"{place}:{key}", component, attribute, "Call it {} or take it out.")
    if not is_series_read(component, attribute):
        return Series((), np.zeros((n_snapshot, 0)), ())
    if f"{key}_i" not in file:
        message = "the names of its components are missing."
        raise file_error(f"{place}:{key}", message, "Export it again.")
    names = tuple(_texts(place, file, f"{key}_i").tolist())
    values = _numbers(place, file, key, (n_snapshot, len(names)))
    return Series(names, values, tuple(range(1, 1 + n_snapshot)))


def _dataset(place: str, file: "h5py.File", key: str) -> "h5py.Dataset":
    import h5py

    found = file[key]
    if not isinstance(found, h5py.Dataset):
        raise file_error(f"{place}:{key}", "it is no variable.", "Export the file again.")
    return found


def _numbers(place: str, file: "h5py.File", key: str, shape: tuple[int, ...]) -> FloatArray:
    """Return a variable of numbers, unpacked; NaN stands for a missing one."""
    dataset = _dataset(place, file, key)
    if dataset.shape != shape:
        message = f"its shape is {dataset.shape}, not {shape}."
        raise file_error(f"{place}:{key}", message, "Give every snapshot and component.")
    if dataset.dtype.kind not in "iufb":
        message = f"it holds {dataset.dtype}, no numbers."
        raise file_error(f"{place}:{key}", message, "Export the file again.")
    return _unpacked(place, key, dataset)


def _unpacked(place: str, key: str, dataset: "h5py.Dataset") -> FloatArray:
    raw = dataset[()]
    if "_Unsigned" in dataset.attrs:
        message = "numbers marked as _Unsigned are not read."
        raise file_error(f"{place}:{key}", message, "Export the file again.")
    values = np.asarray(raw, dtype=np.float64)
    is_missing = np.zeros(values.shape, dtype=bool)
    for name in MISSING:
        if name in dataset.attrs:
            is_missing |= np.isin(raw, np.asarray(dataset.attrs[name]))
    factor, offset = (
        float(np.ravel(dataset.attrs.get(name, default))[0])
        for name, default in (("scale_factor", 1.0), ("add_offset", 0.0))
    )
    if (factor, offset) != (1.0, 0.0):
        values = values * factor + offset
    return np.asarray(np.where(is_missing, np.nan, values))


def _texts(place: str, file: "h5py.File", key: str) -> TextArray:
    """Return a variable of one dimension as text; numbers keep every digit."""
    dataset = _dataset(place, file, key)
    if dataset.ndim != 1:
        message = f"its shape is {dataset.shape}, where one dimension is meant."
        raise file_error(f"{place}:{key}", message, "Export the file again.")
    if dataset.dtype.kind in "OSU":
        return np.array([_text(place, key, v) for v in dataset[()]], dtype=np.str_)
    if dataset.dtype.kind not in "iufb":
        message = f"it holds {dataset.dtype}, neither numbers nor text."
        raise file_error(f"{place}:{key}", message, "Export the file again.")
    is_packed = any(name in dataset.attrs for name in PACKING)
    values = _unpacked(place, key, dataset) if is_packed else dataset[()]
    return np.array([repr(v) for v in values.tolist()], dtype=np.str_)


def _text(place: str, key: str, value: Any) -> str:
    try:
        return value.decode() if isinstance(value, bytes) else str(value)
    except UnicodeDecodeError as error:
        message = f"{value!r} is not UTF-8."
        raise file_error(f"{place}:{key}", message, "Export the file again.") from error
