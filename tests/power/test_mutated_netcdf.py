"""Damaged, packed and foreign netCDF files: refused in words, or solved right; none ends the process."""

from collections.abc import Callable, Iterator
from pathlib import Path

import h5py
import numpy as np
import pytest

from tests.power.small_networks import FILES, least_cost, write_folder
from transcaspian.errors import InputError
from transcaspian.lp import Status
from transcaspian.power import read_pypsa, solve
from transcaspian.untrusted import in_child

SEED = 20261130
FEWEST = 130  # variants in this file
TEXTS = ("name", "bus", "bus0", "bus1", "carrier", "type", "carrier_attribute", "sense")
FLAGS = ("p_nom_extendable", "active")
Change = Callable[[h5py.File], None]


def write_netcdf(path: Path, change: Change | None = None) -> Path:
    """Write the network of `small_networks` as PyPSA writes netCDF: a variable an attribute."""
    with h5py.File(path, "w") as file:
        file.attrs["network_name"] = "small"
        for name, text in FILES.items():
            component, _, attribute = name.removesuffix(".csv").partition("-")
            header, *rows = [line.split(",") for line in text.splitlines()]
            columns = {column: [row[k] for row in rows] for k, column in enumerate(header)}
            if component == "snapshots":
                file["snapshots"] = np.arange(len(rows))
                for column in header[1:]:
                    file[f"snapshots_{column}"] = np.array(columns[column], dtype=float)
            elif attribute:
                file[f"{component}_t_{attribute}_i"] = header[1:]
                table = [[float(cell) for cell in row[1:]] for row in rows]
                file[f"{component}_t_{attribute}"] = np.array(table)
            else:
                for column, cells in columns.items():
                    key = f"{component}_{'i' if column == 'name' else column}"
                    file[key] = as_array(column, cells)
        if change is not None:
            change(file)
    return path


def as_array(column: str, cells: list[str]) -> object:
    if column in TEXTS:
        return cells
    if column in FLAGS:
        return np.array([cell == "True" for cell in cells], dtype=np.int8)
    return np.array([float(cell) for cell in cells])


def answer(path: Path) -> float | str:
    try:
        result = solve(read_pypsa(path))
    except InputError as error:
        is_clear = error.problems and all(path.name in p.file and p.message and p.cure for p in error.problems)  # fmt: skip
        return "refused" if is_clear else f"refused without words: {error}"
    if result.status is Status.INFEASIBLE:
        return "infeasible"
    assert result.status is Status.OPTIMAL
    return result.objective


def packed(key: str, factor: float, offset: float, kind: str = "i2") -> Change:
    def change(file: h5py.File) -> None:
        values = file[key][()]
        del file[key]
        file[key] = np.round((values - offset) / factor).astype(kind)
        file[key].attrs["scale_factor"], file[key].attrs["add_offset"] = factor, offset

    return change


def single(file: h5py.File) -> None:
    for key in ("generators_marginal_cost", "loads_t_p_set", "snapshots_objective"):
        values = file[key][()].astype("f4")
        del file[key]
        file[key] = values


def squeezed(file: h5py.File) -> None:
    values = file["loads_t_p_set"][()]
    del file["loads_t_p_set"]
    file.create_dataset("loads_t_p_set", data=values, compression="gzip", shuffle=True)


def filled_static(file: h5py.File) -> None:
    """Efficiencies of 1 are the default: a fill value stands for them."""
    values = np.where(file["generators_efficiency"][()] == 1.0, -999.0, file["generators_efficiency"][()])  # fmt: skip
    del file["generators_efficiency"]
    file["generators_efficiency"] = values
    file["generators_efficiency"].attrs["_FillValue"] = -999.0


def fixed_width(file: h5py.File) -> None:
    for key in ("buses_i", "generators_bus", "loads_t_p_set_i"):
        cells = np.array([cell.decode() for cell in file[key][()]], dtype="S20")
        del file[key]
        file[key] = cells


SAME: dict[str, Change | None] = {
    "plain": None,
    "packed series": packed("loads_t_p_set", 0.5, 10.0),
    "packed weights": packed("snapshots_objective", 0.25, 1.0),
    "packed cost": packed("generators_marginal_cost", 0.1, -7.0, "i4"),
    "packed flags": packed("generators_p_nom_extendable", 1.0, 0.0, "i1"),
    "single precision": single,
    "compressed": squeezed,
    "fill value": filled_static,
    "texts of fixed width": fixed_width,
}


def put(key: str, value: object) -> Change:
    def change(file: h5py.File) -> None:
        if key in file:
            del file[key]
        if value is not None:
            file[key] = value

    return change


def cell(key: str, place: tuple[int, ...], value: object) -> Change:
    def change(file: h5py.File) -> None:
        values = file[key][()]
        values[place] = value
        del file[key]
        file[key] = values

    return change


def filled_series(file: h5py.File) -> None:
    file["loads_t_p_set"].attrs["_FillValue"] = 95.0


