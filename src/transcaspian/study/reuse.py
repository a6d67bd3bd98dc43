"""What a solve depends on, as a key: the same key, the same result.

A room sees a case through a `YearView` cut down to the tables, columns and prices that it reads.
The key is a hash of exactly that view, of the options, of the room's code and of the versions of
the solvers, so that a changed cost of a project or a new source of a figure solves nothing again.
"""

import hashlib
import platform
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType

import numpy as np
import polars as pl
from numpy.typing import NDArray

import transcaspian
from transcaspian.case.tables import YearView
from transcaspian.study.solved import Key, Solved

__all__ = ["FREIGHT", "POWER", "RoomInputs", "Store", "recall", "solve_key"]

Store = MutableMapping[str, bytes]
PARAMETERS = "economy/parameters"
# They say where a figure comes from, never what it is.
WORDS = ("source", "confidence", "note")
SHARED_CODE = (
    "accounts.py",
    "compile.py",
    "linear_program.py",
    "lp.py",
    "units.py",
    "case/tables.py",
    "study/solved.py",
)


@dataclass(frozen=True, slots=True)
class RoomInputs:
    """What one room reads of a case, and the code and libraries that make its results."""

    name: str
    tables: tuple[str, ...]
    parameters: tuple[str, ...]  # rows of economy/parameters
    reads_profiles: bool
    code: tuple[str, ...]  # files and folders of the package
    libraries: tuple[str, ...]

    def cut(self, view: YearView) -> YearView:
        """Return the view with nothing in it but what the room reads."""
        tables = {
            name: frame.drop(word for word in WORDS if word in frame.columns)
            for name, frame in view.tables.items()
            if name in self.tables
        }
        prices = view.tables[PARAMETERS].filter(
            pl.col("parameter").is_in(self.parameters) & (pl.col("year") == view.year)
        )
        tables[PARAMETERS] = prices.drop(word for word in WORDS if word in prices.columns)
        profiles = view.profiles if self.reads_profiles else {}
        return YearView(view.year, MappingProxyType(tables), profiles)


POWER = RoomInputs(
    name="power",
    tables=(
        "power/buses",
        "power/carriers",
        "power/fuels",
        "power/generators",
        "power/links",
        "power/loads",
        "power/market_months",
        "power/market_steps",
        "power/markets",
        "power/monthly_energy",
        "power/storage_units",
    ),
    parameters=("co2_price", "voll", "social_cost_of_carbon"),
    reads_profiles=True,
    code=(*SHARED_CODE, "power", "study/power_room.py", "study/realisations.py"),
    libraries=("highspy", "numpy", "polars", "scipy"),
)
FREIGHT = RoomInputs(
    name="freight",
    tables=(
        "crossing/arrivals",
        "crossing/berths",
        "crossing/cargoes",
        "crossing/closures",
        "crossing/handling",
        "crossing/links",
        "crossing/ports",
        "crossing/routes",
        "crossing/sea_level",
        "crossing/services",
        "crossing/sidings",
        "crossing/vessels",
        "crossing/visits",
        "crossing/weathers",
        "crossing/yards",
        "freight/access",
        "freight/commodities",
        "freight/demand",
        "freight/exits",
        "freight/layers",
        "freight/link_months",
        "freight/links",
        "freight/nodes",
        "freight/route_constants",
        "freight/route_rules",
        "freight/routes",
        "freight/subsidies",
        "freight/terminal_months",
        "freight/terminals",
        "freight/zones",
    ),
    parameters=("social_cost_of_carbon",),
    reads_profiles=False,
    code=(
        *SHARED_CODE,
        "crossing",
        "freight",
        "study/crossing_room.py",
        "study/crossing_tables.py",
        "study/freight_room.py",
    ),
    libraries=("numba", "numpy", "polars", "scipy"),
)


def solve_key(
    room: RoomInputs,
    views: Sequence[YearView],
    options: Mapping[str, object],
    after: Iterable[str] = (),
) -> str:
    """Return the key of a solve.

    views: what the room reads, cut down; more than one where a result depends on several.
    options: what else shapes the result. after: keys of solves that this one starts from.
    """
    digest = hashlib.sha256(_maker(room).encode())
    for view in views:
        digest.update(f"year {view.year}".encode())
        for name, frame in sorted(view.tables.items()):
            digest.update(f"table {name}\n".encode())
            digest.update(frame.write_csv().encode())
        for name, values in sorted(view.profiles.items()):
            digest.update(f"profile {name} ".encode())
            digest.update(_series_digest(values))
    for name, value in sorted(options.items()):
        digest.update(f"option {name}={value!r}\n".encode())
    for key in after:
        digest.update(f"after {key}\n".encode())
    return digest.hexdigest()


def recall(store: Store, keys: Mapping[Key, str]) -> dict[Key, Solved]:
    """Return what the store holds of the solves asked for."""
    found = {key: store.get(name) for key, name in keys.items()}
    return {key: Solved.from_bytes(packed) for key, packed in found.items() if packed is not None}


def _series_digest(values: NDArray[np.float64]) -> bytes:
    return hashlib.sha256(np.ascontiguousarray(values).tobytes()).digest()


@cache
def _maker(room: RoomInputs) -> str:
    """Return a fingerprint of the code and the libraries that make a room's results."""
    folder = Path(transcaspian.__file__).parent
    digest = hashlib.sha256()
    for part in room.code:
        place = folder / part
        for file in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            digest.update(f"{file.relative_to(folder).as_posix()}\n".encode())
            digest.update(file.read_bytes())
    versions = [f"{name} {version(name)}" for name in room.libraries]
    return "\n".join(
        [room.name, digest.hexdigest(), *versions, platform.machine(), platform.python_version()]
    )
