"""Compares the dispatch of the backcast year with published mixes and prices.

    python scripts/build_case/power_backcast.py --docs docs/case_power.md

Writes two tables between the markers of the page.
"""

import argparse
import re
from pathlib import Path

import polars as pl

from transcaspian.case.read import read_case
from transcaspian.case.tables import Case
from transcaspian.power.dispatch import PowerResult, solve_year
from transcaspian.power.tables import carrier_year, zone_year

Mix = dict[str, float]
WATT_HOURS = 1e6  # MWh in a TWh


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
    """Solve the backcast year and write both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--docs", type=Path, required=True)
    page: Path = parser.parse_args().docs
    case = read_case()
    year = case.settings.power_backcast_year
    result = solve_year(case.at(year))
    text = replace_between(page.read_text("utf-8"), "mixes", mix_table(case, result, year))
    text = replace_between(text, "prices", price_table(case, result, year))
    page.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
