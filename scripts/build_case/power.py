"""Builds the `power/` and `economy/` tables of the packaged case.

    python scripts/build_case/power.py --figures DIR --out CASE

DIR holds the raw figures (see docs/case_power.md); they are read here and nowhere else.
"""

import argparse
from pathlib import Path

import economy
import power_adequacy
import power_balance
import power_borders
import power_fleet
import power_markets
import power_profiles
import power_sources
from sources import merge_sources


def build(figures: Path, case_dir: Path) -> None:
    """Write every table of the two folders, the hourly profiles and the rows of `sources.csv`."""
    citations = power_sources.Citations()
    economy.build(case_dir)
    power_fleet.build(figures, case_dir, citations)
    link_years = power_borders.build(figures, case_dir, citations)
    power_markets.build(figures, case_dir, link_years)
    power_adequacy.build(case_dir)
    power_balance.build(figures, case_dir, citations)
    power_profiles.build(case_dir)
    used = power_sources.cited_keys(case_dir / "power")
    used |= power_sources.cited_keys(case_dir / "economy")
    merge_sources(case_dir, citations.rows(used))


def main() -> None:
    """Parse the command line and build."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--figures", type=Path, required=True, help="folder with the raw figures")
    parser.add_argument("--out", type=Path, required=True, help="folder of the case")
    arguments = parser.parse_args()
    build(arguments.figures, arguments.out)


if __name__ == "__main__":
    main()
