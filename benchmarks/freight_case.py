"""Time of a freight run of a case: paths of all runs, curves of the crossing, equilibrium, tables.

    python benchmarks/freight_case.py [CASE] [--year 2030]

Processor time; paths and curves are made once for many runs, equilibrium and tables for each.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from transcaspian import freight
from transcaspian.case.read import read_case
from transcaspian.study.crossing_room import CrossingRoom
from transcaspian.study.freight_room import catalogue_views

Result = TypeVar("Result")


def main() -> None:
    """Print one row a phase."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", nargs="?", help="folder or name; the packaged one without it")
    parser.add_argument("--year", type=int, default=2030)
    asked = parser.parse_args()
    case = read_case(Path(asked.case)) if asked.case else read_case()
    view = case.at(asked.year)
    freight.assign_case(view)  # compiled loops are loaded
    paths = timed("paths of all runs", lambda: freight.collect_paths(catalogue_views(case)))
    curves = timed("curves of the crossing", lambda: CrossingRoom().curves(view))
    result = timed("equilibrium", lambda: freight.assign_case(view, catalogue=paths, curves=curves))
    timed("tables", lambda: freight.freight_tables(result))
    print(f"paths: {sum(map(len, paths.paths.values()))}")  # noqa: T201


def timed(phase: str, work: Callable[[], Result]) -> Result:
    """Do some work and print its processor time [s]."""
    begin = time.process_time()
    result = work()
    print(f"{phase:24}{time.process_time() - begin:8.2f} s")  # noqa: T201
    return result


if __name__ == "__main__":
    main()
