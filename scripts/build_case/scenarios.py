"""Compile the scenarios of the packaged case: hand-kept freight changes and those of power.

    python scripts/build_case/scenarios.py --power-figures DIR --out CASE

Run after `freight.py` and `power.py`: names of rows are taken from the case's tables.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

from freight_files import ASSUMPTION, Row, read_rows, write_table
from freight_flows import CAUCASUS_TRADE
from power_scenarios import scenario_rows
from power_sources import Citations
from sources import merge_sources

HAND = Path(__file__).parent / "scenarios_hand"
COLUMNS = (
    "scenario", "table", "row", "column", "operation", "value", "from_year", "to_year",
    "source", "confidence", "note",
)  # fmt: skip
CHINA_EUROPE = {("CN", "EU27"), ("EU27", "CN")}


def build(power_figures: Path, case_dir: Path) -> None:
    """Write both tables of `scenarios/`."""
    scenarios = read_rows(HAND / "scenarios.csv")
    write_table(case_dir, "scenarios/scenarios", list(scenarios[0]), scenarios)
    rows: list[dict[str, object]] = []
    for change in read_rows(HAND / "changes.csv"):
        del change["address"]
        rows.extend(
            {**change, "row": name, "source": ASSUMPTION} for name in _names(change, case_dir)
        )
    rows += _power_rows(power_figures, case_dir)
    rows += _by_worth(case_dir)
    write_table(case_dir, "scenarios/changes", COLUMNS, rows)


def _names(change: Row, case_dir: Path) -> Iterator[str]:
    """Yield the rows that a change means: a word may stand for many."""
    if change["row"] == "corridor":
        for row in read_rows(case_dir / "freight" / "demand.csv"):
            ends = (row["origin"], row["destination"])
            is_other = ends in CHINA_EUROPE or set(ends) <= CAUCASUS_TRADE
            if not is_other and row["form"] != "liquid":
                yield row["demand"]
    elif change["row"].startswith("ocean_"):
        for row in read_rows(case_dir / "freight" / "links.csv"):
            if row["route"] == change["row"]:
                yield row["link"]
    else:
        yield change["row"]


def _by_worth(case_dir: Path) -> list[dict[str, object]]:
    """Return the changes by which plants pay for fuel what it is worth abroad."""
    rows = read_rows(case_dir / "power" / "fuel_years.csv")
    years = sorted({int(row["year"]) for row in rows})
    until = dict(zip(years, [*(year - 1 for year in years[1:]), ""], strict=True))
    return [
        {
            "scenario": "by_worth", "table": "power/fuels", "row": row["fuel"],
            "column": "price_usd_per_mwh_th", "operation": "set",
            "value": row["opportunity_cost_usd_per_mwh_th"], "from_year": row["year"],
            "to_year": until[int(row["year"])], "source": ASSUMPTION, "confidence": "derived",
            "note": "opportunity cost of the same table",
        }
        for row in rows
        if float(row["price_usd_per_mwh_th"]) != float(row["opportunity_cost_usd_per_mwh_th"])
    ]  # fmt: skip


def _power_rows(figures: Path, case_dir: Path) -> list[dict[str, object]]:
    """Return power's changes, cited by the keys that the case's sources have already."""
    citations = Citations()
    rows = scenario_rows(figures, citations)
    known = {
        row["address"]: row["key"] for row in read_rows(case_dir / "sources.csv") if row["address"]
    }
    keys = {row["key"] for row in read_rows(case_dir / "sources.csv")}
    cited = {row["key"]: row for row in citations.rows({str(row["source"]) for row in rows})}
    new = {}
    for row in rows:
        source = cited.get(str(row["source"]))
        if source is None:
            continue
        key = known.get(source["address"], source["key"])
        if key not in keys:
            new[key] = source
        row["source"] = key
    merge_sources(case_dir, new.values())
    return rows


def main() -> None:
    """Read the command line and build."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--power-figures", type=Path, required=True, help="folder of power figures")
    parser.add_argument("--out", type=Path, required=True, help="case folder to write into")
    options = parser.parse_args()
    build(options.power_figures, options.out)


if __name__ == "__main__":
    main()
