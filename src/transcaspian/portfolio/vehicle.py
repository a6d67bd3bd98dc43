"""What a portfolio is made for: a run with its case, a vehicle with its parties, a project left out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from transcaspian.case.settings import CaseSettings
from transcaspian.errors import InputError, NotFoundError

__all__ = ["EVERYBODY", "LeftOut", "RunTables", "Vehicle", "read_vehicle"]

EVERYBODY = "*"
Tables = Mapping[str, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class RunTables:
    """A finished run and its case, as far as a portfolio needs them."""

    results: Tables
    case: Tables
    settings: CaseSettings


@dataclass(frozen=True, slots=True)
class Vehicle:
    """One row of finance/vehicles with its parties."""

    row: Mapping[str, Any]
    parties: tuple[Mapping[str, Any], ...]
    size_musd: float

    @property
    def name(self) -> str:
        """Short name."""
        return str(self.row["vehicle"])

    @property
    def years(self) -> range:
        """Years of paying."""
        return range(int(self.row["first_year"]), int(self.row["last_year"]) + 1)

    def resized(self, size_musd: float) -> "Vehicle":
        """Return the vehicle with another size."""
        return replace(self, size_musd=size_musd)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A project that is offered but cannot be bought into, and why."""

    project: str
    reason: str


def read_vehicle(tables: RunTables, vehicle: str, size_musd: float | None = None) -> Vehicle:
    """Return a vehicle of the case; NotFoundError where there is none of that name."""
    rows = tables.case["finance/vehicles"].rows(named=True)
    for row in rows:
        if row["vehicle"] == vehicle:
            parties = tables.case["finance/parties"].filter(pl.col("vehicle") == vehicle)
            size = float(row["size_musd"]) if size_musd is None else size_musd
            if not size > 0.0:
                raise InputError(f"{vehicle!r} has the size {size!r}. Give one above zero.")
            return Vehicle(row, tuple(parties.rows(named=True)), size)
    known = ", ".join(row["vehicle"] for row in rows) or "none"
    raise NotFoundError(f"The case has no vehicle {vehicle!r}; there is {known}.")
