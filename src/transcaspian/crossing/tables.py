"""The crossing of one year out of the tables of a case: rows joined by name, ready to be checked."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from transcaspian.case.tables import YearView
from transcaspian.crossing.model import FloatArray
from transcaspian.errors import NotFoundError

__all__ = ["KM_PER_NAUTICAL_MILE", "Crossing", "Service", "payload_t", "read_crossing"]

KM_PER_NAUTICAL_MILE = 1.852
MONTHS = 12
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Service:
    """Vessels of one class on a round: home port first, then those it goes to by turns."""

    name: str
    row: Row
    vessel: Row
    ports: tuple[str, ...]
    berths: tuple[str, ...]
    cargoes: tuple[str, ...]

    @property
    def count(self) -> int:
        """Return the number of vessels."""
        return int(self.row["count"])

    def berth_at(self, port: str) -> str:
        """Return where it lies in a port."""
        return self.berths[self.ports.index(port)]


@dataclass(frozen=True, slots=True)
class Crossing:
    """One year of the crossing: rows by name, in the order of their tables."""

    year: int
    level_m: float
    ports: dict[str, Row]
    berths: dict[str, Row]
    cargoes: dict[str, Row]
    handling: dict[tuple[str, str], float]  # (berth, cargo) -> units an hour
    yards: dict[tuple[str, str], Row]
    sidings: dict[str, Row]
    routes: dict[frozenset[str], Row]
    services: dict[str, Service]
    arrivals: dict[str, Row]
    visits: dict[str, Row]
    vessels: dict[str, Row]
    weathers: dict[str, Row]
    closures: dict[str, FloatArray]

    def draught_m(self, port: str) -> float:
        """Return the deepest draught that can enter a port this year."""
        row = self.ports[port]
        fall_m = float(row["draught_level_m"]) - self.level_m
        return float(row["usable_draught_m"]) - fall_m + float(row["dredged_m"])

    def pairs(self) -> list[tuple[str, str, str]]:
        """Return (from, to, cargo) of all cargo, in the order of the arrivals."""
        found: dict[tuple[str, str, str], None] = {}
        for row in self.arrivals.values():
            found[(row["port0"], row["port1"], row["cargo"])] = None
        return list(found)

    def units(self, pair: tuple[str, str, str]) -> float:
        """Return how many units of (from, to, cargo) come in the year."""
        return sum(
            float(row["units"])
            for row in self.arrivals.values()
            if (row["port0"], row["port1"], row["cargo"]) == pair
        )

    def scaled(self, factors: Mapping[tuple[str, str, str], float]) -> "Crossing":
        """Return the crossing with other loads: units times the factor of their pair, or 1."""
        arrivals: dict[str, Row] = {}
        for name, row in self.arrivals.items():
            factor = factors.get((row["port0"], row["port1"], row["cargo"]), 1.0)
            arrivals[name] = {**row, "units": float(row["units"]) * factor}
        return replace(self, arrivals=arrivals)


def payload_t(vessel: Row, draught_m: float) -> float:
    """Return the cargo that a vessel can carry at a draught: linear from light to laden.

    payload = payload_t * (draught - light) / (laden - light), between 0 and payload_t.
    """
    light, laden = float(vessel["draught_light_m"]), float(vessel["draught_laden_m"])
    share = (draught_m - light) / (laden - light)
    return float(vessel["payload_t"]) * min(max(share, 0.0), 1.0)


def read_crossing(view: YearView, *, sea_level_path: str = "mid") -> Crossing:
    """Return the crossing of a year view, not yet checked (`check.check_crossing`).

    Raises NotFoundError where the case has no crossing, or not that path of the sea level.
    """
    tables = view.tables
    if "crossing/services" not in tables or not tables["crossing/services"].height:
        raise NotFoundError(
            f"This case has no crossing in {view.year}: crossing/services is empty."
        )
    vessels = _by(tables["crossing/vessels"], "vessel")
    return Crossing(
        year=view.year,
        level_m=_level_m(tables["crossing/sea_level"], sea_level_path, view.year),
        ports=_by(tables["crossing/ports"], "port"),
        berths=_by(tables["crossing/berths"], "berth"),
        cargoes=_by(tables["crossing/cargoes"], "cargo"),
        handling={
            (row["berth"], row["cargo"]): float(row["units_per_h"])
            for row in tables["crossing/handling"].iter_rows(named=True)
        },
        yards={
            (row["port"], row["cargo"]): row
            for row in tables["crossing/yards"].iter_rows(named=True)
        },
        sidings=_by(tables["crossing/sidings"], "siding"),
        routes={
            frozenset((row["port0"], row["port1"])): row
            for row in tables["crossing/routes"].iter_rows(named=True)
        },
        services={
            row["service"]: _service(row, vessels)
            for row in tables["crossing/services"].iter_rows(named=True)
        },
        arrivals=_by(tables["crossing/arrivals"], "arrival"),
        visits=_by(tables["crossing/visits"], "visit"),
        vessels=vessels,
        weathers=_by(tables["crossing/weathers"], "weather"),
        closures=_closures(tables["crossing/closures"]),
    )


def _by(frame: pl.DataFrame, key: str) -> dict[str, Row]:
    return {row[key]: row for row in frame.iter_rows(named=True)}


def _service(row: Row, vessels: Mapping[str, Row]) -> Service:
    return Service(
        row["service"],
        row,
        vessels[row["vessel"]],
        _words(row["ports"]),
        _words(row["berths"]),
        _words(row["cargoes"]),
    )


def _words(cell: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in cell.split(";") if word.strip())


def _level_m(frame: pl.DataFrame, path: str, year: int) -> float:
    """Return the sea level of a path in a year, between given years by straight lines."""
    rows = frame.filter(pl.col("path") == path).sort("year")
    if not rows.height:
        known = ", ".join(frame["path"].unique(maintain_order=True))
        raise NotFoundError(f"There is no sea level path {path!r}; known are {known}.")
    return float(np.interp(year, rows["year"].to_numpy(), rows["level_m"].to_numpy()))


def _closures(frame: pl.DataFrame) -> dict[str, FloatArray]:
    shares: dict[str, FloatArray] = {}
    for row in frame.iter_rows(named=True):
        months = shares.setdefault(row["weather"], np.full(MONTHS, np.nan))
        months[int(row["month"]) - 1] = row["closed_share"]
    return shares
