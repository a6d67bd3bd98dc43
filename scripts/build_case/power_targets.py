"""Derives the targets of the synthetic hourly series that `transcaspian.case.synthetic` reads.

    python scripts/build_case/power_targets.py --figures DIR

From observed hourly series only means, spreads and shapes are taken; no series is copied. Places
without observations take hand-kept values.
"""

import argparse
import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
from power_assumptions import EU_ZONES, EUROPEAN_FACTOR, HYDRO, ZONES, hydro_months, place
from power_fleet import heat_zones, zones_with

from transcaspian.case.synthetic import (
    DAY_SHAPES_FILE,
    SEASONS,
    TARGETS_FILE,
    FloatArray,
    Target,
    clear_sky_output,
    monthly_means,
    week_curve,
)

THREE_LETTERS = {"RO": "ROU", "HU": "HUN", "BG": "BGR", "GR": "GRC"}
SEASON_OF_MONTH = (0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 0)
LEAP_HOURS = slice(59 * 24, 60 * 24)

# Capacity factors of a normal year: means of 2017-2022 where published, else of planned plants.
WIND_MEAN = {
    "KZ_MANGYSTAU": 0.38,
    "KZ_ATYRAU_WEST": 0.34,
    "KZ_NORTH": 0.33,
    "KZ_SOUTH": 0.33,
    "UZ": 0.35,
    "TM": 0.32,
    "KG": 0.28,
    "AZ": 0.38,
    "GE": 0.38,
    "AM": 0.30,
    "TR": 0.345,
    "RO": 0.258,
    "HU": 0.238,
    "BG": 0.232,
    "GR": 0.268,
}
WIND_OFFSHORE = {
    # for each zone the mean, then latitude and longitude of the site
    "AZ": (0.45, 40.5, 50.3),
    "TR": (0.42, 39.8, 25.9),
    "RO": (0.40, 44.2, 29.3),
    "GR": (0.43, 38.5, 25.0),
}
SOLAR_MEAN = {
    "KZ_MANGYSTAU": 0.175,
    "KZ_NORTH": 0.165,
    "KZ_SOUTH": 0.185,
    "UZ": 0.195,
    "TM": 0.195,
    "KG": 0.175,
    "TJ": 0.185,
    "AZ": 0.175,
    "NAKHCHIVAN": 0.185,
    "GE": 0.155,
    "AM": 0.190,
    "TR": 0.195,
    "RO": 0.143,
    "HU": 0.155,
    "BG": 0.155,
    "GR": 0.172,
}
SOLAR_SITES = {"AZ": (40.2, 49.4), "KZ_SOUTH": (43.4, 70.5), "UZ": (40.2, 65.0), "TR": (38.0, 33.5)}
WIND_SITES = {
    "AZ": (40.7, 49.2),
    "UZ": (42.3, 60.5),
    "TR": (39.3, 27.8),
    "RO": (44.6, 28.4),
    "KZ_SOUTH": (44.5, 74.5),
}
# Clearness over its yearly mean: share of the clear sky that arrives, by month.
CLEARNESS = {
    "steppe": (0.72, 0.78, 0.84, 0.92, 0.98, 1.03, 1.06, 1.08, 1.05, 0.92, 0.75, 0.68),
    "desert": (0.78, 0.82, 0.87, 0.93, 0.99, 1.04, 1.05, 1.06, 1.05, 1.00, 0.88, 0.78),
    "mountain": (0.78, 0.83, 0.87, 0.90, 0.95, 1.02, 1.05, 1.06, 1.03, 0.95, 0.83, 0.76),
}
CLEARNESS_OF = {
    "KZ_MANGYSTAU": "desert",
    "KZ_NORTH": "steppe",
    "KZ_SOUTH": "steppe",
    "UZ": "desert",
    "TM": "desert",
    "KG": "mountain",
    "TJ": "mountain",
    "AZ": "desert",
    "NAKHCHIVAN": "mountain",
    "GE": "mountain",
    "AM": "mountain",
    "TR": "mountain",
}
WIND_MONTHS = {
    "plain": (1.08, 1.10, 1.12, 1.08, 1.00, 0.90, 0.82, 0.82, 0.88, 0.98, 1.08, 1.14),
    "summer": (0.92, 0.98, 1.05, 1.05, 1.02, 1.06, 1.12, 1.08, 0.98, 0.94, 0.90, 0.90),
    "even": (1.05, 1.08, 1.08, 1.02, 0.97, 0.94, 0.95, 0.94, 0.94, 0.98, 1.02, 1.03),
}
WIND_MONTHS_OF = {
    "AZ": "summer",
    "UZ": "even",
    "TM": "even",
    "GE": "summer",
    "AM": "summer",
    "KZ_MANGYSTAU": "even",
    "KG": "even",
}
LOAD_MONTHS = {
    "kz_south": (1.16, 1.12, 1.03, 0.93, 0.89, 0.92, 0.99, 0.95, 0.90, 0.96, 1.04, 1.11),
    "kz_coast": (1.08, 1.05, 1.00, 0.93, 0.92, 0.98, 1.06, 1.04, 0.94, 0.95, 1.00, 1.05),
    "uzbek": (1.09, 1.06, 0.99, 0.92, 0.94, 1.02, 1.10, 1.06, 0.93, 0.92, 0.96, 1.01),
    "turkmen": (1.06, 1.03, 0.97, 0.92, 0.95, 1.04, 1.12, 1.09, 0.97, 0.92, 0.94, 0.99),
    "kyrgyz": (1.45, 1.38, 1.14, 0.88, 0.74, 0.70, 0.72, 0.72, 0.74, 0.92, 1.18, 1.43),
    "tajik": (1.12, 1.10, 1.02, 0.93, 0.93, 0.97, 1.00, 0.98, 0.93, 0.94, 1.02, 1.06),
    "azeri": (1.14, 1.10, 1.02, 0.90, 0.87, 0.94, 1.06, 1.06, 0.94, 0.91, 0.99, 1.07),
    "georgian": (1.12, 1.07, 1.03, 0.95, 0.90, 0.92, 1.00, 1.01, 0.92, 0.95, 1.02, 1.11),
    "armenian": (1.20, 1.13, 1.04, 0.94, 0.89, 0.90, 0.95, 0.94, 0.88, 0.92, 1.02, 1.19),
}
LOAD_MONTHS_OF = {
    "KZ_MANGYSTAU": "kz_coast",
    "KZ_SOUTH": "kz_south",
    "UZ": "uzbek",
    "TM": "turkmen",
    "KG": "kyrgyz",
    "TJ": "tajik",
    "AZ": "azeri",
    "NAKHCHIVAN": "azeri",
    "GE": "georgian",
    "AM": "armenian",
}
# Local day of load where none is observed, winter and summer; spring and autumn are their mean.
LOAD_DAYS = {
    "load_central_asia": (
        (
            0.86,
            0.83,
            0.81,
            0.81,
            0.83,
            0.88,
            0.95,
            1.01,
            1.05,
            1.06,
            1.05,
            1.04,
            1.03,
            1.02,
            1.02,
            1.03,
            1.06,
            1.12,
            1.17,
            1.18,
            1.15,
            1.09,
            1.01,
            0.93,
        ),
        (
            0.88,
            0.84,
            0.82,
            0.81,
            0.82,
            0.84,
            0.88,
            0.94,
            1.00,
            1.04,
            1.06,
            1.07,
            1.07,
            1.08,
            1.08,
            1.07,
            1.06,
            1.06,
            1.06,
            1.09,
            1.14,
            1.12,
            1.05,
            0.96,
        ),
    ),
    "load_industry": (
        (
            0.94,
            0.93,
            0.92,
            0.92,
            0.93,
            0.95,
            0.98,
            1.01,
            1.03,
            1.03,
            1.03,
            1.02,
            1.01,
            1.01,
            1.01,
            1.02,
            1.03,
            1.05,
            1.07,
            1.07,
            1.06,
            1.04,
            1.00,
            0.97,
        ),
        (
            0.95,
            0.93,
            0.92,
            0.91,
            0.92,
            0.93,
            0.96,
            0.99,
            1.02,
            1.03,
            1.04,
            1.04,
            1.03,
            1.03,
            1.03,
            1.03,
            1.03,
            1.03,
            1.03,
            1.04,
            1.06,
            1.05,
            1.02,
            0.98,
        ),
    ),
    "load_caucasus": (
        (
            0.82,
            0.76,
            0.73,
            0.72,
            0.74,
            0.79,
            0.88,
            0.99,
            1.06,
            1.08,
            1.07,
            1.06,
            1.05,
            1.04,
            1.04,
            1.06,
            1.11,
            1.19,
            1.23,
            1.22,
            1.18,
            1.12,
            1.03,
            0.92,
        ),
        (
            0.87,
            0.82,
            0.79,
            0.77,
            0.77,
            0.79,
            0.84,
            0.92,
            1.00,
            1.05,
            1.07,
            1.08,
            1.08,
            1.09,
            1.09,
            1.08,
            1.07,
            1.06,
            1.05,
            1.08,
            1.14,
            1.14,
            1.07,
            0.97,
        ),
    ),
}
LOAD_DAY_OF = {
    "KZ_MANGYSTAU": "load_industry",
    "KZ_ATYRAU_WEST": "load_industry",
    "KZ_NORTH": "load_industry",
    "AZ": "load_caucasus",
    "NAKHCHIVAN": "load_caucasus",
    "GE": "load_caucasus",
    "AM": "load_caucasus",
}
# Relative price by local hour in the EU of the middle 2020s: solar dip at noon, evening peak.
PRICE_DAYS = (
    (
        0.86,
        0.82,
        0.79,
        0.78,
        0.80,
        0.88,
        1.02,
        1.16,
        1.20,
        1.13,
        1.04,
        0.97,
        0.94,
        0.94,
        0.98,
        1.06,
        1.18,
        1.32,
        1.36,
        1.28,
        1.13,
        1.00,
        0.93,
        0.88,
    ),
    (
        0.98,
        0.93,
        0.90,
        0.89,
        0.92,
        1.00,
        1.10,
        1.12,
        1.00,
        0.82,
        0.67,
        0.58,
        0.52,
        0.50,
        0.54,
        0.66,
        0.84,
        1.08,
        1.40,
        1.66,
        1.72,
        1.47,
        1.24,
        1.09,
    ),
)
# Relative price by local hour of Russian wholesale power: cheap nights, a flat day.
RUSSIAN_PRICE_DAY = (
    *(0.88, 0.85, 0.84, 0.84, 0.86, 0.92, 0.98, 1.04, 1.07, 1.08, 1.08, 1.07),
    *(1.06, 1.06, 1.06, 1.06, 1.07, 1.08, 1.10, 1.10, 1.08, 1.05, 1.00, 0.93),
)
RUSSIAN_OFFSET = {"RU": 5, "RU_SOUTH": 3}
PRICE_MONTHS = (1.15, 1.02, 0.90, 0.82, 0.84, 0.88, 1.00, 1.06, 1.00, 1.02, 1.14, 1.17)
WIND_DAY = ((1.02,) * 9 + (0.95,) * 6 + (1.0,) * 9, (1.08,) * 8 + (0.86,) * 6 + (1.0,) * 10)
HEAT_MONTHS = {
    "KZ": (1.0, 0.98, 0.80, 0.42, 0.16, 0.12, 0.12, 0.12, 0.20, 0.50, 0.80, 0.96),
    "UZ": (1.0, 0.92, 0.60, 0.25, 0.15, 0.15, 0.15, 0.15, 0.15, 0.30, 0.62, 0.90),
    "EU27": (1.0, 0.93, 0.70, 0.38, 0.16, 0.12, 0.12, 0.12, 0.18, 0.42, 0.70, 0.94),
}
LOAD_NOISE = 0.022
SOLAR_PEAK = {
    "EU": 0.76,
    "*": 0.84,
}  # highest hour of a country over its capacity: 0.72-0.75 in the EU zones in 2016
SOLAR_NOISE = 0.30
HYDRO_NOISE = 0.10
HEAT_NOISE = 0.05
PRICE_NOISE = 0.24


