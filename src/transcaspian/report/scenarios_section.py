"""What changes under other scenarios and in other years of weather: every headline side by side."""

from collections.abc import Mapping

import polars as pl

from transcaspian.report.blocks import Block, CaseLike, Remark, Section
from transcaspian.report.markup import ColumnView, frame_table
from transcaspian.report.names import REFERENCE, Names, humanise
from transcaspian.report.scenario_values import scenario_values, shared_years
from transcaspian.report.terms import Terms
from transcaspian.results.theme import format_number
from transcaspian.units import GWH_TO_MWH

__all__ = ["scenarios_section"]

NOTED_SHARE = 1e-4  # unserved demand over demand of a zone
MOST_NAMED = 2
AREAS = {"power": "Electricity", "freight": "Freight", "projects": "Projects"}


def scenarios_section(
    every: Mapping[str, pl.DataFrame], case: CaseLike, names: Names, terms: Terms
) -> Section:
    """Return the section; `every` holds the result tables of all scenarios."""
    headlines = every["headlines"]
    solved = [
        name
        for name in case.tables["scenarios/scenarios"]["scenario"]
        if name in headlines["scenario"]
    ]
    blocks: list[Block] = []
    if len(solved) > 1:
        blocks.append(Remark(_stories(case, solved)))
        for area in ("power", "freight"):
            blocks += _yearly(headlines.filter(pl.col("area") == area), area, solved, names)
        blocks += _shortage(every["power_zone_year"], solved, names)
        blocks += _values(every["projects"], solved, names, terms)
    blocks += _weather(every["realisations"], every["projects"], terms)
    if not blocks:
        return Section("scenarios", "Scenarios", "This run holds one scenario only.", ())
    lead = "Every headline under each scenario, and the value of power projects in other weather."
    return Section("scenarios", "Scenarios and weather", lead, blocks, "Scenarios")


def _stories(case: CaseLike, solved: list[str]) -> str:
    stories = case.tables["scenarios/scenarios"].filter(pl.col("scenario").is_in(solved))
    return " ".join(
        f"{row['name']}: {row['story'].rstrip('.')}." for row in stories.iter_rows(named=True)
    )


def _yearly(rows: pl.DataFrame, area: str, solved: list[str], names: Names) -> list[Block]:
    """Return the headlines of one area in the years that every scenario has."""
    counts = rows.group_by("year", maintain_order=True).agg(pl.col("scenario").n_unique())
    common = counts.filter(pl.col("scenario") == len(solved))["year"].sort().to_list()
    if not common:
        return []
    rows = rows.filter(pl.col("year").is_in(common)).with_columns(
        label=pl.when(pl.col("subject").is_in(_shared(rows)))
        .then(pl.col("quantity"))
        .otherwise(pl.col("subject")),
        column=pl.concat_str("scenario", pl.lit("|"), pl.col("year").cast(pl.String)),
    )
    wide = rows.pivot("column", index=["label", "unit"], values="value")
    views = [ColumnView("label", "Headline"), ColumnView("unit", "Unit")]
    views += [
        ColumnView(f"{name}|{year}", f"{_name(names, name)} {year}", "", "number")
        for year in common
        for name in solved
    ]
    caption = f"{AREAS[area]} under each scenario, without any project"
    return [frame_table(wide, views, caption, f"headlines_{area}.csv")]


