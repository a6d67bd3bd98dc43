"""Hourly weather at a point from NASA POWER, by the description of its hourly service.

https://power.larc.nasa.gov/docs/services/api/temporal/hourly/ : one request a point; the answer is
a GeoJSON feature whose `properties.parameter` maps a parameter to {"YYYYMMDDHH": value}, hours in
the time standard asked for and named by their start, missing values given by `header.fill_value`,
units under `parameters`. Surface radiation is from CERES SYN1deg, the rest from MERRA-2.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlencode

import numpy as np
from numpy.typing import NDArray

from transcaspian.errors import FetchError
from transcaspian.fetch.gaps import fill_gaps

__all__ = ["ADDRESS", "Weather", "point_address", "read_weather"]

FloatArray = NDArray[np.float64]

ADDRESS = "https://power.larc.nasa.gov/api/temporal/hourly/point"
RADIATION = ("ALLSKY_SFC_SW_DWN", "ALLSKY_SFC_SW_DNI", "ALLSKY_SFC_SW_DIFF")
# Unit that the service may give → factor to ours (W/m2 as an hour's mean, m/s, °C).
UNITS: Mapping[str, Mapping[str, float]] = {
    **{
        name: {"Wh/m^2": 1.0, "W/m^2": 1.0, "kW-hr/m^2": 1e3, "MJ/hr": 1e6 / 3600.0}
        for name in RADIATION
    },
    "T2M": {"C": 1.0},
    "WS10M": {"m/s": 1.0},
    "WS50M": {"m/s": 1.0},
}
# Highest believable value; above it the unit is not what the answer says.
HIGHEST: Mapping[str, float] = {
    **dict.fromkeys(RADIATION, 1500.0),
    "T2M": 65.0,
    "WS10M": 80.0,
    "WS50M": 100.0,
}
LOWEST: Mapping[str, float] = {**dict.fromkeys(UNITS, 0.0), "T2M": -75.0}


@dataclass(frozen=True, slots=True)
class Weather:
    """One calendar year at a point, float64[n_hour], hours UTC named by their start."""

    lat: float
    lon: float
    elevation_m: float
    start: datetime
    ghi_w_m2: FloatArray
    """Global irradiance on the horizontal, mean of the hour."""
    dni_w_m2: FloatArray
    """Direct irradiance on a plane that faces the sun."""
    dhi_w_m2: FloatArray
    """Diffuse irradiance on the horizontal."""
    temperature_c: FloatArray
    """Air, 2 m above the ground."""
    wind_10m_m_s: FloatArray
    """Wind speed 10 m above the ground."""
    wind_50m_m_s: FloatArray
    """Wind speed 50 m above the ground."""
    filled_hours: int
    """Values that were missing and are interpolated, over all parameters."""


def point_address(lat: float, lon: float, year: int, address: str = ADDRESS) -> str:
    """Return the request for one year at a point."""
    query = {
        "parameters": ",".join(UNITS),
        "community": "RE",
        "latitude": f"{lat:g}",
        "longitude": f"{lon:g}",
        "start": f"{year}0101",
        "end": f"{year}1231",
        "format": "JSON",
        "time-standard": "UTC",
    }
    return f"{address}?{urlencode(query)}"


def read_weather(file: Path, year: int) -> Weather:
    """Return the weather of an answer of the service, every hour of `year` filled.

    Raises FetchError where the answer is not what the service describes: no JSON, parameters or
    hours missing, an unknown unit or time standard, values out of any range.
    """
    try:
        content = json.loads(file.read_bytes())
    except ValueError as error:
        raise FetchError(f"{file.name}: the answer is not JSON ({error}).") from error
    answer = _Answer(file.name, content)
    header = answer.mapping("header")
    standard = header.get("time_standard")
    if standard != "UTC":
        answer.fail(f"the hours are in {standard!r}, not in UTC")
    fill_value = header.get("fill_value")
    if not isinstance(fill_value, int | float):
        answer.fail("the header names no fill_value")
    start = datetime(year, 1, 1, tzinfo=UTC)
    n_hour = (datetime(year + 1, 1, 1, tzinfo=UTC) - start) // timedelta(hours=1)
    hours = [(start + timedelta(hours=hour)).strftime("%Y%m%d%H") for hour in range(n_hour)]
    values: dict[str, FloatArray] = {}
    n_filled = 0
    for name in UNITS:
        found = answer.series(name, hours, float(fill_value))
        values[name], filled = fill_gaps(found, f"{file.name}: {name}")
        n_filled += filled
    lon, lat, elevation = answer.point()
    return Weather(
        lat=lat,
        lon=lon,
        elevation_m=elevation,
        start=start,
        ghi_w_m2=values["ALLSKY_SFC_SW_DWN"],
        dni_w_m2=values["ALLSKY_SFC_SW_DNI"],
        dhi_w_m2=values["ALLSKY_SFC_SW_DIFF"],
        temperature_c=values["T2M"],
        wind_10m_m_s=values["WS10M"],
        wind_50m_m_s=values["WS50M"],
        filled_hours=n_filled,
    )


@dataclass(frozen=True, slots=True)
class _Answer:
    """The answer of the service and what is wrong with it."""

    name: str
    content: object

    def fail(self, reason: str) -> NoReturn:
        raise FetchError(
            f"{self.name}: {reason}. The service may have changed, or refused; delete the file to ask again."
        )

    def mapping(self, *path: str) -> Mapping[str, object]:
        value = self.content
        for key in path:
            if not isinstance(value, dict) or key not in value:
                self.fail(f"the answer has no {'.'.join(path)}")
            value = value[key]
        if not isinstance(value, dict):
            self.fail(f"{'.'.join(path) or 'the answer'} is no object")
        return value

    def point(self) -> tuple[float, float, float]:
        found = self.mapping("geometry").get("coordinates")
        if not (
            isinstance(found, list)
            and len(found) == 3
            and all(isinstance(part, int | float) for part in found)
        ):
            self.fail("geometry.coordinates are not longitude, latitude and elevation")
        return float(found[0]), float(found[1]), float(found[2])

    def series(self, name: str, hours: list[str], fill_value: float) -> FloatArray:
        """Return the hours of one parameter in our unit, NaN where missing."""
        given = self.mapping("properties", "parameter", name)
        unit = self.mapping("parameters", name).get("units")
        factor = UNITS[name].get(str(unit))
        if factor is None:
            self.fail(f"{name} is in {unit!r}; known are {', '.join(UNITS[name])}")
        absent = [hour for hour in hours if hour not in given]
        if absent:
            self.fail(f"{name} lacks {len(absent)} hours, the first {absent[0]}")
        cells = [given[hour] for hour in hours]
        if not all(isinstance(cell, int | float) for cell in cells):
            self.fail(f"{name} holds something that is no number")
        values = np.array(cells, dtype=np.float64)
        values[values == fill_value] = np.nan
        values *= factor
        with np.errstate(invalid="ignore"):
            wrong = np.flatnonzero((values > HIGHEST[name]) | (values < LOWEST[name]))
        if wrong.size:
            self.fail(f"{name} is {values[wrong[0]]:g} in hour {hours[wrong[0]]}, out of any range")
        return values