def drop_leap_day(values: FloatArray) -> FloatArray:
    """Return 8,760 of the 8,784 hours of a leap year."""
    return np.delete(values, np.s_[LEAP_HOURS])


def season_shapes(values: FloatArray, utc_offset_h: int) -> FloatArray:
    """Return the mean local day of each season over its mean, float64[season, hour]."""
    local = np.roll(values, utc_offset_h).reshape(365, 24)
    month = np.repeat(np.arange(12), (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31))
    season = np.array(SEASON_OF_MONTH)[month]
    shapes = np.array([local[season == number].mean(axis=0) for number in range(len(SEASONS))])
    return shapes / shapes.mean(axis=1, keepdims=True)


def two_season_shape(winter: tuple[float, ...], summer: tuple[float, ...]) -> FloatArray:
    """Return a shape whose spring and autumn are the mean of winter and summer."""
    between = (np.array(winter) + np.array(summer)) / 2
    shapes = np.array([winter, between, summer, between])
    return shapes / shapes.mean(axis=1, keepdims=True)


def relative(monthly: FloatArray | tuple[float, ...]) -> tuple[float, ...]:
    """Return monthly values over their mean weighted by the days of the month."""
    days = np.array((31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)) / 365
    values = np.asarray(monthly, dtype=np.float64)
    return tuple(np.round(values / (values * days).sum(), 4).tolist())