def as_group(file: h5py.File) -> None:
    del file["generators_p_nom"]
    file.create_group("generators_p_nom")


def endless(file: h5py.File) -> None:
    del file["loads_t_p_set"]
    file.create_dataset("loads_t_p_set", shape=(1 << 20, 1 << 20), dtype="f8", chunks=(64, 64))


def endless_but_named(file: h5py.File) -> None:
    del file["generators_i"]
    file.create_dataset("generators_i", shape=(1 << 36,), dtype="f8", chunks=(1024,))


def unsigned(file: h5py.File) -> None:
    values = file["generators_p_nom"][()]
    del file["generators_p_nom"]
    file["generators_p_nom"] = np.nan_to_num(values).astype("u1").astype("i1")
    file["generators_p_nom"].attrs["_Unsigned"] = "true"


REFUSED: dict[str, Change] = {
    "numbers marked as unsigned": unsigned,
    "one snapshot twice": put("snapshots", np.array([0, 1, 1])),
    "one number as a series": put("generators_t_p_nom", np.ones((3, 1))),
    "a misspelt series": put("generators_t_pmax_pu", np.ones((3, 1))),
    **{f"no {key}": put(key, None) for key in ("buses_i", "generators_i", "loads_t_p_set_i", "links_bus1")},
    **{f"{key} of one": put(key, np.ones(1)) for key in ("generators_p_nom", "loads_t_p_set", "snapshots_objective")},
    **{f"{key} of none": put(key, np.ones(0)) for key in ("generators_p_nom", "snapshots", "buses_i")},
    **{f"{key} of no dimension": put(key, 3.0) for key in ("generators_p_nom", "loads_t_p_set", "generators_i", "snapshots")},
    "turned series": put("loads_t_p_set", np.ones((2, 3))),
    "texts for numbers": put("loads_t_p_set", [["a", "b"]] * 3),
    "texts for capacity": put("generators_p_nom", ["a"] * 5),
    "complex numbers": put("generators_p_nom", np.ones(5, dtype=complex)),
    "records": put("generators_p_nom", np.zeros(5, dtype=[("a", "f8"), ("b", "i4")])),
    "latin names": put("buses_i", np.array([b"S\xfcd", b"north"])),
    "a gap in a series": cell("loads_t_p_set", (1, 0), np.nan),
    "a filled gap in a series": filled_series,
    "unknown name in a series": put("loads_t_p_set_i", ["city", "town"]),
    "one name twice": put("generators_i", ["a", "a", "b", "c", "d"]),
    "one name twice in a series": put("loads_t_p_set_i", ["city", "city"]),
    "unknown bus": put("generators_bus", ["north", "south", "east", "south", "south"]),
    "no bus": put("links_bus1", [""]),
    "strange sense": put("global_constraints_sense", ["=<"]),
    "strange flag": put("generators_active", np.array([1, 2, 1, 1, 0])),
    "flag of text": put("generators_active", ["yes"] * 5),
    **{f"{value} as {key}": cell(key, (0,), value) for value in (np.inf, -np.inf, 1e300) for key in ("generators_marginal_cost", "links_efficiency", "snapshots_objective", "generators_efficiency")},
    **{f"{value} in a series": cell("loads_t_p_set", (0, 0), value) for value in (np.inf, -np.inf, 1e16)},
    "weight below zero": cell("snapshots_stores", (0,), -1.0),
    "nan as weight": cell("snapshots_objective", (0,), np.nan),
    "a group": as_group,
    "scenarios": put("scenario", ["a"]),
    "periods": put("snapshots_period", np.arange(3)),
    "endless series": endless,
    "endless names": endless_but_named,
}  # fmt: skip


@pytest.mark.parametrize("name", SAME)
def test_ways_to_pack_the_same_network_cost_the_same(tmp_path, name):
    found = answer(write_netcdf(tmp_path / "n.nc", SAME[name]))
    rel = 1e-6 if name == "single precision" else 1e-9
    assert found == pytest.approx(least_cost(write_folder(tmp_path / "n")), rel=rel)


FAST = ("no buses_i", "a gap in a series", "strange sense", "unknown bus", "records", "endless series", "numbers marked as unsigned", "one snapshot twice", "one number as a series", "a misspelt series")  # fmt: skip


@pytest.mark.parametrize("name", FAST)
def test_what_is_wrong_in_a_file_is_refused_in_words(tmp_path, name):
    assert answer(write_netcdf(tmp_path / "n.nc", REFUSED[name])) == "refused"


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in REFUSED if name not in FAST])
def test_whatever_is_wrong_in_a_file_is_refused_in_words(tmp_path, name):
    assert answer(write_netcdf(tmp_path / "n.nc", REFUSED[name])) == "refused"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04 and more", "Excel workbook or zip"),
        (b"\xd0\xcf\x11\xe0 and more", "Excel workbook of the old kind"),
        (b"CDF\x01 and more", "netCDF file of version 3"),
        (b"", "no netCDF-4 file"),
        (b"name,bus\n", "no netCDF-4 file"),
    ],
)
def test_files_of_other_formats_are_called_by_name(tmp_path, content, words):
    (tmp_path / "n.nc").write_bytes(content)
    with pytest.raises(InputError, match=words):
        read_pypsa(tmp_path / "n.nc")


