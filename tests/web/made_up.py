"""Two finished runs of the small case under names that people look for. No figure is real."""

import csv
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import polars as pl

from tests.small_case import write_small_case
from transcaspian.case.read import read_case
from transcaspian.results.write import write_results
from transcaspian.study import StudyOptions, run_study

NAMES = {
    "power/buses.csv": {"East": "Kazakhstan: Mangystau", "West": "Azerbaijan"},
    "freight/nodes.csv": {"EPORT": "Aktau seaport", "WPORT": "Alat (Port of Baku)"},
    "projects/projects.csv": {"Cable": "Caspian power cable, 300 MW"},
}
FIRST, SECOND, THIRD = "first", "second", "third"
FEWER_YEARS = (2030,)  # of every scenario but the first
MORE_OVER_FEWER_YEARS = 11.0  # million USD, NPV over these years less NPV over all
LATE = 2035  # opening of the cable in the third run: after every solved year
PRICE_RISE = 2.5  # USD/MWh, by which prices of the second run differ in one zone
MONTH_SHARES = {1: 0.4, 7: 0.6}  # of the year's flow: in no other month anything moves
FULL_HOURS = 186  # of the 744 hours of a month with 31 days
DEARER = 1.3  # prices under the scenario of dear gas
NPV_RISE = 100.0  # million USD, by which the cable's value differs
MORE_FREIGHT = {
    "exits": (
        "exit,name,priority,links,source,confidence,note",
        "sea_way,Over the water,1,EPORT-WPORT-ferry,assumption,assumed,",
    ),
    "outlooks": (
        "outlook,name,year,unit,measure,routes,forms,origins,model_year,reason,value,source,confidence,note",
        "ferry_2030,Somebody's forecast of the ferry,2030,Mt,net,sea,,,2030,It counts on a bridge,9,assumption,assumed,",
    ),
}
OF_RUNS = {"run": ("power_", "freight_", "crossing_"), "project": ""}
REPORT = "<!DOCTYPE html><title>Report</title>"