class Targets:
    """Gathers targets and day shapes."""

    def __init__(self, figures: Path) -> None:
        self.figures = figures
        self.targets: list[tuple[Target, str]] = []
        self.shapes: dict[str, FloatArray] = {
            name: two_season_shape(*days) for name, days in LOAD_DAYS.items()
        }
        self.shapes["price_europe"] = two_season_shape(*PRICE_DAYS)
        self.shapes["price_russia"] = two_season_shape(RUSSIAN_PRICE_DAY, RUSSIAN_PRICE_DAY)
        self.shapes["wind_assumed"] = two_season_shape(*WIND_DAY)

    def add(self, kind: str, bus: str, prefix: str, note: str, **values: object) -> None:
        """Add one target; what is not given takes the neutral value."""
        lat, lon = place(bus)
        offset = ZONES[bus][4] if bus in ZONES else 1
        defaults: dict[str, object] = {
            "lat": lat,
            "lon": lon,
            "utc_offset_h": offset,
            "mean": 1.0,
            "std": 0.0,
            "peak": 1.0,
            "monthly": (1.0,) * 12,
            "day_shape": "",
            "saturday": 1.0,
            "sunday": 1.0,
        }
        self.targets.append(
            (Target(profile=f"{prefix}_{bus}", kind=kind, bus=bus, **{**defaults, **values}), note)
        )  # type: ignore[arg-type]

    def write(self) -> None:
        """Write both tables beside the generator."""
        with TARGETS_FILE.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(
                [
                    "profile",
                    "kind",
                    "bus",
                    "lat",
                    "lon",
                    "utc_offset_h",
                    "mean",
                    "std",
                    "peak",
                    *(f"m{m}" for m in range(1, 13)),
                    "day_shape",
                    "saturday",
                    "sunday",
                    "note",
                ]
            )
            for target, note in self.targets:
                writer.writerow([
                    target.profile, target.kind, target.bus, target.lat, target.lon, target.utc_offset_h,
                    *(f"{value:.5g}" for value in (target.mean, target.std, target.peak, *target.monthly)),
                    target.day_shape, f"{target.saturday:.4g}", f"{target.sunday:.4g}", note,
                ])  # fmt: skip
        used = {target.day_shape for target, _ in self.targets}
        with DAY_SHAPES_FILE.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["shape", "season", *(f"h{hour}" for hour in range(24))])
            for name in sorted(used - {""}):
                for season, row in zip(SEASONS, self.shapes[name], strict=True):
                    writer.writerow([name, season, *(f"{value:.3f}" for value in row)])


