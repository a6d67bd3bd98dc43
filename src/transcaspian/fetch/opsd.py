"""Hourly load of European countries from Open Power System Data, by its description.

Data package "Time series" (https://doi.org/10.25832/time_series/2020-10-06), file
time_series_60min_singleindex.csv: a column `utc_timestamp` ("2016-01-01T00:00:00Z", start of the
hour) and, a country, `<ISO code>_load_actual_entsoe_transparency` in MW, empty where missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transcaspian.errors import FetchError
from transcaspian.fetch.gaps import fill_gaps

__all__ = ["ADDRESS", "CountryLoad", "read_loads"]

FloatArray = NDArray[np.float64]

ADDRESS = (
    "https://data.open-power-system-data.org/time_series/2020-10-06/"
    "time_series_60min_singleindex.csv"
)
TIME = "utc_timestamp"
TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
LOAD = "_load_actual_entsoe_transparency"


@dataclass(frozen=True, slots=True)
class CountryLoad:
    """Load of one country over a calendar year."""

    country: str
    load_mw: FloatArray  # [8760 or 8784], UTC
    filled_hours: int
    """Hours that were missing, zero or negative and are interpolated."""


def read_loads(file: Path, countries: Sequence[str], year: int) -> list[CountryLoad]:
    """Return the load of those of `countries` that the file covers, in their order.

    Raises FetchError where the file is not what the package describes, lacks hours of the year, or
    a country has a gap too long to bridge.
    """
    try:
        header = pl.read_csv(file, n_rows=0, glob=False).columns
    except (pl.exceptions.PolarsError, OSError) as error:
        raise FetchError(f"{file.name}: the file is no CSV table ({error}).") from error
    covered = [country for country in countries if f"{country}{LOAD}" in header]
    if TIME not in header or not any(column.endswith(LOAD) for column in header):
        raise FetchError(
            f"{file.name}: there is no column {TIME} or none that ends in {LOAD}. The file is"
            " another than described; delete it to ask again."
        )
    columns = [f"{country}{LOAD}" for country in covered]
    try:
        frame = pl.read_csv(
            file,
            columns=[TIME, *columns],
            schema_overrides={TIME: pl.String} | dict.fromkeys(columns, pl.Float64),
            glob=False,
        )
        times = frame[TIME].str.strptime(pl.Datetime("us"), TIME_FORMAT)
    except pl.exceptions.PolarsError as error:
        raise FetchError(
            f"{file.name}: a cell is no time or no number ({' '.join(str(error).split())[:200]})."
        ) from error
    hours = _hours(year)
    joined = hours.join(
        frame.with_columns(times.alias("time")).unique("time", keep="first", maintain_order=True),
        on="time",
        how="left",
        maintain_order="left",
    )
    absent = joined[TIME].null_count()
    if absent:
        raise FetchError(
            f"{file.name} lacks {absent} of the {joined.height} hours of {year}. Set weather_year of"
            " case.yaml to a year that it covers."
        )
    return [_country(joined, country, file.name) for country in covered]


def _hours(year: int) -> pl.DataFrame:
    start, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    times = pl.datetime_range(
        start.replace(tzinfo=None),
        end.replace(tzinfo=None) - timedelta(hours=1),
        "1h",
        time_unit="us",
        eager=True,
    )
    return pl.DataFrame({"time": times})


def _country(frame: pl.DataFrame, country: str, name: str) -> CountryLoad:
    values = frame[f"{country}{LOAD}"].fill_null(np.nan).to_numpy().copy()
    with np.errstate(invalid="ignore"):
        values[~(values > 0.0)] = np.nan  # no country's load is zero: a meter stood still
    filled, n_filled = fill_gaps(values, f"{name}: {country}")
    return CountryLoad(country, filled, n_filled)