def write_case(folder: Path) -> Path:
    """Write the small case with other names for people, an exit and a forecast."""
    write_small_case(folder)
    for name, words in NAMES.items():
        file = folder / name
        with file.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        with file.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, fieldnames=list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(row | {"name": words.get(row["name"], row["name"])} for row in rows)
    for table, lines in MORE_FREIGHT.items():
        (folder / "freight" / f"{table}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def with_dear_gas(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Return the tables with a second scenario: the first one's rows, at higher prices of power.

    Solving it would take as long as all the rest, and the pages only show what the tables say. As
    in a real run it has fewer years than the first: what was not solved is null or has no rows.
    """
    every = {}
    for name, frame in tables.items():
        if "scenario" not in frame.columns:
            every[name] = frame
            continue
        kind = frame.schema["scenario"]
        other = frame.with_columns(pl.lit("dear_gas").cast(kind).alias("scenario"))
        if name.startswith(("power_", "freight_", "crossing_")):
            other = other.filter(pl.col("year").is_in(list(FEWER_YEARS)))
        if name == "projects":
            other = _in_fewer_years(other)
        if "price_mean" in other.columns:
            other = other.with_columns(price_mean=DEARER * pl.col("price_mean"))
        every[name] = pl.concat([frame, other])
    is_first = pl.col("scenario") != "dear_gas"
    value = pl.col("npv_scenario_years_musd")
    every["projects"] = every["projects"].with_columns(
        pl.when(is_first).then(value + MORE_OVER_FEWER_YEARS).otherwise(value)
    )
    return every


def _in_fewer_years(projects: pl.DataFrame) -> pl.DataFrame:
    """Return the values of a scenario that was not solved in the other years."""
    lost = [
        name
        for name in projects.columns
        if name.startswith(("benefit_2", "co2_mt_per_year_"))
        and not any(str(year) in name for year in FEWER_YEARS)
    ]
    return projects.with_columns(
        *(pl.lit(None, dtype=pl.Float64).alias(name) for name in lost),
        model_years=pl.lit(1, dtype=pl.Int64),
        model_years_in_use=pl.lit(1, dtype=pl.Int64),
    )


def of_cable_alone(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Return the tables of a run of one power project that opens after every solved year.

    Freight is solved without any project then: it is the same in every run of the tables.
    """
    kept = dict(tables)
    for name, frame in tables.items():
        for column, values in (("run", ("reference", "CABLE")), ("project", ("CABLE",))):
            if column in frame.columns and name.startswith(OF_RUNS[column]):
                kept[name] = kept[name].filter(pl.col(column).cast(pl.String).is_in(values))
    kept["projects"] = kept["projects"].with_columns(
        opening_year=pl.lit(LATE, dtype=pl.Int64), model_years_in_use=pl.lit(0, dtype=pl.Int64)
    )
    return kept


def with_months(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Return the tables with flows by month: a share of the year's energy, all full hours."""
    months = pl.DataFrame({"month": list(MONTH_SHARES), "part": list(MONTH_SHARES.values())})
    power = tables["power_link_year"].join(months, how="cross", maintain_order="left")
    freight = tables["freight_link_year"].join(months, how="cross", maintain_order="left")
    return {
        **tables,
        "power_link_month": power.with_columns(
            pl.col("forward_mwh", "reverse_mwh") * pl.col("part"),
            hours_forward_full=pl.lit(FULL_HOURS),
            hours_reverse_full=pl.lit(0),
        ).drop("part"),
        "freight_link_month": freight.with_columns(
            pl.col("forward_t", "reverse_t", "teu") * pl.col("part")
        ).drop("part"),
    }


def write_runs(folder: Path) -> tuple[Path, Path]:
    """Return the case and the folder of the runs: the second differs from the first as said above."""
    case = write_case(folder / "two-shores")
    options = StudyOptions(scenarios=("reference",), projects=("CABLE", "PORT"), workers=1)
    solved = run_study(read_case(case), options)
    yearly = {name: frame for name, frame in solved.tables.items() if not name.endswith("_month")}
    results = replace(solved, tables=with_dear_gas(yearly))
    runs = folder / "runs"
    write_results(results, runs / FIRST, REPORT)
    tables = dict(results.tables)
    tables["projects"] = tables["projects"].with_columns(
        pl.when(pl.col("project") == "CABLE")
        .then(pl.col("npv_6_musd", "npv_decision_musd") + NPV_RISE)
        .otherwise(pl.col("npv_6_musd", "npv_decision_musd"))
    )
    tables["power_zone_year"] = tables["power_zone_year"].with_columns(
        price_mean=pl.when(pl.col("bus") == "W")
        .then(pl.col("price_mean") + PRICE_RISE)
        .otherwise(pl.col("price_mean"))
    )
    tables["freight_link_year"] = tables["freight_link_year"].with_columns(
        forward_t=pl.when(pl.col("link") == "EPORT-WPORT-ferry")
        .then(2.0 * pl.col("forward_t"))
        .otherwise(pl.col("forward_t"))
    )
    tables["assumptions"] = tables["assumptions"].with_columns(
        value=pl.when((pl.col("row") == "W-M") & (pl.col("column") == "length_km"))
        .then(pl.lit("999"))
        .otherwise(pl.col("value"))
    )
    write_results(replace(results, tables=with_months(tables)), runs / SECOND, REPORT)
    write_results(replace(results, tables=of_cable_alone(results.tables)), runs / THIRD, REPORT)
    return case, runs


def chromium() -> str | None:
    """Return the path of the system's browser."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    folders = os.environ.get("PATH", "").split(os.pathsep)
    found = (Path(folder) / name for name in names for folder in folders)
    return next((str(file) for file in found if file.is_file()), None)
