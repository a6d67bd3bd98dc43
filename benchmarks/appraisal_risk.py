"""Risk draws of many projects: processor seconds and peak memory as the number of draws grows.

25 projects of 40 years with uncertain capital cost, benefits, growth and delay, correlated between
the projects. The peak should grow by the NPVs themselves only (8 bytes a draw and project).

Run: python benchmarks/appraisal_risk.py [draws, by default 2000]
"""

import sys
import time
import tracemalloc

import numpy as np

from transcaspian.appraisal.distributions import COST_OVERRUNS, Pert, Triangular
from transcaspian.appraisal.money import MARGIN_YEARS, MoneyModel
from transcaspian.appraisal.risk import RiskInputs, RiskOptions, simulate_risk

PROJECTS = 25
YEARS_OF_USE = 40
BUILDING_YEARS = 4
# More draws at a time than correlated inputs: 25 projects with 4 each.
LEAST_DRAWS = 200


def make_model(number: int) -> MoneyModel:
    """Return a project of random size that opens in 2030."""
    rng = np.random.default_rng(number)
    year = np.arange(2030 - BUILDING_YEARS - MARGIN_YEARS, 2030 + YEARS_OF_USE + MARGIN_YEARS)
    use = ((year >= 2030) & (year < 2030 + YEARS_OF_USE)).astype(np.float64)
    building = ((year >= 2030 - BUILDING_YEARS) & (year < 2030)).astype(np.float64)
    capex = rng.uniform(200.0, 5000.0)
    return MoneyModel(
        project=f"project_{number}",
        year=year,
        benefit=np.full(year.size, capex * rng.uniform(0.06, 0.14)),
        use=use,
        operation=0.02 * capex * use,
        capital=capex / BUILDING_YEARS * building,
        opening_year=2030,
        discount_year=2025,
    )


def main(draws: int) -> None:
    """Time the draws and print the peak for a tenth of them and for all."""
    models = [make_model(number) for number in range(PROJECTS)]
    inputs = [
        RiskInputs(
            capex_factor=COST_OVERRUNS["rail"],
            benefit_factor=Pert(0.5, 0.95, 1.3),
            benefit_growth=Triangular(-0.02, 0.0, 0.02),
            delay_years=Triangular(0.0, 1.0, 6.0),
        )
    ] * PROJECTS
    for number in (max(draws // 10, LEAST_DRAWS), max(draws, LEAST_DRAWS)):
        options = RiskOptions(
            rate=0.06,
            n_draw=number,
            block=min(number, 1000),
            correlation={"capex_factor": 0.3, "benefit_factor": 0.5},
        )
        start = time.process_time()
        result = simulate_risk(models, inputs, options)
        seconds = time.process_time() - start
        tracemalloc.start()
        simulate_risk(models, inputs, options)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        print(  # noqa: T201
            f"{number} draws x {YEARS_OF_USE} years x {PROJECTS} projects: {seconds:.2f} processor s, peak "
            f"{peak / 1e6:.1f} MB, of which NPVs {result.npv_musd.nbytes / 1e6:.1f} MB"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
