"""Wind and solar profiles of a case from observed weather."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.optimize import brentq

from transcaspian.case.tables import Case
from transcaspian.errors import FetchError
from transcaspian.fetch.download import Courtesy, download
from transcaspian.fetch.nasa_power import ADDRESS, Weather, point_address, read_weather
from transcaspian.fetch.panel import solar_output
from transcaspian.fetch.place import Fetched, Read, choose_profiles, open_case, without_leap_day
from transcaspian.fetch.series import DOWNLOADS, NewSeries, Source, finish_pending, put_series
from transcaspian.fetch.turbine import hub_wind_m_s, wind_output

__all__ = ["WeatherOptions", "fetch_weather"]

FloatArray = NDArray[np.float64]

KINDS = ("wind", "solar")
OFFSHORE = "offshore"  # in the name of a carrier
SMALLEST_FACTOR, LARGEST_FACTOR = 0.5, 1.8  # of wind speed or solar output; beyond, wrong place
SOURCE = Source(
    key="nasa-power",
    title="Prediction Of Worldwide Energy Resources (POWER), hourly data",
    publisher="NASA Langley Research Center",
    address="https://power.larc.nasa.gov/",
    date="",
    licence="LicenseRef-NASA-open-data",
    attribution="NASA Langley Research Center (LaRC) POWER Project",
)


@dataclass(frozen=True, slots=True)
class WeatherOptions:
    """What is fetched and from where."""

    kinds: tuple[str, ...] = KINDS
    """`wind`, `solar` or both."""
    buses: tuple[str, ...] = ()
    """Power buses; empty for all that have such a profile."""
    keep_means: bool = False
    """Scale wind speed and solar output so that each profile keeps its yearly mean."""
    address: str = ADDRESS
    """Address of the service."""
    courtesy: Courtesy = field(default_factory=Courtesy)
    """How long and how often it is asked."""


def fetch_weather(
    folder: Path,
    read: Read,
    options: WeatherOptions | None = None,
    packaged: Sequence[Path] = (),
    progress: Callable[[str], None] = lambda _: None,
) -> list[Fetched]:
    """Replace the wind and solar profiles of the case in `folder`; return what changed.

    One request a bus, for the case's weather year at the bus's coordinates. Answers are kept in
    `.fetch/` of the case, so that a second call asks only for what is still missing. The case is
    changed when all answers are there, all profiles at once.

    Raises FetchError where the service does not answer or with something else than it describes,
    InputError where the case has problems, NotFoundError for an unknown folder or bus.
    """
    options = options or WeatherOptions()
    if folder.is_dir():
        finish_pending(folder)
    case = open_case(folder, packaged, read)
    year = case.settings.weather_year
    chosen = choose_profiles(case, options.kinds, options.buses)
    at_sea = _offshore_profiles(case)
    for profile in chosen.filter(pl.col("profile").is_in(at_sea))["profile"]:
        progress(f"{profile} stays as it is: it is at sea, its bus's coordinates are on land")
    chosen = chosen.filter(~pl.col("profile").is_in(at_sea))
    weather = _weather_by_bus(folder, chosen, year, options, progress)
    made = [_made(row, weather[str(row["bus"])], case, options) for row in chosen.to_dicts()]
    if made:
        put_series(folder, [series for series, _ in made], SOURCE, read)
    return [report for _, report in made]


def _weather_by_bus(
    folder: Path,
    chosen: pl.DataFrame,
    year: int,
    options: WeatherOptions,
    progress: Callable[[str], None],
) -> dict[str, Weather]:
    """Return the weather at every bus; ask for what has not arrived yet."""
    found: dict[str, Weather] = {}
    for row in chosen.unique("bus", keep="first", maintain_order=True).iter_rows(named=True):
        bus, lat, lon = str(row["bus"]), float(row["lat"]), float(row["lon"])
        progress(f"{bus}: weather of {year} at {lat:g}, {lon:g}")
        file = folder / DOWNLOADS / f"nasa-power-{year}-{lat:g}-{lon:g}.json"
        download(point_address(lat, lon, year, options.address), file, options.courtesy)
        found[bus] = read_weather(file, year)
    return found


def _made(
    row: Mapping[str, object], weather: Weather, case: Case, options: WeatherOptions
) -> tuple[NewSeries, Fetched]:
    """Return the new series of one profile, and what is reported of it."""
    profile, kind = str(row["profile"]), str(row["kind"])
    before = float(case.profiles[profile].mean())
    wanted = before if options.keep_means else None
    values, factor = _output(kind, weather, wanted, profile)
    scaled = f", {kind} times {factor:.3f} to keep the mean" if options.keep_means else ""
    plants = "turbines" if kind == "wind" else "panels"
    note = (
        f"weather of {weather.start.year} at the bus; generic {plants}{scaled};"
        f" {weather.filled_hours} missing values interpolated"
    )
    report: Fetched = {
        "profile": profile,
        "bus": row["bus"],
        "kind": kind,
        "mean_before": before,
        "mean": float(values.mean()),
        "factor": factor,
        "filled_hours": weather.filled_hours,
    }
    return NewSeries(profile, values, "derived", note), report


def _offshore_profiles(case: Case) -> list[str]:
    """Return the profiles of plants at sea: weather at the bus would make them land wind."""
    plants = case.tables["power/generators"]
    is_at_sea = pl.col("carrier").str.contains(OFFSHORE)
    names = plants.filter(is_at_sea)["p_max_profile"].drop_nulls()
    return names.unique(maintain_order=True).to_list()


def _output(
    kind: str, weather: Weather, wanted: float | None, profile: str
) -> tuple[FloatArray, float]:
    """Return the profile and the factor on wind speed or solar output that gives its mean."""
    if kind == "wind":
        hub = without_leap_day(hub_wind_m_s(weather))

        def at(factor: float) -> FloatArray:
            return wind_output(hub, factor)

    else:
        output = without_leap_day(solar_output(weather))

        def at(factor: float) -> FloatArray:
            return np.minimum(factor * output, 1.0)  # no plant gives more than its rating

    if wanted is None:
        return at(1.0), 1.0
    low, high = (float(at(end).mean()) - wanted for end in (SMALLEST_FACTOR, LARGEST_FACTOR))
    if low > 0.0 or high < 0.0:
        raise FetchError(
            f"{profile}: no factor between {SMALLEST_FACTOR} and {LARGEST_FACTOR} on {kind} gives the mean"
            f" {wanted:.3f}; as fetched it is {at(1.0).mean():.3f}. Fetch without keeping the means."
        )
    factor = float(
        brentq(lambda factor: at(factor).mean() - wanted, SMALLEST_FACTOR, LARGEST_FACTOR)
    )
    return at(factor), factor
