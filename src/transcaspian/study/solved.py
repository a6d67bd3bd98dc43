"""What one model gives for one scenario, run and year, in the shape the study joins."""

import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from transcaspian.case.tables import REFERENCE

__all__ = ["Key", "Solved", "accounts_by_year", "emissions_by_year", "gather"]

ACCOUNTS, FACTS = "accounts", "facts.json"


class Key(NamedTuple):
    """One solve: scenario, run (a project, a cluster or the reference) and year."""

    scenario: str
    run: str
    year: int


@dataclass(frozen=True, slots=True)
class Solved:
    """Accounts, emissions and result tables of one solve, and how it was solved."""

    accounts: pl.DataFrame
    co2_t: float
    tables: Mapping[str, pl.DataFrame]
    log: Mapping[str, object]  # room, method, iterations, gap, objective
    seconds: float

    def to_bytes(self) -> bytes:
        """Return the result as bytes to keep; `from_bytes` gives the same result, to the bit."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
            facts = {"co2_t": self.co2_t, "log": dict(self.log), "seconds": self.seconds}
            archive.writestr(FACTS, json.dumps(facts))
            for name, frame in {ACCOUNTS: self.accounts, **self.tables}.items():
                written = io.BytesIO()
                frame.write_ipc(written, compression="zstd")
                archive.writestr(name, written.getvalue())
        return packed.getvalue()

    @classmethod
    def from_bytes(cls, packed: bytes) -> "Solved":
        """Return the result that `to_bytes` packed."""
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            facts = json.loads(archive.read(FACTS))
            frames = {
                name: pl.read_ipc(io.BytesIO(archive.read(name)))
                for name in archive.namelist()
                if name != FACTS
            }
        accounts = frames.pop(ACCOUNTS)
        return cls(accounts, facts["co2_t"], frames, facts["log"], facts["seconds"])


def gather(solved: Mapping[Key, Solved], name: str) -> pl.DataFrame | None:
    """Return one result table of all solves, with scenario, run and year; None where none has it."""
    # An hourly table has millions of rows: its names are categories.
    kind = pl.Categorical() if "hour" in _columns(solved, name) else pl.String()
    parts = [
        result.tables[name].select(
            pl.lit(key.scenario, dtype=kind).alias("scenario"),
            pl.lit(key.run, dtype=kind).alias("run"),
            pl.lit(key.year, dtype=pl.Int64).alias("year"),
            pl.all(),
        )
        for key, result in sorted(solved.items())
        if name in result.tables
    ]
    return pl.concat(parts) if parts else None


def _columns(solved: Mapping[Key, Solved], name: str) -> list[str]:
    for result in solved.values():
        if name in result.tables:
            return result.tables[name].columns
    return []


def accounts_by_year(
    rooms: Iterable[Mapping[Key, Solved]], scenario: str, run: str, years: Iterable[int]
) -> dict[int, pl.DataFrame]:
    """Return the accounts of a run by year, those of all rooms together.

    A room that the run does not change is not solved again: its reference stands in.
    """
    rooms = list(rooms)
    return {
        year: pl.concat([_of(room, scenario, run, year).accounts for room in rooms])
        for year in years
    }


def emissions_by_year(
    rooms: Iterable[Mapping[Key, Solved]], scenario: str, run: str, years: Iterable[int]
) -> dict[int, float]:
    """Return the emissions of a run by year [t], those of all rooms together."""
    rooms = list(rooms)
    return {year: sum(_of(room, scenario, run, year).co2_t for room in rooms) for year in years}


def _of(room: Mapping[Key, Solved], scenario: str, run: str, year: int) -> Solved:
    key = Key(scenario, run, year)
    return room[key] if key in room else room[Key(scenario, REFERENCE, year)]
