"""Rules for hourly series at their place and for published figures that results are held to."""

from collections.abc import Iterator, Mapping

import numpy as np
import polars as pl

from transcaspian.case.book import Book, Rule
from transcaspian.case.registry import TABLES
from transcaspian.case.tables import HOURS_PER_YEAR
from transcaspian.errors import Problem
from transcaspian.units import DAYS_OF_MONTH

__all__ = ["FIGURE_RULES"]

# What a series must hold to stand in a column.
KINDS_OF_PROFILE: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("power/loads", "profile"): ("load",),
    ("power/generators", "p_max_profile"): ("wind", "solar", "hydro"),
    ("power/generators", "p_min_profile"): ("must_run",),
    ("power/markets", "price_profile"): ("price",),
}
# Measure of a band → where its rows stand, its unit.
BANDS: Mapping[str, tuple[str, str, str]] = {
    "zone_price": ("power/buses", "bus", "USD/MWh"),
    "link_loss": ("power/links", "link", "share"),
    "route_days": ("freight/routes", "route", "days"),
    "route_gross": ("freight/routes", "route", "Mt"),
}
UNIT_OF_MEASURE: Mapping[str, str] = {
    "net": "Mt",
    "gross": "Mt",
    "teu": "TEU",
    "days": "days",
    "usd_per_teu": "USD/TEU",
}
MEASURES_OF_LINKS = ("none", "net", "gross", "teu")
UNIT_OF_PARAMETER: Mapping[str, str] = {
    "co2_price": "USD/t",
    "social_cost_of_carbon": "USD/t",
    "cbam_price": "USD/t",
    "voll": "USD/MWh",
}
HOURS_A_DAY = 24
WHOLE_TOLERANCE = 1e-3  # of shares and yearly means given with four digits
# Quantities of power/observed besides the groups of carriers.
TOTALS = ("total", "net_import", "price")
NOT_GENERATION = ("storage", "trade", "unserved")


def check_profiles_fit_their_place(book: Book) -> Iterator[Problem]:
    """Find loads with a wind series and the like: they would change their energy unseen."""
    info = book.tables["power/profile_info"]
    for (table, column), kinds in KINDS_OF_PROFILE.items():
        others = info.filter(~pl.col("kind").is_in(kinds))["profile"]
        yield from book.problems(
            table,
            column,
            book.tables[table][column].is_in(others.implode()),
            "{value} is a series of another kind.",
            f"Name one of kind {' or '.join(kinds)} in power/profile_info.csv.",
        )


def check_market_steps_make_a_ladder(book: Book) -> Iterator[Problem]:
    """Find markets whose steps are no ladder: gaps, shares that miss 1, premiums that fall."""
    table = "power/market_steps"
    ladder = book.tables[table].with_columns(
        rank=pl.col("step").rank("ordinal").over("market"),
        whole=pl.col("quantity_pu").sum().over("market"),
        before=pl.col("premium_pu").sort_by("step").shift(1).over("market", order_by="step"),
    )
    yield from book.problems(
        table,
        "step",
        ladder["step"] != ladder["rank"],
        "{value} leaves a gap in the steps of the market.",
        "Number them 1, 2, 3 without gaps.",
    )
    yield from book.problems(
        table,
        "quantity_pu",
        (ladder["whole"] - 1.0).abs() > WHOLE_TOLERANCE,
        "{value}: the steps of the market do not add up to 1.",
        "Share out the whole depth of the market, no more.",
    )
    yield from book.problems(
        table,
        "premium_pu",
        ladder["premium_pu"] < ladder["before"],
        "{value} is below the premium of the step before.",
        "Let the premium rise from step to step.",
    )


def check_market_months_average_to_the_year(book: Book) -> Iterator[Problem]:
    """Find years of a market without all twelve months, or whose months miss the yearly mean."""
    yield from check_months(book, "power/market_months", ("market", "year"), "price_pu")


def check_months(book: Book, table: str, keys: tuple[str, ...], column: str) -> Iterator[Problem]:
    """Find things (rows alike in `keys`) without all twelve months, or whose months miss the mean.

    The mean of `column` over a thing's months, weighted by their days, must be 1.
    """
    days = pl.col("month").replace_strict(
        dict(enumerate(DAYS_OF_MONTH, start=1)), return_dtype=pl.Float64, default=None
    )
    months = book.tables[table].with_columns(
        count=pl.len().over(keys),
        mean=(pl.col(column) * days).sum().over(keys) / sum(DAYS_OF_MONTH),
    )
    what = " and ".join(keys)
    yield from book.problems(
        table,
        "month",
        months["count"] != len(DAYS_OF_MONTH),
        f"{{value}} is one of fewer than twelve months of the {what}.",
        "Give all twelve months, or none.",
    )
    yield from book.problems(
        table,
        column,
        (months["count"] == len(DAYS_OF_MONTH)) & ((months["mean"] - 1.0).abs() > WHOLE_TOLERANCE),
        "{value}: the months, weighted by their days, do not average to 1.",
        "Divide each by the mean of the year.",
    )


