"""Set the crossing's arrivals of later years to what freight sends in the reference.

    python scripts/build_case/crossing_arrivals.py --case CASE

Delay curves load all cargo of a year alike, so that they are right where the mix of the arrivals is
that of the traffic. From the arrivals in the case (counts of past years grown with demand), traffic
and arrivals are brought together: freight is assigned on the curves, arrivals become the traffic,
the crossing is simulated again, until they agree. Past years keep their counts. Run after
`crossing.py` and `calibrate_freight.py`.
"""

import argparse
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import polars as pl
from freight_files import ASSUMPTION, read_rows, write_table

from transcaspian.case.read import read_case
from transcaspian.case.tables import YearView
from transcaspian.study.crossing_room import CrossingRoom

TABLE = "crossing/arrival_years"
TOLERANCE = 0.02  # of the units of each stream
MOST_ROUNDS = 12
NOTE = "as freight sends it over this sea in the reference, empty ones returned"
Pair = tuple[str, str, str]


def agreed_units(view: YearView) -> dict[str, float]:
    """Return the units of every stream at which arrivals and traffic agree."""
    catalogue = None
    for number in range(1, MOST_ROUNDS + 1):
        joined = CrossingRoom().assign(view, catalogue)
        catalogue = joined.freight.catalogue
        worst = max(abs(factor - 1.0) for factor in joined.factors.values())
        print(f"{view.year} round {number}: traffic off arrivals by {worst:.3g}")  # noqa: T201
        arrivals = view.tables["crossing/arrivals"]
        if worst < TOLERANCE:
            return dict(arrivals.select("arrival", "units").iter_rows())
        pairs: list[Pair] = list(arrivals.select("port0", "port1", "cargo").iter_rows())
        scaled = [
            units * joined.factors.get(pair, 1.0)
            for pair, units in zip(pairs, arrivals["units"], strict=True)
        ]
        arrivals = arrivals.with_columns(pl.Series("units", scaled, dtype=pl.Float64))
        tables = {**view.tables, "crossing/arrivals": arrivals}
        view = replace(view, tables=MappingProxyType(tables))
    raise RuntimeError(f"{view.year}: arrivals and traffic do not come together.")


def build(case_dir: Path) -> None:
    """Write the arrivals of the model years after the base year."""
    case = read_case(case_dir)
    years = [year for year in case.settings.model_years if year > case.settings.base_year]
    units = {year: agreed_units(case.at(year)) for year in years}
    rows = read_rows(case_dir / f"{TABLE}.csv")
    joined = set(case.tables["crossing/links"]["cargo"])
    cargo_of = dict(case.tables["crossing/arrivals"].select("arrival", "cargo").iter_rows())
    out: list[dict[str, object]] = []
    for row in rows:
        year, arrival = int(row["year"]), row["arrival"]
        found = units.get(year, {}).get(arrival)
        if found is None or cargo_of[arrival] not in joined or round(found) == float(row["units"]):
            out.append(dict(row))
        else:
            own = {"source": ASSUMPTION, "confidence": "derived", "note": NOTE}
            out.append({**row, "units": round(found), **own})
    write_table(case_dir, TABLE, list(rows[0]), out)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", type=Path, required=True, help="folder of the case")
    build(parser.parse_args().case)
