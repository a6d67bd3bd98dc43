"""Targets of wind, sun and rivers."""

from itertools import combinations

import numpy as np
import polars as pl
from power_assumptions import EU_ZONES, HYDRO, ZONES, hydro_months
from power_fleet import zones_with
from power_target_book import (
    THREE_LETTERS,
    Targets,
    drop_leap_day,
    relative,
    season_shapes,
    two_season_shape,
)

from transcaspian.case.synthetic import FloatArray, clear_sky_output, monthly_means

# Capacity factors of a normal year: means of 2017-2022 where published, else of planned plants.
# Azerbaijan: Khizi-Absheron expects 1,000 GWh from 240 MW (0.476); three plants of 1,000 MW together
# 2,305 GWh, which leaves 0.305 for the other wind farm where its two of sun make 0.25: mean 0.39.
# Uzbekistan: 0.40 expected of the plants under contract.
WIND_MEAN = {
    "KZ_MANGYSTAU": 0.38,
    "KZ_ATYRAU_WEST": 0.34,
    "KZ_NORTH": 0.33,
    "KZ_SOUTH": 0.33,
    "UZ": 0.40,
    "TM": 0.32,
    "KG": 0.28,
    "AZ": 0.39,
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
WIND_SITES = {
    "AZ": (40.7, 49.2),
    "UZ": (42.3, 60.5),
    "TR": (39.3, 27.8),
    "RO": (44.6, 28.4),
    "KZ_SOUTH": (44.5, 74.5),
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
WIND_DAY = ((1.02,) * 9 + (0.95,) * 6 + (1.0,) * 9, (1.08,) * 8 + (0.86,) * 6 + (1.0,) * 10)
# Azerbaijan: Garadagh made 1,000 GWh in two years from 230 MW (0.248, panels that follow the sun). The
# generator's plane is fixed: 0.225 is what it reaches where the rating is that of the inverters.
SOLAR_MEAN = {
    "KZ_MANGYSTAU": 0.175,
    "KZ_NORTH": 0.165,
    "KZ_SOUTH": 0.185,
    "UZ": 0.195,
    "TM": 0.195,
    "KG": 0.175,
    "TJ": 0.185,
    "AZ": 0.225,
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
SOLAR_PEAK = {
    "EU": 0.76,
    "AZ": 1.0,
    "*": 0.84,
}  # highest hour of a country over its capacity: 0.72-0.75 in the EU zones in 2016
SOLAR_NOISE = 0.30
HYDRO_NOISE = 0.10


def add_wind(book: Targets) -> None:
    """Add wind on land and at sea."""
    book.shapes["wind_assumed"] = two_season_shape(*WIND_DAY)
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
            peak=SOLAR_PEAK.get("EU" if zone in EU_ZONES else zone, SOLAR_PEAK["*"]),
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


def add_correlations(book: Targets) -> None:
    """Add how wind of one zone went with that of another in 2016, and days of sun likewise."""
    frame = pl.read_csv(book.figures / "cf_hourly_2016_ro_hu_bg_gr.csv")
    for kind, suffix, shaped, note in (
        ("wind", "WTON", _as_it_is, "hourly output of 2016"),
        ("solar", "PHOT", _days_over_their_season, "daily sums of 2016 over those of 31 days"),
    ):
        series = {
            zone: shaped(drop_leap_day(frame[f"{code}_{suffix}"].to_numpy()))
            for zone, code in THREE_LETTERS.items()
        }
        for zone0, zone1 in combinations(series, 2):
            correlation = float(np.corrcoef(series[zone0], series[zone1])[0, 1])
            book.correlations.append((f"{kind}_{zone0}", f"{kind}_{zone1}", correlation, note))


def _as_it_is(hourly: FloatArray) -> FloatArray:
    return hourly


def _days_over_their_season(hourly: FloatArray) -> FloatArray:
    """Return the sum of each day over the mean of the 31 days around it."""
    days = hourly.reshape(365, 24).sum(axis=1)
    around = np.concatenate([days[-15:], days, days[:15]])
    return np.asarray(days / np.convolve(around, np.ones(31) / 31, "valid") - 1.0)
