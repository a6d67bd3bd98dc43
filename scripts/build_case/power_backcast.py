"""Figures of the power page: the backcast beside published mixes and prices, and what to expect.

    python scripts/build_case/power_backcast.py --docs docs/case_power.md

Solves the reference of every power year and writes tables between the markers of the page.
"""

import argparse
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import polars as pl

from transcaspian.case.read import read_case
from transcaspian.case.tables import Case
from transcaspian.power.calendar import month_of_hours
from transcaspian.power.dispatch import PowerResult, solve_year
from transcaspian.power.tables import carrier_year, link_year, zone_year

Mix = dict[str, float]
WATT_HOURS = 1e6  # MWh in a TWh
SHOWN_ZONES = ("KZ_NORTH", "UZ", "TM", "AZ", "GE", "TR", "RO", "HU")


def observed_mixes(case: Case, year: int) -> dict[str, Mix]:
    """Return the published generation by country and group, TWh."""
    rows = case.tables["power/observed"].filter(
        (pl.col("year") == year)
        & (pl.col("unit") == "TWh")
        & ~pl.col("quantity").is_in(["total", "net_import"])
    )
    mixes: dict[str, Mix] = {}
    for country, group, value in rows.select("country", "quantity", "value").iter_rows():
        mixes.setdefault(country, {})[group] = value
    return mixes


def modelled_mixes(case: Case, result: PowerResult) -> dict[str, Mix]:
    """Return the modelled generation by country and group, TWh, without storage."""
    buses = case.tables["power/buses"].select("bus", "country")
    carriers = case.tables["power/carriers"].select("carrier", "group")
    sums = (
        carrier_year(result)
        .join(buses, on="bus")
        .join(carriers, on="carrier")
        .filter(pl.col("group") != "storage")
        .group_by("country", "group")
        .agg(pl.col("energy_mwh").sum())
    )
    mixes: dict[str, Mix] = {}
    for country, group, energy in sums.iter_rows():
        mixes.setdefault(country, {})[group] = energy / WATT_HOURS
    return mixes


def share_errors(observed: Mix, modelled: Mix) -> Mix:
    """Return the modelled less the published share of each group, percentage points."""
    total, made = sum(observed.values()), sum(modelled.values())
    groups = sorted(set(observed) | {group for group, value in modelled.items() if value > 0})
    return {
        group: 100 * (modelled.get(group, 0.0) / made - observed.get(group, 0.0) / total)
        for group in groups
    }


def mix_table(case: Case, result: PowerResult, year: int) -> str:
    """Return a Markdown table, one row a country, and the mean."""
    lines = [
        "| country | published, TWh | model, TWh | mean error, points | largest error |",
        "| --- | --- | --- | --- | --- |",
    ]
    modelled, errors = modelled_mixes(case, result), []
    for country, mix in sorted(observed_mixes(case, year).items()):
        by_group = share_errors(mix, modelled[country])
        worst = max(by_group, key=lambda group: abs(by_group[group]))
        errors.append(sum(abs(value) for value in by_group.values()) / len(by_group))
        lines.append(
            f"| {country} | {sum(mix.values()):.1f} | {sum(modelled[country].values()):.1f}"
            f" | {errors[-1]:.1f} | {worst} {by_group[worst]:+.1f} |"
        )
    lines.append(f"| mean | | | {sum(errors) / len(errors):.1f} | |")
    return "\n".join(lines)


def price_table(case: Case, result: PowerResult, year: int) -> str:
    """Return a Markdown table of published and modelled mean prices."""
    prices = dict(zone_year(result).select("bus", "price_mean").iter_rows())
    rows = case.tables["power/observed"].filter(
        (pl.col("year") == year) & (pl.col("quantity") == "price")
    )
    lines = ["| zone | published | model |", "| --- | --- | --- |"]
    lines += [
        f"| {country} | {value:.0f} | {prices[country]:.0f} |"
        for country, value in rows.select("country", "value").iter_rows()
    ]
    return "\n".join(lines)