def observed_loads(figures: Path) -> Iterator[tuple[str, FloatArray]]:
    """Yield hourly load of 2016 without 29 February for the zones that have it."""
    frame = pl.read_csv(figures / "load_hourly_2016_ro_hu_bg_gr_mw.csv")
    for zone, code in THREE_LETTERS.items():
        yield zone, drop_leap_day(frame[code].to_numpy())
    turkish = pl.read_csv(figures / "load_price_hourly_2016_2018_tr.csv").filter(
        pl.col("time_utc").str.starts_with("2016")
    )
    yield "TR", drop_leap_day(turkish["load_mw"].to_numpy())


def add_loads(book: Targets) -> None:
    """Add the load of every zone."""
    peaks = _peak_ratios(book.figures)
    observed = dict(observed_loads(book.figures))
    kazakh = pl.read_csv(book.figures / "kz_demand_monthly_korem_vs_gegis_gwh.csv").filter(
        pl.col("year") == 2018
    )
    kazakh_months = relative(
        kazakh["demand_korem"].to_numpy()
        / np.array((31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31))
    )
    for zone, (_, _, _, _, offset) in ZONES.items():
        if zone in observed:
            _add_observed_load(book, zone, observed[zone], offset, peaks[zone])
            continue
        months = (
            relative(LOAD_MONTHS[LOAD_MONTHS_OF[zone]]) if zone in LOAD_MONTHS_OF else kazakh_months
        )
        note = (
            "months assumed"
            if zone in LOAD_MONTHS_OF
            else "months of the Kazakh market operator, 2018"
        )
        book.add(
            "load",
            zone,
            "load",
            f"{note}; day and weekend assumed; peak of demand table for 2022",
            std=LOAD_NOISE,
            peak=peaks[zone],
            monthly=months,
            day_shape=LOAD_DAY_OF.get(zone, "load_central_asia"),
            saturday=0.98,
            sunday=0.95,
        )


