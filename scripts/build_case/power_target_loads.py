"""Targets of the hourly load of every zone."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
from power_assumptions import ZONES
from power_target_book import (
    THREE_LETTERS,
    Targets,
    drop_leap_day,
    relative,
    season_shapes,
    two_season_shape,
)

from transcaspian.case.synthetic import FloatArray, monthly_means, week_curve
from transcaspian.units import DAYS_OF_MONTH

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
            *(0.86, 0.83, 0.81, 0.81, 0.83, 0.88, 0.95, 1.01, 1.05, 1.06, 1.05, 1.04),
            *(1.03, 1.02, 1.02, 1.03, 1.06, 1.12, 1.17, 1.18, 1.15, 1.09, 1.01, 0.93),
        ),
        (
            *(0.88, 0.84, 0.82, 0.81, 0.82, 0.84, 0.88, 0.94, 1.00, 1.04, 1.06, 1.07),
            *(1.07, 1.08, 1.08, 1.07, 1.06, 1.06, 1.06, 1.09, 1.14, 1.12, 1.05, 0.96),
        ),
    ),
    "load_industry": (
        (
            *(0.94, 0.93, 0.92, 0.92, 0.93, 0.95, 0.98, 1.01, 1.03, 1.03, 1.03, 1.02),
            *(1.01, 1.01, 1.01, 1.02, 1.03, 1.05, 1.07, 1.07, 1.06, 1.04, 1.00, 0.97),
        ),
        (
            *(0.95, 0.93, 0.92, 0.91, 0.92, 0.93, 0.96, 0.99, 1.02, 1.03, 1.04, 1.04),
            *(1.03, 1.03, 1.03, 1.03, 1.03, 1.03, 1.03, 1.04, 1.06, 1.05, 1.02, 0.98),
        ),
    ),
    "load_caucasus": (
        (
            *(0.82, 0.76, 0.73, 0.72, 0.74, 0.79, 0.88, 0.99, 1.06, 1.08, 1.07, 1.06),
            *(1.05, 1.04, 1.04, 1.06, 1.11, 1.19, 1.23, 1.22, 1.18, 1.12, 1.03, 0.92),
        ),
        (
            *(0.87, 0.82, 0.79, 0.77, 0.77, 0.79, 0.84, 0.92, 1.00, 1.05, 1.07, 1.08),
            *(1.08, 1.09, 1.09, 1.08, 1.07, 1.06, 1.05, 1.08, 1.14, 1.14, 1.07, 0.97),
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
LOAD_NOISE = 0.022


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
    book.shapes |= {name: two_season_shape(*days) for name, days in LOAD_DAYS.items()}
    peaks = _peak_ratios(book.figures)
    observed = dict(observed_loads(book.figures))
    kazakh = pl.read_csv(book.figures / "kz_demand_monthly_korem_vs_gegis_gwh.csv").filter(
        pl.col("year") == 2018
    )
    kazakh_months = relative(kazakh["demand_korem"].to_numpy() / np.array(DAYS_OF_MONTH))
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
