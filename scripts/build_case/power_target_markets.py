"""Targets of the heating season and of the hourly prices of edge markets."""

from power_assumptions import EU_ZONES, EUROPEAN_FACTOR, ZONES
from power_fleet import heat_zones
from power_target_book import Targets, relative, two_season_shape

# Relative price by local hour in the EU of the middle 2020s: solar dip at noon, evening peak.
PRICE_DAYS = (
    (
        *(0.86, 0.82, 0.79, 0.78, 0.80, 0.88, 1.02, 1.16, 1.20, 1.13, 1.04, 0.97),
        *(0.94, 0.94, 0.98, 1.06, 1.18, 1.32, 1.36, 1.28, 1.13, 1.00, 0.93, 0.88),
    ),
    (
        *(0.98, 0.93, 0.90, 0.89, 0.92, 1.00, 1.10, 1.12, 1.00, 0.82, 0.67, 0.58),
        *(0.52, 0.50, 0.54, 0.66, 0.84, 1.08, 1.40, 1.66, 1.72, 1.47, 1.24, 1.09),
    ),
)
# Relative price by local hour of Russian wholesale power: cheap nights, a flat day.
RUSSIAN_PRICE_DAY = (
    *(0.88, 0.85, 0.84, 0.84, 0.86, 0.92, 0.98, 1.04, 1.07, 1.08, 1.08, 1.07),
    *(1.06, 1.06, 1.06, 1.06, 1.07, 1.08, 1.10, 1.10, 1.08, 1.05, 1.00, 0.93),
)
RUSSIAN_OFFSET = {"RU": 5, "RU_SOUTH": 3}
PRICE_MONTHS = (1.15, 1.02, 0.90, 0.82, 0.84, 0.88, 1.00, 1.06, 1.00, 1.02, 1.14, 1.17)
HEAT_MONTHS = {
    "KZ": (1.0, 0.98, 0.80, 0.42, 0.16, 0.12, 0.12, 0.12, 0.20, 0.50, 0.80, 0.96),
    "UZ": (1.0, 0.92, 0.60, 0.25, 0.15, 0.15, 0.15, 0.15, 0.15, 0.30, 0.62, 0.90),
    "EU27": (1.0, 0.93, 0.70, 0.38, 0.16, 0.12, 0.12, 0.12, 0.18, 0.42, 0.70, 0.94),
}
HEAT_NOISE = 0.05
PRICE_NOISE = 0.24


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
    book.shapes["price_europe"] = two_season_shape(*PRICE_DAYS)
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
    book.shapes["price_russia"] = two_season_shape(RUSSIAN_PRICE_DAY, RUSSIAN_PRICE_DAY)
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
