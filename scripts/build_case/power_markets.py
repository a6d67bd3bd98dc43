"""Edge markets: their ladders of price and quantity, their prices by year and month.

Published are the monthly day-ahead means of four neighbours. A European market takes the months of
the neighbour it is coupled with, times a factor; the others have contracts and hourly markets of
which no month is published.
"""

import csv
import math
from collections.abc import Iterator
from pathlib import Path

from economy import MODEL_YEARS, usd_of_price_year
from power_assumptions import EUROPEAN_FACTOR, EUROPEAN_LEVEL, MARKETS
from tables import write_table

from transcaspian.units import DAYS_OF_MONTH

Row = dict[str, object]
Months = dict[tuple[str, int], tuple[float, ...]]
PUBLISHED_YEARS = (2022, 2024, 2025)
SHAPE_YEARS = (2023, 2024, 2025)  # after the crisis of 2021-22, with today's noon dip of spring
COUNTRIES = {"BGR": "BG", "GRC": "GR", "HUN": "HU", "ROU": "RO"}
PRICE_DIGITS = 2
SHARE_DIGITS = 5
# Share of the depth and premium over the hour's price, step by step; all assumed.
LADDERS: dict[str, tuple[tuple[float, float], ...]] = {
    "deep": ((0.4, 0.0), (0.3, 0.02), (0.3, 0.05)),
    "thin": ((0.4, 0.0), (0.3, 0.04), (0.3, 0.10)),
    "hourly": ((0.4, 0.0), (0.3, 0.05), (0.3, 0.15)),
    "contract": ((0.5, 0.0), (0.3, 0.05), (0.2, 0.15)),
}
LADDER_NOTES = {
    "deep": "assumed: the lines are small beside the coupled market behind them",
    "thin": "assumed: the lines are large beside the market's own load",
    "hourly": "assumed: a wholesale market whose exports are sold through one company",
    "contract": "assumed: half of the depth at the contract's price, the rest has to be agreed",
}


def build(figures: Path, case_dir: Path, link_years: list[Row]) -> None:
    """Write markets, their years, steps and months, and the published months they are held to."""
    published = read_months(figures / "price_dayahead_monthly_eur_mwh_ember.csv")
    write_table(case_dir, "power/markets", _markets())
    write_table(case_dir, "power/market_years", _market_years(link_years, published))
    write_table(case_dir, "power/market_steps", _market_steps())
    write_table(case_dir, "power/market_months", _market_months(published))
    write_table(case_dir, "power/observed_months", _observed_months(published))


