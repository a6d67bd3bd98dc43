"""Time of a year of the packaged crossing: building, simulating and measuring apart.

    python benchmarks/crossing_year.py [--smallest]

Processor time of one core, mean over replications.
"""

import argparse
import time

from transcaspian.case.read import read_case
from transcaspian.crossing.check import check_crossing
from transcaspian.crossing.engine import run_kernel
from transcaspian.crossing.measure import measure
from transcaspian.crossing.programs import Options, build_model
from transcaspian.crossing.tables import read_crossing


def main() -> None:
    """Print one row a year of the case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smallest", action="store_true", help="one replication of one year")
    smallest = parser.parse_args().smallest
    case, options = read_case(), Options()
    print(f"{'year':>6}{'build ms':>10}{'simulate ms':>13}{'measure ms':>12}{'facts':>9}")  # noqa: T201
    for year in (2025,) if smallest else (2025, 2030, 2040):
        crossing = check_crossing(read_crossing(case.at(year)))
        begin = time.process_time()
        model, places = build_model(crossing, options)
        build_s = time.process_time() - begin
        run_kernel(model, 10.0, 0)
        replications = 1 if smallest else 20
        begin = time.process_time()
        logs = [run_kernel(model, options.until_h, 0, r) for r in range(replications)]
        simulate_s = (time.process_time() - begin) / replications
        begin = time.process_time()
        for log in logs:
            measure(log, crossing, model, places, options)
        measure_s = (time.process_time() - begin) / replications
        print(  # noqa: T201
            f"{year:6d}{1e3 * build_s:10.1f}{1e3 * simulate_s:13.1f}"
            f"{1e3 * measure_s:12.1f}{logs[0].size:9d}"
        )


if __name__ == "__main__":
    main()