def _add_observed_load(
    book: Targets, zone: str, load: FloatArray, offset: int, peak: float
) -> None:
    unit = load / load.mean()
    days = [np.flatnonzero(week_curve(*code, offset) == 2.0) for code in ((2.0, 1.0), (1.0, 2.0))]
    working = np.flatnonzero(week_curve(2.0, 2.0, offset) == 1.0)
    saturday, sunday = (float(unit[hours].mean() / unit[working].mean()) for hours in days)
    book.shapes[f"load_{zone}"] = season_shapes(unit, offset)
    book.add(
        "load",
        zone,
        "load",
        "months, day and weekend from hourly load of 2016; peak of the demand table for 2022",
        std=LOAD_NOISE,
        peak=peak,
        monthly=relative(monthly_means(unit)),
        day_shape=f"load_{zone}",
        saturday=saturday,
        sunday=sunday,
    )


def _peak_ratios(figures: Path) -> dict[str, float]:
    frame = pl.read_csv(figures / "demand_outlook.csv").filter(
        (pl.col("year") == 2022) & (pl.col("scenario") == "actual")
    )
    return {
        zone: round(peak / (energy * 1e6 / 8760), 4)
        for zone, peak, energy in frame.select("zone", "peak_mw", "annual_twh").iter_rows()
    }


def add_wind(book: Targets) -> None:
    """Add wind on land and at sea."""
    frame = pl.read_csv(book.figures / "cf_hourly_2016_ro_hu_bg_gr.csv")
    turkish = pl.read_csv(book.figures / "generation_plan_price_hourly_2024_2025_tr.csv").filter(
        pl.col("time_utc").str.starts_with("2024")
    )
    observed = {
        zone: drop_leap_day(frame[f"{code}_WTON"].to_numpy())
        for zone, code in THREE_LETTERS.items()
    }
    wind = turkish["wind_mw"].to_numpy()
    observed["TR"] = drop_leap_day(np.resize(wind, 8784) if wind.size < 8784 else wind[:8784])
    for zone, mean in WIND_MEAN.items():
        lat, lon = WIND_SITES.get(zone, ZONES[zone][2:4])
        place = {"lat": lat, "lon": lon, "mean": mean, "peak": 0.95}
        if zone in observed:
            unit = observed[zone] / observed[zone].mean()
            book.shapes[f"wind_{zone}"] = season_shapes(unit, ZONES[zone][4])
            months = 0.5 * monthly_means(unit) + 0.5 * np.asarray(
                relative(WIND_MONTHS["plain" if zone != "TR" else "summer"])
            )
            note = "spread and day from hourly output, months half from it and half from a long-run shape"
            book.add(
                "wind",
                zone,
                "wind",
                note,
                std=float(unit.std() * mean),
                monthly=relative(months),
                day_shape=f"wind_{zone}",
                **place,
            )
        else:
            months_name = WIND_MONTHS_OF.get(zone, "plain")
            book.add(
                "wind",
                zone,
                "wind",
                "months, spread and day assumed",
                std=0.66 * mean + 0.02,
                monthly=relative(WIND_MONTHS[months_name]),
                day_shape="wind_assumed",
                **place,
            )
    for zone, (mean, lat, lon) in WIND_OFFSHORE.items():
        book.add(
            "wind",
            zone,
            "wind_offshore",
            "assumed",
            lat=lat,
            lon=lon,
            mean=mean,
            peak=0.97,
            std=0.64 * mean + 0.02,
            monthly=relative(WIND_MONTHS[WIND_MONTHS_OF.get(zone, "plain")]),
            day_shape="",
        )


