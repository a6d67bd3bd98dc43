"""The headline figures of a study, the same for every scenario, run and year.

`headline_table` holds what the report, comparisons and pages lead with; `run_indicator_table` the
quantities that the register sets beside observed ones.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import polars as pl

from transcaspian.case.tables import REFERENCE, Case
from transcaspian.study.validation import gross_tonnes, measure
from transcaspian.units import GWH_TO_MWH, KT_TO_T, MT_TO_T, TWH_TO_MWH

__all__ = ["HEADLINE_SCHEMA", "RUN_INDICATOR_SCHEMA", "headline_table", "run_indicator_table"]

SHARE_TO_PERCENT = 100.0
CABLE = "cable"
# Figures of freight/observed that the register follows, and the quantity of a run that they are.
FOLLOWED = {"titr_total": "corridor_mt", "titr_teu_laden": "corridor_teu"}
# The run whose branch line the register follows; left out where a case has none of that name.
BRANCH_RUN, BRANCH_QUANTITY = "ZANGEZUR_RAIL", "zangezur_mt"
HEADLINE_SCHEMA: dict[str, pl.DataType] = {
    "area": pl.String(),
    "subject": pl.String(),
    "quantity": pl.String(),
    "unit": pl.String(),
    "scenario": pl.String(),
    "year": pl.Int64(),  # null: the whole life of a project
    "value": pl.Float64(),
}
RUN_INDICATOR_SCHEMA: dict[str, pl.DataType] = {
    "scenario": pl.String(),
    "run": pl.String(),
    "year": pl.Int64(),
    "quantity": pl.String(),
    "value": pl.Float64(),
}
Tables = Mapping[str, pl.DataFrame]


class Headline(NamedTuple):
    """One figure; the fields are the columns of the table."""

    area: str
    subject: str
    quantity: str
    unit: str
    scenario: str
    year: int | None
    value: float


def headline_table(case: Case, tables: Tables) -> pl.DataFrame:
    """Return the headline figures of every scenario (`HEADLINE_SCHEMA`).

    Power: the corridor's countries together, reference run. Freight: every measured quantity of
    `freight/observed`, for the years to come. Projects: NPV and break-even cost at the headline
    rate, of single projects and clusters.
    """
    rows = [
        *(_power(case, tables) if "power_zone_year" in tables else ()),
        *(_freight(case, tables) if "freight_route_year" in tables else ()),
        *_projects(tables["projects"]),
    ]
    return pl.DataFrame(rows, schema=HEADLINE_SCHEMA, orient="row")


def _power(case: Case, tables: Tables) -> Iterator[Headline]:
    countries = case.tables["economy/countries"].filter(pl.col("is_corridor"))["country"].to_list()
    buses = case.tables["power/buses"].filter(pl.col("country").is_in(countries))["bus"].to_list()
    years = list(case.settings.model_years)
    is_ours = (
        (pl.col("run") == REFERENCE) & pl.col("bus").is_in(buses) & pl.col("year").is_in(years)
    )
    keys = ["scenario", "year"]
    zones = (
        tables["power_zone_year"]
        .filter(is_ours)
        .group_by(keys, maintain_order=True)
        .agg(
            load=pl.col("load_mwh").sum() / TWH_TO_MWH,
            exports=(pl.col("exports_mwh") - pl.col("imports_mwh")).sum() / TWH_TO_MWH,
            price=(pl.col("price_mean") * pl.col("load_mwh")).sum() / pl.col("load_mwh").sum(),
            unserved=pl.col("unserved_mwh").sum() / GWH_TO_MWH,
            co2=pl.col("co2_t").sum() / MT_TO_T,
        )
    )
    green = case.tables["power/carriers"].filter(pl.col("is_renewable"))["carrier"].to_list()
    energy = pl.col("energy_mwh")
    mix = (
        tables["power_carrier_year"]
        .filter(is_ours)
        .group_by(keys, maintain_order=True)
        .agg(
            share=SHARE_TO_PERCENT
            * energy.filter(pl.col("carrier").is_in(green)).sum()
            / energy.sum(),
            curtailed=pl.col("curtailed_mwh").sum() / TWH_TO_MWH,
        )
    )
    figures = (
        ("load", "Electricity used", "TWh"),
        ("share", "Renewable share of generation", "%"),
        ("exports", "Net exports", "TWh"),
        ("price", "Mean price, by load", "USD/MWh"),
        ("curtailed", "Curtailed", "TWh"),
        ("unserved", "Unserved", "GWh"),
        ("co2", "Emissions of power plants", "Mt CO2"),
    )
    joined = zones.join(mix, on=keys, how="left", maintain_order="left")
    for row in joined.iter_rows(named=True):
        for column, quantity, unit in figures:
            yield Headline(
                "power",
                "Countries of the corridor",
                quantity,
                unit,
                row["scenario"],
                row["year"],
                row[column],
            )


def _freight(case: Case, tables: Tables) -> Iterator[Headline]:
    for row, scenario, run, year, value in _measured(case, tables, (REFERENCE,)):
        if run == REFERENCE:
            yield Headline(
                "freight", str(row["name"]), str(row["quantity"]), str(row["unit"]),
                scenario, year, value,
            )  # fmt: skip


def _measured(
    case: Case, tables: Tables, runs: tuple[str, ...]
) -> Iterator[tuple[Mapping[str, object], str, str, int, float]]:
    """Give every measured quantity of `freight/observed` in every scenario, run and model year."""
    observed = case.tables["freight/observed"].filter(
        (pl.col("year") == case.settings.freight_backcast_year) & (pl.col("measure") != "none")
    )
    observed = observed.unique("quantity", keep="first", maintain_order=True)
    is_wanted = pl.col("run").is_in(runs) & pl.col("year").is_in(case.settings.model_years)
    keys = ["scenario", "run", "year"]
    routes = gross_tonnes(case, tables["freight_route_year"].filter(is_wanted))
    links = gross_tonnes(case, tables["freight_link_flow_year"].filter(is_wanted))
    by_key = links.partition_by(keys, as_dict=True, maintain_order=True)
    for key, flows in routes.partition_by(keys, as_dict=True, maintain_order=True).items():
        scenario, run, year = key
        on_links = by_key.get(key, links.clear())
        for row in observed.iter_rows(named=True):
            value = measure(row, flows, on_links)
            if value is not None:
                yield row, str(scenario), str(run), int(str(year)), value


def _projects(projects: pl.DataFrame) -> Iterator[Headline]:
    for row in projects.iter_rows(named=True):
        for column, quantity in (
            ("npv_scenario_years_musd", "NPV"),
            ("break_even_capex_musd", "Break-even capital cost"),
        ):
            if row[column] is not None:
                yield Headline(
                    "projects", row["name"], quantity, "million USD", row["scenario"], None,
                    row[column],
                )  # fmt: skip


def run_indicator_table(case: Case, tables: Tables) -> pl.DataFrame:
    """Return the quantities of every run that the register follows (`RUN_INDICATOR_SCHEMA`).

    Corridor cargo and containers, cargo of the branch line (its busiest link), capacity and energy
    of a run's cables (both ways), emissions of power generation.
    """
    rows: list[tuple[str, str, int, str, float]] = []
    if "power_zone_year" in tables:
        rows += _emissions(case, tables["power_zone_year"])
        rows += _cables(case, tables)
    if "freight_route_year" in tables:
        runs = tuple(tables["freight_route_year"]["run"].unique(maintain_order=True))
        rows += [
            (scenario, run, year, FOLLOWED[str(row["quantity"])], value)
            for row, scenario, run, year, value in _measured(case, tables, runs)
            if row["quantity"] in FOLLOWED
        ]
        rows += _branch(case, tables["freight_link_year"])
    frame = pl.DataFrame(rows, schema=RUN_INDICATOR_SCHEMA, orient="row")
    return frame.sort("scenario", "run", "year", "quantity")


def _emissions(case: Case, zones: pl.DataFrame) -> Iterator[tuple[str, str, int, str, float]]:
    found = (
        zones.filter(pl.col("year").is_in(case.settings.model_years))
        .group_by("scenario", "run", "year", maintain_order=True)
        .agg(value=pl.col("co2_t").sum() / KT_TO_T)
    )
    for scenario, run, year, value in found.iter_rows():
        yield scenario, run, year, "co2_kt", value


def _cables(case: Case, tables: Tables) -> Iterator[tuple[str, str, int, str, float]]:
    projects = case.tables["projects/projects"].filter(pl.col("kind") == CABLE)["project"].to_list()
    links = tables["power_link_year"]
    valued = tables["projects"]
    runs = valued["project"].unique(maintain_order=True) if valued.height else ()
    for run in runs:
        cables = [project for project in case.members(run) if project in projects]
        changed = _changed(case, cables, "power/links")
        found = (
            links.filter((pl.col("run") == run) & pl.col("link").is_in(changed))
            .group_by("scenario", "year", maintain_order=True)
            .agg(
                cable_mw=pl.col("p_nom_mw").sum(),
                cable_gwh=(pl.col("forward_mwh") + pl.col("reverse_mwh")).sum() / GWH_TO_MWH,
            )
        )
        for row in found.iter_rows(named=True):
            for quantity in ("cable_mw", "cable_gwh"):
                yield row["scenario"], run, row["year"], quantity, row[quantity]


def _branch(case: Case, links: pl.DataFrame) -> Iterator[tuple[str, str, int, str, float]]:
    clusters = case.tables["projects/clusters"]["cluster"]
    if BRANCH_RUN not in clusters:
        return
    changed = _changed(case, list(case.members(BRANCH_RUN)), "freight/links")
    found = (
        links.filter((pl.col("run") == BRANCH_RUN) & pl.col("link").is_in(changed))
        .group_by("scenario", "year", maintain_order=True)
        .agg(value=(pl.col("forward_t") + pl.col("reverse_t")).max() / MT_TO_T)
    )
    for scenario, year, value in found.iter_rows():
        yield scenario, BRANCH_RUN, year, BRANCH_QUANTITY, value


def _changed(case: Case, projects: list[str], table: str) -> list[str]:
    """Return the rows of a table that projects change."""
    changes = case.tables["projects/changes"].filter(
        (pl.col("table") == table) & pl.col("project").is_in(projects) & (pl.col("row") != "*")
    )
    return changes["row"].unique(maintain_order=True).to_list()
