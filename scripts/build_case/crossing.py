"""Compile the crossing tables of the packaged case from a folder of collected figures.

    python scripts/build_case/crossing.py --figures DIR --out CASE

Closures, sea levels, vessels and published counts are read from the figures; what nobody
publishes is an assumption of these scripts and marked so in its row.
"""

import argparse
from pathlib import Path

import crossing_fleet as fleet
import crossing_ports as ports
import crossing_traffic as traffic
from crossing_figures import Build
from freight_files import write_table

from transcaspian.case.columns_crossing import TABLES

WRITERS = {
    "weathers": ports.weathers_rows, "closures": ports.closures_rows, "sea_level": ports.sea_level_rows, "ports": ports.ports_rows,
    "port_years": ports.port_years_rows, "berths": ports.berths_rows, "berth_years": ports.berth_years_rows, "cargoes": ports.cargoes_rows,
    "handling": ports.handling_rows, "yards": ports.yards_rows, "sidings": ports.sidings_rows, "vessels": fleet.vessels_rows,
    "routes": fleet.routes_rows, "services": fleet.services_rows, "service_years": fleet.service_years_rows,
    "arrivals": traffic.arrivals_rows, "arrival_years": traffic.arrival_years_rows, "visits": traffic.visits_rows,
    "visit_years": traffic.visit_years_rows, "links": traffic.links_rows, "observed": traffic.observed_rows,
}  # fmt: skip


def build(figures: Path, case_dir: Path) -> None:
    """Write every crossing table and merge their sources into the case."""
    compiled = Build(figures)
    for table in TABLES:
        rows = list(WRITERS[table.name.split("/")[1]](compiled))
        write_table(case_dir, table.name, [column.name for column in table.all_columns()], rows)
    compiled.cite.save(case_dir)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--figures", type=Path, required=True, help="folder of the freight figures")
    parser.add_argument("--out", type=Path, required=True, help="folder of the case")
    arguments = parser.parse_args()
    build(arguments.figures, arguments.out)