def test_an_export_of_pandas_and_a_weather_grid_are_called_by_name(tmp_path):
    with h5py.File(tmp_path / "n.h5", "w") as file:
        file.attrs["PYTABLES_FORMAT_VERSION"] = "2.1"
    with h5py.File(tmp_path / "grid.nc", "w") as file:
        file["t2m"] = np.ones((2, 3))
    with pytest.raises(InputError, match="HDF5 file of PyPSA or pandas"):
        read_pypsa(tmp_path / "n.h5")
    with pytest.raises(InputError, match="holds no buses"):
        read_pypsa(tmp_path / "grid.nc")


def test_one_table_of_a_folder_is_not_taken_for_the_network(tmp_path):
    folder = write_folder(tmp_path)
    with pytest.raises(InputError, match="Name the folder it is in"):
        read_pypsa(folder / "buses.csv")


def damage(content: bytes, count: int) -> Iterator[tuple[str, bytes]]:
    """Give the file cut off, or with some bytes changed."""
    rng = np.random.default_rng(SEED)
    for k in range(count):
        if k % 4 == 0:
            at = int(rng.integers(len(content)))
            yield f"cut at {at}", content[:at]
            continue
        changed = bytearray(content)
        places = rng.integers(len(content), size=int(rng.choice([1, 4, 30])))
        for place in places.tolist():
            changed[place] = int(rng.integers(256))
        yield f"changed at {places.tolist()}", bytes(changed)


def as_folder(path: Path) -> dict[str, str]:
    """Return a netCDF file as CSV texts, by a plain reading of every variable."""
    tables: dict[str, str] = {}
    with h5py.File(path, "r") as file:

        def cells(key: str) -> list[str]:
            values = file[key][()]
            return [v.decode() if isinstance(v, bytes) else str(v) for v in values.tolist()]

        for name in FILES:
            component, _, attribute = name.removesuffix(".csv").partition("-")
            if component == "snapshots":
                header, columns = ["snapshot"], [[str(k) for k in range(len(file["snapshots"]))]]
                for key in ("objective", "stores", "generators"):
                    if f"snapshots_{key}" in file:
                        header.append(key), columns.append(cells(f"snapshots_{key}"))
            elif attribute:
                if f"{component}_t_{attribute}" not in file:
                    continue
                table = file[f"{component}_t_{attribute}"][()]
                header = ["snapshot", *cells(f"{component}_t_{attribute}_i")]
                columns = [[str(k) for k in range(len(table))], *([repr(float(v)) for v in column] for column in table.T)]  # fmt: skip
            else:
                if f"{component}_i" not in file:
                    continue
                keys = [key for key in file if key.startswith(f"{component}_") and not key.startswith(f"{component}_t_")]  # fmt: skip
                keys = [f"{component}_i", *(key for key in keys if key != f"{component}_i")]
                header = [key.removeprefix(f"{component}_") for key in keys]
                columns = [cells(key) for key in keys]
            rows = [header, *zip(*columns, strict=True)]
            tables[name] = "".join(",".join(row) + "\n" for row in rows)
    return tables


def check_damaged(folder: Path, count: int) -> dict[str, int]:
    """Compare every damaged file that is solved with what a plain reading of it costs."""
    content = write_netcdf(folder / "plain.nc").read_bytes()
    verdicts = {"refused": 0, "solved": 0}
    for k, (what, damaged) in enumerate(damage(content, count)):
        path = folder / f"{k}.nc"
        path.write_bytes(damaged)
        found = answer(path)
        if found == "refused":
            verdicts["refused"] += 1
            continue
        verdicts["solved"] += 1
        texts = in_child(as_folder, path, what=path.name)
        plain = write_folder(folder / str(k), {**dict.fromkeys(FILES), **texts})
        expected = least_cost(plain)
        right = "infeasible" if expected is None else pytest.approx(expected, rel=1e-6)
        assert found == right, what
    return verdicts


def test_some_damaged_files_are_refused_or_solved_as_they_now_read(tmp_path):
    assert sum(check_damaged(tmp_path, 10).values()) == 10


@pytest.mark.slow
def test_damaged_files_are_refused_or_solved_as_they_now_read(tmp_path):
    verdicts = check_damaged(tmp_path, 80)
    assert verdicts["refused"] > 20, verdicts
    assert verdicts["solved"] > 5, verdicts


def test_there_are_more_than_a_hundred_variants():
    count = len(SAME) + len(REFUSED) + 80 + 8
    assert count >= FEWEST, count
    print(f"{count} variants of netCDF files")  # noqa: T201
