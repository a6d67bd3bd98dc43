"""Changes of the power tables under the scenarios `slow` and `high_green`.

    python scripts/build_case/power_scenarios.py --figures DIR --out CASE

The scenarios themselves need a row each in `scenarios/scenarios.csv`.
"""

import argparse
import csv
from collections.abc import Iterator
from pathlib import Path

from power_assumptions import PLANTS, STORAGE_TYPES
from power_domestic import domestic
from power_fleet import generator_name, reference_rows
from power_sources import Citations
from sources import merge_sources
from tables import write_table

Row = dict[str, object]
SCENARIOS = {
    "slow": "Half of the planned change of fleets since 2025, and slower demand.",
    "high_green": "More wind, sun and storage than planned, and higher demand; firm plants as planned.",
}
OUTLOOK_YEARS = (2030, 2035, 2040)
# Closing coal, steam gas and oil faster than planned leaves zones short of firm plants: with the
# higher demand of the scenario 0.5 % of northern Kazakhstan's energy was not served in 2040.
FIRM = ("coal", "gas_ccgt", "gas_ocgt_steam", "nuclear", "oil")
FIRM_AS_PLANNED = ("high_green",)
# Their planned plants just meet the planned demand; no plan has plants for more.
NO_MORE_DEMAND = ("KZ_MANGYSTAU", "NAKHCHIVAN", "TM", "TR")
LAST_YEAR_OF = {2030: 2034, 2035: 2039, 2040: None}


def scenario_rows(figures: Path, citations: Citations) -> list[Row]:
    """Rows of `scenarios/changes`: every capacity and demand that differs from the reference."""
    rows: list[Row] = []
    for scenario in SCENARIOS:
        rows += _demand_rows(figures, scenario, citations)
        rows += _fleet_rows(figures, scenario, citations)
    return rows


def _differing(figures: Path, file: str, scenario: str, value: str) -> Iterator[dict[str, str]]:
    key = ("zone", "carrier", "year") if file == "fleet.csv" else ("zone", "year")
    plan, rows = reference_rows(figures / file), reference_rows(figures / file, (scenario,))
    if file == "fleet.csv":
        demand = reference_rows(figures / "demand_outlook.csv")
        plan, rows = domestic(plan, plan, demand), domestic(rows, plan, demand)
    reference = {tuple(row[part] for part in key): row[value] for row in plan}
    for row in rows:
        if int(row["year"]) in OUTLOOK_YEARS:
            name = tuple(row[part] for part in key)
            if float(row[value]) != float(reference.get(name, "0")):
                yield row


def _demand_rows(figures: Path, scenario: str, citations: Citations) -> Iterator[Row]:
    for row in _differing(figures, "demand_outlook.csv", scenario, "annual_twh"):
        if scenario in FIRM_AS_PLANNED and row["zone"] in NO_MORE_DEMAND:
            continue
        energy = round(float(row["annual_twh"]) * 1e6)
        name = f"load_{row['zone']}"
        yield _change(scenario, "power/loads", name, "energy_mwh", energy, row, citations)


def _fleet_rows(figures: Path, scenario: str, citations: Citations) -> Iterator[Row]:
    for row in _differing(figures, "fleet.csv", scenario, "capacity_mw"):
        if scenario in FIRM_AS_PLANNED and row["carrier"] in FIRM:
            continue
        for table, name, share in _units(row["zone"], row["carrier"]):
            capacity = round(float(row["capacity_mw"]) * share, 1)
            yield _change(scenario, table, name, "p_nom_mw", capacity, row, citations)


def _units(zone: str, carrier: str) -> Iterator[tuple[str, str, float]]:
    """Table, name and share of the fleet of every unit that a row of the figures stands for."""
    if carrier in STORAGE_TYPES:
        yield "power/storage_units", f"{zone}_{carrier}", 1.0
    for plant in PLANTS:
        if (plant["zone"], plant["carrier"]) == (zone, carrier):
            yield "power/generators", generator_name(plant), float(plant["share"])


def _change(
    scenario: str,
    table: str,
    name: str,
    column: str,
    value: float,
    row: dict[str, str],
    citations: Citations,
) -> Row:
    year = int(row["year"])
    return {
        "scenario": scenario,
        "table": table,
        "row": name,
        "column": column,
        "operation": "set",
        "value": f"{value:g}" if value < 1e6 else str(int(value)),
        "from_year": year,
        "to_year": LAST_YEAR_OF[year],
        "source": citations.cite(row["source_url"], row["source_year"]),
        "confidence": row["confidence"],
        "note": "",
    }


def build(figures: Path, case_dir: Path) -> None:
    """Replace the power rows of the scenarios in `scenarios/changes`; other rows stay."""
    citations = Citations()
    rows = scenario_rows(figures, citations)
    path = case_dir / "scenarios" / "changes.csv"
    kept: list[Row] = []
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            kept = [_typed(row) for row in csv.DictReader(file) if not _is_ours(row)]
    write_table(case_dir, "scenarios/changes", [*kept, *rows])
    merge_sources(case_dir, citations.rows({str(row["source"]) for row in rows}))


def _typed(row: dict[str, str]) -> Row:
    years = {name: int(row[name]) if row[name] else None for name in ("from_year", "to_year")}
    return {**row, **years}


def _is_ours(row: dict[str, str]) -> bool:
    return row["scenario"] in SCENARIOS and row["table"].startswith("power/")


def main() -> None:
    """Parse the command line and build."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--figures", type=Path, required=True, help="folder with the raw figures")
    parser.add_argument("--out", type=Path, required=True, help="folder of the case")
    arguments = parser.parse_args()
    build(arguments.figures, arguments.out)


if __name__ == "__main__":
    main()
