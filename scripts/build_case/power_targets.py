"""Derives the targets of the synthetic hourly series that `transcaspian.case.synthetic` reads.

    python scripts/build_case/power_targets.py --figures DIR

From observed hourly series only means, spreads and shapes are taken; no series is copied. Places
without observations take hand-kept values. Loads, weather and markets stand in modules of their
own (`power_target_*`).
"""

import argparse
from pathlib import Path

from power_target_book import Targets
from power_target_loads import add_loads
from power_target_markets import add_heat, add_prices, add_russian_prices
from power_target_weather import add_correlations, add_hydro, add_solar, add_wind


def main() -> None:
    """Derive all targets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--figures", type=Path, required=True)
    book = Targets(parser.parse_args().figures)
    for add in (
        add_loads,
        add_wind,
        add_solar,
        add_hydro,
        add_heat,
        add_prices,
        add_russian_prices,
        add_correlations,
    ):
        add(book)
    book.write()


if __name__ == "__main__":
    main()
