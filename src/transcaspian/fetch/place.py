"""The case folder that series are fetched into, and which of its profiles are asked for."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transcaspian.case.tables import HOURS_PER_YEAR, Case
from transcaspian.errors import InputError, NotFoundError

__all__ = ["Fetched", "Read", "choose_profiles", "open_case", "without_leap_day"]

FloatArray = NDArray[np.float64]
Read = Callable[[Path], Case]
Fetched = dict[str, object]
LEAP_DAY_START = 59 * 24  # hours from 1 January to 29 February


def open_case(folder: Path, packaged: Sequence[Path], read: Read) -> Case:
    """Return the case in `folder`; its own packaged cases are not written to.

    Raises NotFoundError where there is no such folder, InputError where it is a packaged case or
    has problems.
    """
    if not folder.is_dir():
        raise NotFoundError(f"There is no folder {str(folder)!r}.")
    if folder.resolve() in {path.resolve() for path in packaged}:
        raise InputError("The packaged case is not changed. Make a copy: transcaspian new DIR.")
    return read(folder)


def choose_profiles(case: Case, kinds: Sequence[str], buses: Sequence[str]) -> pl.DataFrame:
    """Return profile, kind, bus, country, lat, lon of the profiles of some kinds at some buses.

    All buses where `buses` is empty. Raises NotFoundError for a bus that has none of them.
    """
    places = case.tables["power/buses"].select("bus", "country", "lat", "lon")
    chosen = (
        case.tables["power/profile_info"]
        .filter(pl.col("kind").is_in(kinds))
        .select("profile", "kind", "bus")
        .join(places, on="bus", how="left", maintain_order="left")
    )
    have = set(chosen["bus"])
    for bus in buses:
        if bus not in have:
            raise NotFoundError(
                f"Bus {bus!r} has no profile of kind {' or '.join(kinds)}; there are"
                f" {', '.join(sorted(have))}."
            )
    return chosen.filter(pl.col("bus").is_in(list(buses))) if buses else chosen


def without_leap_day(values: FloatArray) -> FloatArray:
    """Return 8,760 hours of a calendar year: 29 February is left out."""
    if values.size == HOURS_PER_YEAR:
        return values
    return np.delete(values, np.arange(LEAP_DAY_START, LEAP_DAY_START + 24))