def month_table(case: Case, result: PowerResult, year: int) -> str:
    """Return a Markdown table of published and modelled months, USD of the price year."""
    months = case.tables["power/observed_months"].filter(pl.col("year") == year)
    rate = _of_euro(case, "economy/exchange_rates", "per_usd", "EUR", year)
    level = _of_euro(case, "economy/deflators", "index", "USD", year)
    price = pl.DataFrame({"month": month_of_hours(np.arange(result.price.shape[0])) + 1})
    lines = [
        "| zone | " + " | ".join(str(month) for month in range(1, 13)) + " |",
        "| --- |" + " --- |" * 12,
    ]
    for zone in months["country"].unique(maintain_order=True).sort():
        published = months.filter(pl.col("country") == zone).sort("month")["price_eur_per_mwh"]
        made = (
            price.with_columns(price=result.price[:, result.buses.index(zone)])
            .group_by("month", maintain_order=True)
            .agg(pl.col("price").mean())
        )["price"]
        lines.append(
            f"| {zone} published | "
            + " | ".join(f"{euros / rate / level:.0f}" for euros in published)
            + " |"
        )
        lines.append(f"| {zone} model | " + " | ".join(f"{value:.0f}" for value in made) + " |")
    return "\n".join(lines)


def _of_euro(case: Case, table: str, column: str, currency: str, year: int) -> float:
    rows = case.tables[table].filter((pl.col("currency") == currency) & (pl.col("year") == year))
    return float(rows[column].item())


def trade_table(case: Case, result: PowerResult, year: int) -> str:
    """Return a Markdown table of flows that the page speaks of."""
    links = {row["link"]: row for row in link_year(result).iter_rows(named=True)}
    zones = {row["bus"]: row for row in zone_year(result).iter_rows(named=True)}
    published = case.tables["power/observed"].filter(
        (pl.col("year") == year) & (pl.col("quantity") == "net_import")
    )
    net = {country: -value for country, value in published.select("country", "value").iter_rows()}
    ours = sum(
        zones[bus]["exports_mwh"] - zones[bus]["imports_mwh"] for bus in ("AZ", "NAKHCHIVAN")
    )
    turkmen, turkish = links["TM-UZ"], links["GE-TR"]
    return "\n".join(
        [
            "| flow | model |",
            "| --- | --- |",
            f"| Turkmenistan to Uzbekistan, TWh | {turkmen['forward_mwh'] / WATT_HOURS:.1f} |",
            f"| Georgia to Türkiye, hours at the limit | {turkish['hours_forward_full']:,} |",
            f"| net exports of Azerbaijan, TWh (published {net['AZ']:.1f}) | "
            f"{ours / WATT_HOURS:.1f} |",
        ]
    )


def expected_table(case: Case, results: Mapping[int, PowerResult]) -> str:
    """Return a Markdown table of mean prices by zone and year, and of energy not served."""
    years = sorted(results)
    names = dict(case.tables["power/buses"].select("bus", "name").iter_rows())
    tables = {year: zone_year(result) for year, result in results.items()}
    lines = [
        "| zone | " + " | ".join(map(str, years)) + " |",
        "| --- |" + " --- |" * len(years),
    ]
    for zone in SHOWN_ZONES:
        prices = [tables[year].filter(pl.col("bus") == zone)["price_mean"].item() for year in years]
        lines.append(f"| {names[zone]} | " + " | ".join(f"{price:.0f}" for price in prices) + " |")
    unserved = [tables[year]["unserved_mwh"].sum() / 1e3 for year in years]
    lines.append(
        "| not served anywhere, GWh | " + " | ".join(f"{value:.1f}" for value in unserved) + " |"
    )
    return "\n".join(lines)


def replace_between(text: str, marker: str, table: str) -> str:
    """Return the page with what stands between two markers replaced."""
    pattern = rf"(<!-- {marker} -->\n).*?(<!-- end {marker} -->)"
    changed, count = re.subn(
        pattern, lambda match: f"{match[1]}{table}\n{match[2]}", text, flags=re.DOTALL
    )
    if count != 1:
        raise ValueError(f"the page has {count} places for {marker}")
    return changed


def main() -> None:
    """Solve every power year and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--docs", type=Path, required=True)
    page: Path = parser.parse_args().docs
    case = read_case()
    year = case.settings.power_backcast_year
    results = {each: solve_year(case.at(each)) for each in {year, *case.settings.model_years}}
    result = results[year]
    text = page.read_text("utf-8")
    for marker, table in (
        ("mixes", mix_table(case, result, year)),
        ("prices", price_table(case, result, year)),
        ("months", month_table(case, result, year)),
        ("trade", trade_table(case, result, year)),
        ("expected", expected_table(case, results)),
    ):
        text = replace_between(text, marker, table)
    page.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
