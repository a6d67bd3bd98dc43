"""Load profiles of a case from observed load."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from transcaspian.errors import FetchError
from transcaspian.fetch.download import Courtesy, download
from transcaspian.fetch.opsd import ADDRESS, read_loads
from transcaspian.fetch.place import Fetched, Read, choose_profiles, open_case, without_leap_day
from transcaspian.fetch.series import DOWNLOADS, NewSeries, Source, finish_pending, put_series

__all__ = ["LoadOptions", "fetch_load"]

SOURCE = Source(
    key="opsd-time-series",
    title="Open Power System Data: time series, version 2020-10-06",
    publisher="Open Power System Data, from the ENTSO-E Transparency Platform",
    address="https://doi.org/10.25832/time_series/2020-10-06",
    date="2020-10-06",
    licence="LicenseRef-ENTSO-E-transparency",
    attribution="Open Power System Data; ENTSO-E Transparency Platform",
)


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """What is fetched and from where."""

    buses: tuple[str, ...] = ()
    """Power buses; empty for all whose country the file covers."""
    address: str = ADDRESS
    """Address of the file."""
    courtesy: Courtesy = field(default_factory=Courtesy)
    """How long and how often it is asked for."""


def fetch_load(
    folder: Path,
    read: Read,
    options: LoadOptions | None = None,
    packaged: Sequence[Path] = (),
    progress: Callable[[str], None] = lambda _: None,
) -> list[Fetched]:
    """Replace load profiles of the case in `folder` by observed load; return what changed.

    Hours are those of the case's weather year, divided by their mean; a country's load stands for
    each of its buses. Countries that the file lacks keep their profiles. The download is kept in
    `.fetch/` of the case, and goes on where it broke off.

    Raises FetchError where the file can't be had or is another than described, or covers none of
    the buses; InputError where the case has problems; NotFoundError for an unknown folder or bus.
    """
    options = options or LoadOptions()
    if folder.is_dir():
        finish_pending(folder)
    case = open_case(folder, packaged, read)
    year = case.settings.weather_year
    chosen = choose_profiles(case, ("load",), options.buses)
    progress(f"load of {year} from {options.address}")
    file = folder / DOWNLOADS / Path(options.address).name
    download(options.address, file, options.courtesy)
    countries = list(dict.fromkeys(chosen["country"]))
    loads = {load.country: load for load in read_loads(file, countries, year)}
    missing = [
        str(row["bus"]) for row in chosen.iter_rows(named=True) if row["country"] not in loads
    ]
    if missing and (options.buses or not loads):
        raise FetchError(f"{file.name} has no load of the countries of {', '.join(missing)}.")
    series, report = [], []
    for row in chosen.filter(chosen["country"].is_in(list(loads))).iter_rows(named=True):
        load = loads[str(row["country"])]
        values = without_leap_day(load.load_mw)
        mean_mw = float(values.mean())
        series.append(
            NewSeries(
                str(row["profile"]),
                values / mean_mw,
                "derived",
                f"load of {load.country} in {year} over its mean of {mean_mw:.0f} MW;"
                f" {load.filled_hours} missing hours interpolated",
            )
        )
        report.append(
            {
                "profile": row["profile"],
                "bus": row["bus"],
                "country": load.country,
                "mean_mw": mean_mw,
                "peak_over_mean": float(values.max()) / mean_mw,
                "peak_over_mean_before": float(case.profiles[str(row["profile"])].max()),
                "filled_hours": load.filled_hours,
            }
        )
    put_series(folder, series, SOURCE, read)
    return report