def check_bent_price_profiles_are_above_zero(book: Book) -> Iterator[Problem]:
    """Find price profiles whose mean of a month is not above zero: no factor gives it another mean."""
    ends = np.cumsum(DAYS_OF_MONTH)[:-1] * HOURS_A_DAY
    bent = book.tables["power/market_months"]["market"].unique(maintain_order=True)
    markets = book.tables["power/markets"]
    profiles = markets.filter(pl.col("market").is_in(bent.implode()))["price_profile"]
    low = [
        name
        for name in profiles.drop_nulls().unique(maintain_order=True)
        if name in book.profiles
        and any(month.size and month.mean() <= 0.0 for month in np.split(book.profiles[name], ends))
    ]
    yield from book.problems(
        "power/markets",
        "price_profile",
        markets["price_profile"].is_in(low) & markets["market"].is_in(bent.implode()),
        "{value} has a month whose mean is not above zero, but power/market_months sets its months.",
        "Correct the profile, or leave out the months.",
    )


def check_peaks_are_not_below_the_mean_load(book: Book) -> Iterator[Problem]:
    """Find peaks below the mean load: one of the two is in the wrong unit."""
    table = "power/load_years"
    frame = book.tables[table]
    yield from book.problems(
        table,
        "peak_mw",
        frame["peak_mw"] * HOURS_PER_YEAR < frame["energy_mwh"],
        "{value} MW is below the mean load that energy_mwh gives.",
        "Correct the unit of one of the two.",
    )


def check_bands_are_looked_at(book: Book) -> Iterator[Problem]:
    """Find bands of rows, units and years that no result has: they would be passed over."""
    table = "economy/bands"
    frame = book.tables[table]
    for measure, (target, key, unit) in BANDS.items():
        is_own = frame["measure"] == measure
        known = set(book.tables[target][key])
        wrong = [
            own and not set(cell.split(";")) <= known
            for own, cell in zip(is_own, frame["rows"], strict=True)
        ]
        yield from book.problems(
            table,
            "rows",
            pl.Series(wrong, dtype=pl.Boolean),
            f"{{value}} holds a name that is not in {target}.csv.",
            "Correct the names; separate them by ';'.",
        )
        yield from book.problems(
            table,
            "unit",
            is_own & (frame["unit"] != unit),
            f"{{value}} is not the unit of {measure}.",
            f"It is {unit}.",
        )
    settings = book.settings
    backcasts = (settings.power_backcast_year, settings.freight_backcast_year)
    years = [*settings.model_years, *(year for year in backcasts if year is not None)]
    yield from book.problems(
        table,
        "year",
        ~frame["year"].is_in(years),
        "{value} is not solved.",
        f"Name one of {', '.join(map(str, sorted(set(years))))}.",
    )
    yield from book.problems(
        table,
        "high",
        frame["high"] < frame["low"],
        "{value} is below the low value.",
        "Correct one of the two.",
    )


def check_units_of_parameters(book: Book) -> Iterator[Problem]:
    """Find parameters that do not stand in their own unit."""
    frame = book.tables["economy/parameters"]
    wanted = frame["parameter"].replace_strict(UNIT_OF_PARAMETER, default=None)
    yield from book.problems(
        "economy/parameters",
        "unit",
        frame["unit"] != wanted,
        "{value} is not the unit of the parameter.",
        "Carbon is in USD/t, lost load in USD/MWh.",
    )


def check_published_power_has_a_counterpart(book: Book) -> Iterator[Problem]:
    """Find published quantities that no model gives."""
    table = "power/observed"
    frame = book.tables[table]
    groups = TABLES["power/carriers"].column("group").choices
    known = [*(name for name in groups if name not in NOT_GENERATION), *TOTALS]
    yield from book.problems(
        table,
        "quantity",
        ~frame["quantity"].is_in(known),
        "{value} is neither a group of carriers nor total, net_import or price.",
        f"Name one of {', '.join(known)}.",
    )
    yield from book.problems(
        table,
        "unit",
        (frame["quantity"] == "price") != (frame["unit"] == "USD/MWh"),
        "{value} is not the unit of the quantity.",
        "Energy is in TWh, a price in USD/MWh.",
    )


def check_published_freight_has_a_counterpart(book: Book) -> Iterator[Problem]:
    """Find published figures in another unit than their measure, or of unknown zones."""
    table = "freight/observed"
    frame = book.tables[table]
    wanted = frame["measure"].replace_strict(UNIT_OF_MEASURE, default=None)
    yield from book.problems(
        table,
        "unit",
        frame["unit"] != wanted,
        "{value} is not the unit of the measure.",
        "Tonnes are in Mt, boxes in TEU, times in days, charges in USD/TEU.",
    )
    yield from book.problems(
        table,
        "links",
        frame["links"].is_not_null() & ~frame["measure"].is_in(MEASURES_OF_LINKS),
        "{value}: traffic of links can't be counted in this measure.",
        f"Count {' or '.join(MEASURES_OF_LINKS[1:])}, or name routes instead.",
    )
    zones = set(book.tables["freight/zones"]["zone"])
    for column in ("origins", "destinations"):
        wrong = [cell is not None and not set(cell.split(";")) <= zones for cell in frame[column]]
        yield from book.problems(
            table,
            column,
            pl.Series(wrong, dtype=pl.Boolean),
            "{value} holds a zone that is not in freight/zones.csv.",
            "Correct the names; separate them by ';'.",
        )


FIGURE_RULES: tuple[Rule, ...] = (
    check_profiles_fit_their_place,
    check_market_steps_make_a_ladder,
    check_market_months_average_to_the_year,
    check_bent_price_profiles_are_above_zero,
    check_peaks_are_not_below_the_mean_load,
    check_bands_are_looked_at,
    check_units_of_parameters,
    check_published_power_has_a_counterpart,
    check_published_freight_has_a_counterpart,
)
