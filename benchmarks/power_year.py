"""The packaged year of dispatch: reading, building, one cold solve, window start, a variant.

    python benchmarks/power_year.py [HOURS]

HOURS: the first hours of the year that are solved; 8760 by default, 336 as a smoke test. Each phase
is timed apart; the cold solve is HiGHS on the whole program with its own presolve and choices.
"""

import resource
import sys
import time

from transcaspian.case.read import read_case
from transcaspian.lp import SolveOptions, solve
from transcaspian.power.dispatch import PowerOptions, solve_year
from transcaspian.power.equations import build_grid
from transcaspian.power.year import read_year

YEAR = 2030
PROJECT = "CASPIAN_CABLE_1000"


def main(hours: int) -> None:
    """Print seconds of each phase and the share that building takes of a cold solve."""
    case = read_case()
    view = case.at(YEAR)
    start = time.perf_counter()
    program = build_grid(read_year(view, hours).grid)
    build_s = time.perf_counter() - start
    start = time.perf_counter()
    cold = solve(program.lp, SolveOptions())
    cold_s = time.perf_counter() - start
    start = time.perf_counter()
    ours = solve_year(view, PowerOptions(n_hour=hours, workers=2))
    windows_s = time.perf_counter() - start
    start = time.perf_counter()
    solve_year(case.at(YEAR, projects=(PROJECT,)), PowerOptions(n_hour=hours, workers=2), ours)
    variant_s = time.perf_counter() - start
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    rows = (
        ("columns", program.lp.n_col, ""),
        ("rows", program.lp.n_row, ""),
        ("arrays built", build_s, "s"),
        ("one cold solve", cold_s, "s"),
        ("arrays built over one cold solve", 100 * build_s / cold_s, "%"),
        ("window start, two workers, in all", windows_s, "s"),
        ("a variant from that optimum, in all", variant_s, "s"),
        (
            "objective, window start over cold, less one",
            ours.objective_usd / cold.objective - 1,
            "",
        ),
        ("peak memory", peak_gb, "GB"),
    )
    for name, value, unit in rows:
        sys.stdout.write(f"{name:45} {value:14.6g} {unit}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 8760)