def _shortage(zones: pl.DataFrame, solved: list[str], names: Names) -> list[Block]:
    """Return a remark on scenarios whose fleets leave demand unserved without any project."""
    short = (
        zones.filter(
            (pl.col("run") == REFERENCE)
            & pl.col("scenario").is_in(solved)
            & (pl.col("unserved_mwh") > NOTED_SHARE * pl.col("load_mwh"))
        )
        .sort("unserved_mwh", descending=True, maintain_order=True)
        .select("scenario", "year", "bus", "unserved_mwh")
    )
    if short.is_empty():
        return []
    parts = []
    for (scenario, year), rows in short.group_by("scenario", "year", maintain_order=True):
        total = float(rows["unserved_mwh"].sum()) / GWH_TO_MWH
        first = [names.bus(bus) for bus in rows["bus"].head(MOST_NAMED)]
        parts.append(
            f"{_name(names, str(scenario))} {year}: {format_number(total)} GWh in {rows.height}"
            f" zones, most in {' and '.join(first)}"
        )
    text = (
        "Demand that the plants of a scenario can't meet, without any project: "
        + "; ".join(parts)
        + ". There, scarcity sets prices, and projects that bring power where it lacks are valued at"
        " the cost of going without: read their values as a sign that the scenario's fleet is short"
        " of firm plants."
    )
    return [Remark(text)]


def _shared(rows: pl.DataFrame) -> list[str]:
    """Return subjects with several quantities: there the quantity names the row."""
    counts = rows.group_by("subject", maintain_order=True).agg(pl.col("quantity").n_unique())
    return counts.filter(pl.col("quantity") > 1)["subject"].to_list()


def _values(projects: pl.DataFrame, solved: list[str], names: Names, terms: Terms) -> list[Block]:
    wide = scenario_values(projects, solved)
    solved = [name for name in solved if name in wide.columns]
    if wide.is_empty() or len(solved) < 2:
        return []
    worst = pl.min_horizontal(solved)
    wide = wide.with_columns(
        verdict=pl.when(worst > 0)
        .then(pl.lit("in every scenario"))
        .when(pl.max_horizontal(solved) <= 0)
        .then(pl.lit("in none"))
        .otherwise(pl.lit("in some"))
    )
    views = [ColumnView("name", "Project")]
    views += [ColumnView(name, _name(names, name), "million USD", "difference") for name in solved]
    views.append(ColumnView("verdict", "Worth its cost"))
    years = [str(year) for year in shared_years(projects, terms)]
    caption = (
        f"NPV at {terms.headline} under each scenario, from the same {len(years)} model years in all of"
        f" them ({', '.join(years)}); the other tables use every model year of the first"
    )
    return [frame_table(wide, views, caption, "npv_scenarios.csv")]


def _weather(realisations: pl.DataFrame, projects: pl.DataFrame, terms: Terms) -> list[Block]:
    if realisations.is_empty():
        return []
    ranges = realisations.group_by("project", maintain_order=True).agg(
        low=pl.col("npv_musd").min(),
        middle=pl.col("npv_musd").median(),
        high=pl.col("npv_musd").max(),
        own=pl.col("npv_musd").filter(pl.col("realisation") == 0).first(),
        below=(pl.col("npv_musd") < 0).sum(),
        number=pl.len(),
    )
    called = projects.select("project", "name").unique("project", keep="first", maintain_order=True)
    rows = ranges.join(called, on="project", how="left", maintain_order="left").with_columns(
        below=pl.format("{} of {}", "below", "number")
    )
    views = (
        ColumnView("name", "Project"),
        ColumnView("own", "Weather of the case", "million USD", "number"),
        ColumnView("low", "Lowest", "million USD", "number"),
        ColumnView("middle", "Median", "million USD", "number"),
        ColumnView("high", "Highest", "million USD", "number"),
        ColumnView("below", "Below zero"),
    )
    count = realisations["realisation"].n_unique()
    year = int(realisations["year"][0])
    caption = f"NPV at {terms.headline} of power projects over {count} years of synthetic weather"
    remark = (
        f"The hourly series are synthetic. The dispatch of {year} was solved again with {count - 1}"
        " other realisations of load, wind, sun, water and prices, over one week of every month; the"
        " departure of the yearly benefit is held over the project's life."
    )
    return [frame_table(rows, views, caption, "npv_weather.csv"), Remark(remark)]


def _name(names: Names, scenario: str) -> str:
    return names.scenarios.get(scenario, humanise(scenario))