def read_months(path: Path) -> Months:
    """Return the twelve monthly means of each country and whole year, EUR/MWh."""
    cells: dict[tuple[str, int], list[float]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for code, country in COUNTRIES.items():
                if row[code]:
                    cells.setdefault((country, int(row["month"][:4])), []).append(float(row[code]))
    return {key: tuple(values) for key, values in cells.items() if len(values) == 12}


def year_mean(months: tuple[float, ...]) -> float:
    """Return the mean of a year, months weighted by their days."""
    days = sum(DAYS_OF_MONTH)
    return sum(price * n for price, n in zip(months, DAYS_OF_MONTH, strict=True)) / days


def _shape(published: Months, country: str, year: int) -> tuple[float, ...]:
    """Return months over the mean of the year: the year's own, else the mean of recent years."""
    years = (year,) if year in PUBLISHED_YEARS else SHAPE_YEARS
    parts = [published[country, each] for each in years]
    relative = [[price / year_mean(part) for price in part] for part in parts]
    return tuple(sum(values) / len(values) for values in zip(*relative, strict=True))


def _price(market: str, year: int, published: Months) -> float:
    """Return the yearly mean in USD of the price year."""
    if market not in EUROPEAN_FACTOR:
        return float(MARKETS[market][f"price_{year}"])
    if year not in PUBLISHED_YEARS:
        return round(EUROPEAN_LEVEL[year] * EUROPEAN_FACTOR[market], 1)
    row = MARKETS[market]
    euros = year_mean(published[row["anchor"], year]) * float(row["factor_of_anchor"])
    return round(usd_of_price_year(euros, year), PRICE_DIGITS)


def _limit(market: str, sense: str, year: int) -> float:
    """Most that a market buys or sells where its own supply or demand, not the lines, is the bound."""
    cell = MARKETS[market][f"{sense}_limit_{year}"]
    return float(cell) if cell else math.inf


def has_profile(market: str) -> bool:
    """Whether a market's price moves from hour to hour."""
    return market in EUROPEAN_FACTOR or MARKETS[market]["ladder"] == "hourly"


def _markets() -> Iterator[Row]:
    for market, row in MARKETS.items():
        yield {
            "market": f"market_{market}",
            "bus": market,
            "price_profile": f"price_{market}" if has_profile(market) else None,
            "spread_usd_per_mwh": float(row["spread_usd_per_mwh"]),
            "co2_t_per_mwh": float(row["co2_t_per_mwh"]),
            "source": "assumption",
            "confidence": "assumed",
            "note": row["note"],
        }


def _market_years(link_years: list[Row], published: Months) -> Iterator[Row]:
    into: dict[tuple[str, int], float] = {}
    out_of: dict[tuple[str, int], float] = {}
    for row in link_years:
        start, end = str(row["link"]).split("-")
        year = int(str(row["year"]))
        forward, backward = float(str(row["p_nom_mw"])), float(str(row["p_nom_reverse_mw"]))
        for bus, sends, takes in ((start, forward, backward), (end, backward, forward)):
            out_of[bus, year] = out_of.get((bus, year), 0.0) + sends
            into[bus, year] = into.get((bus, year), 0.0) + takes
    for market, row in MARKETS.items():
        for year in MODEL_YEARS:
            is_observed = market in EUROPEAN_FACTOR and year in PUBLISHED_YEARS
            yield {
                "market": f"market_{market}",
                "year": year,
                "price_usd_per_mwh": _price(market, year, published),
                "max_sell_mw": min(out_of.get((market, year), 0.0), _limit(market, "sell", year)),
                "max_buy_mw": min(into.get((market, year), 0.0), _limit(market, "buy", year)),
                "source": "ember-price" if is_observed else "assumption",
                "confidence": "derived" if is_observed else "assumed",
                "note": f"day-ahead mean of {row['anchor']} in USD of 2024, "
                f"times {row['factor_of_anchor']}"
                if is_observed
                else row["note"],
            }


def _market_steps() -> Iterator[Row]:
    for market, row in MARKETS.items():
        for step, (quantity, premium) in enumerate(LADDERS[row["ladder"]], start=1):
            yield {
                "market": f"market_{market}",
                "step": step,
                "quantity_pu": quantity,
                "premium_pu": premium,
                "source": "assumption",
                "confidence": "assumed",
                "note": LADDER_NOTES[row["ladder"]],
            }


def _market_months(published: Months) -> Iterator[Row]:
    for market in EUROPEAN_FACTOR:
        anchor = MARKETS[market]["anchor"]
        for year in MODEL_YEARS:
            is_observed = year in PUBLISHED_YEARS
            for month, share in enumerate(_shape(published, anchor, year), start=1):
                yield {
                    "market": f"market_{market}",
                    "year": year,
                    "month": month,
                    "price_pu": round(share, SHARE_DIGITS),
                    "source": "ember-price",
                    "confidence": "derived" if is_observed else "assumed",
                    "note": f"day-ahead month of {anchor} over its year"
                    if is_observed
                    else f"mean shape of {anchor} in {SHAPE_YEARS[0]}-{SHAPE_YEARS[-1]}, "
                    "taken to last",
                }


def _observed_months(published: Months) -> Iterator[Row]:
    for (country, year), months in published.items():
        if year in PUBLISHED_YEARS:
            for month, price in enumerate(months, start=1):
                yield {
                    "country": country,
                    "year": year,
                    "month": month,
                    "price_eur_per_mwh": price,
                    "source": "ember-price",
                    "confidence": "reported",
                    "note": None,
                }
