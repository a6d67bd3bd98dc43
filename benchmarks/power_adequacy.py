"""Adequacy of the packaged case: 17 zones, 17 edge markets, years of 8,760 hours.

    python benchmarks/power_adequacy.py [--years 25 1000 10000]

Prints for each number of years: seconds of the clock and of the processors on two threads, peak
memory, and the widest relative half-width of LOLE and EENS among zones above one hour a year.
"""

import argparse
import resource
import sys
import time

from transcaspian.case.read import read_case
from transcaspian.power.adequacy.read import read_system
from transcaspian.power.adequacy.simulate import AdequacyOptions, simulate
from transcaspian.power.adequacy.statistics import half_widths

SIZES = (25, 1000, 10_000)
YEAR = 2030
KB_PER_MB = 1024.0


def measure(years: int) -> str:
    """Return one line of figures for so many simulated years."""
    start = time.perf_counter()
    system = read_system(read_case("trans-caspian").at(YEAR))
    read_s = time.perf_counter() - start
    start, spent = time.perf_counter(), time.process_time()
    result = simulate(system, AdequacyOptions(samples=years, workers=2))
    clock_s, processor_s = time.perf_counter() - start, time.process_time() - spent
    counts = result.lole.mean(axis=0) > 1.0
    widest = []
    for figure in (result.lole, result.eens):
        mean, half = half_widths(figure[:, counts])
        widest.append(float((half / mean).max()) if mean.size else 0.0)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KB_PER_MB
    return (
        f"{years:>6} years: read {read_s:.1f} s, simulate {clock_s:.1f} s"
        f" ({processor_s:.1f} s of processors), {peak_mb:.0f} MB, {int(counts.sum())} zones above"
        f" 1 h, LOLE ± {widest[0]:.1%}, EENS ± {widest[1]:.1%}"
    )


def main() -> None:
    """Measure every size, the smallest first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--years", type=int, nargs="*", default=SIZES)
    for years in parser.parse_args().years:
        sys.stdout.write(measure(years) + "\n")


if __name__ == "__main__":
    main()
