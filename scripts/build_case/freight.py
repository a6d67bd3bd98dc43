"""Compile the freight tables of the packaged case from a folder of collected figures.

    python scripts/build_case/freight.py --figures DIR --out CASE

The figures themselves stay outside the project; `docs/case_freight.md` tells how each table
comes about. Route constants are written by `calibrate_freight.py`; this script keeps those that
are there and writes zeros where there are none.
"""

import argparse
from pathlib import Path

from freight_access import write_access
from freight_check import check_reachable
from freight_countries import write_countries
from freight_demand import write_demand
from freight_files import ASSUMPTION, Citations, read_hand, read_rows, write_table
from freight_network import write_network
from freight_observed import write_observed, write_outlooks, write_pipelines


def build(figures: Path, case_dir: Path) -> None:
    """Write every freight table."""
    updates = read_rows(figures / "update_2026_11.csv")
    cite = Citations(figures, [(row["source"], row["source_date"]) for row in updates], "u")
    write_network(figures, case_dir, cite)
    write_access(figures, case_dir, cite)
    write_demand(figures, case_dir, cite)
    write_observed(figures, case_dir, cite)
    write_outlooks(figures, case_dir, cite)
    write_pipelines(figures, case_dir, cite)
    _write_first_constants(case_dir)
    write_countries(case_dir)
    cite.save(case_dir)
    check_reachable(case_dir)


def _write_first_constants(case_dir: Path) -> None:
    if (case_dir / "freight" / "route_constants.csv").exists():
        return
    rows = [
        {
            "route": row["route"],
            "form": "*",
            "commodity": "*",
            "usd_per_t": 0.0,
            "source": ASSUMPTION,
            "confidence": "assumed",
            "note": "Before calibration",
        }
        for row in read_hand("routes")
    ]
    write_table(case_dir, "freight/route_constants", list(rows[0]), rows)


def main() -> None:
    """Read the command line and build."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--figures", type=Path, required=True, help="folder of collected figures")
    parser.add_argument("--out", type=Path, required=True, help="case folder to write into")
    options = parser.parse_args()
    build(options.figures, options.out)


if __name__ == "__main__":
    main()