def add_solar(book: Targets) -> None:
    """Add solar: monthly means observed for four zones, elsewhere clear sky times clearness."""
    frame = pl.read_csv(book.figures / "cf_hourly_2016_ro_hu_bg_gr.csv")
    for zone, mean in SOLAR_MEAN.items():
        lat, lon = SOLAR_SITES.get(zone, ZONES[zone][2:4])
        if zone in EU_ZONES:
            months = relative(
                monthly_means(drop_leap_day(frame[f"{THREE_LETTERS[zone]}_PHOT"].to_numpy()))
            )
            note = "months from hourly output of 2016; level of 2017-2022"
        else:
            clear = monthly_means(clear_sky_output(lat, lon))
            months = relative(clear * np.asarray(CLEARNESS[CLEARNESS_OF[zone]]))
            note = "months: clear sky times an assumed clearness; level of published output or of planned plants"
        book.add(
            "solar",
            zone,
            "solar",
            note,
            lat=lat,
            lon=lon,
            mean=mean,
            std=SOLAR_NOISE,
            peak=SOLAR_PEAK["EU" if zone in EU_ZONES else "*"],
            monthly=months,
        )


def add_hydro(book: Targets) -> None:
    """Add run of river."""
    for zone in zones_with("hydro_ror"):
        mean, months = float(HYDRO[zone]["ror_capacity_factor"]), hydro_months(zone)
        book.add(
            "hydro",
            zone,
            "hydro",
            "level from generation over capacity, months from the river's regime",
            mean=mean,
            std=HYDRO_NOISE,
            peak=0.95,
            monthly=relative(months),
        )


def add_heat(book: Targets) -> None:
    """Add the heating season of zones with heat and power plants."""
    for zone in heat_zones():
        country = ZONES[zone][1]
        months = HEAT_MONTHS[
            "EU27" if zone in EU_ZONES else "UZ" if country in ("UZ", "TM", "TJ") else "KZ"
        ]
        book.add("must_run", zone, "heat", "heating season assumed", std=HEAT_NOISE, monthly=months)


def add_prices(book: Targets) -> None:
    """Add relative prices of the European edge markets."""
    for market in EUROPEAN_FACTOR:
        book.add(
            "price",
            market,
            "price",
            "day and months assumed after European day-ahead means",
            std=PRICE_NOISE,
            peak=5.0,
            monthly=relative(PRICE_MONTHS),
            day_shape="price_europe",
            saturday=0.90,
            sunday=0.80,
        )


def add_russian_prices(book: Targets) -> None:
    """Add relative prices of the Russian edge markets, an hourly shape without weather."""
    for market, offset in RUSSIAN_OFFSET.items():
        book.add(
            "price",
            market,
            "price",
            "day and week assumed: nights and Sundays cheaper; no month is published",
            peak=5.0,
            utc_offset_h=offset,
            day_shape="price_russia",
            saturday=0.97,
            sunday=0.94,
        )


def main() -> None:
    """Derive all targets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--figures", type=Path, required=True)
    book = Targets(parser.parse_args().figures)
    for add in (add_loads, add_wind, add_solar, add_hydro, add_heat, add_prices, add_russian_prices):
        add(book)
    book.write()


if __name__ == "__main__":
    main()
