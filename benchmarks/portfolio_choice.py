"""A choice of projects of the size of a real programme, made up, to a gap of 0.1 %.

Sixty projects with variants, twelve opening years each, three scenarios, two parties with yearly
budgets, balance, order, building capacity, interaction and half the weight on the bad tail.
Prints seconds to build and to solve, by the clock and of the one processor used, value and gap.

Run: python benchmarks/portfolio_choice.py [number of projects, by default 60]
"""

import sys
import time

import numpy as np

from transcaspian.portfolio import (
    BuildCapacity,
    Bundle,
    Candidate,
    Exclusion,
    Objective,
    Option,
    Party,
    Precedence,
    SelectionProblem,
    SelectOptions,
    ShareLimit,
)
from transcaspian.portfolio.choose import solve_model
from transcaspian.portfolio.model import build_model

N_YEAR, N_SCENARIO = 12, 3
COUNTRIES, SECTORS = ("AZ", "KZ", "GE", "UZ"), ("power", "freight", "own")
GAP = 1e-3


def make_problem(number: int) -> SelectionProblem:
    """Return a made-up programme of so many projects."""
    rng = np.random.default_rng(2027)
    years = tuple(range(2027, 2027 + N_YEAR))
    candidates = tuple(_candidate(rng, place, years) for place in range(number))
    names = [candidate.project for candidate in candidates]
    size = 12.0 * number
    return SelectionProblem(
        years=years,
        scenarios=("base", "low", "high"),
        probability=np.array([0.5, 0.25, 0.25]),
        candidates=candidates,
        parties=(
            Party("one", 0.6, np.full(N_YEAR, 0.6 * size / 8.0), 0.6 * size),
            Party("two", 0.4, np.full(N_YEAR, 0.4 * size / 8.0), 0.4 * size),
        ),
        ticket_floor=0.05,
        ticket_cap=0.49,
        largest_ticket_musd=0.2 * size,
        limits=tuple(ShareLimit("country", country, 0.05, 0.5) for country in COUNTRIES),
        precedences=tuple(
            Precedence(names[place], names[place - 1], 1) for place in range(10, number, 10)
        ),
        exclusions=tuple(
            Exclusion((names[place], names[place + 1])) for place in range(5, number - 1, 12)
        ),
        capacities=(BuildCapacity("sector", "*", np.full(N_YEAR, 25.0 * number)),),
        bundles=tuple(_bundle(rng, names, place) for place in range(0, number - 3, 6)),
    )


def _candidate(rng: np.random.Generator, place: int, years: tuple[int, ...]) -> Candidate:
    cost = float(rng.uniform(30.0, 800.0))
    worth = cost * rng.normal(0.10, 0.25, N_SCENARIO) * np.array([1.0, 0.6, 1.4])
    economic = cost * rng.normal(0.3, 0.6, N_SCENARIO)
    options = []
    for delay, year in enumerate(years):
        call = np.zeros(N_YEAR)
        call[delay : delay + 3] = [0.3, 0.4, 0.3][: N_YEAR - delay]
        if call.sum() < 1.0:
            continue
        later = 0.95**delay
        options.append(
            Option(
                start_year=year + 3,
                call=0.4 * cost * call,
                spending=cost * call,
                inflow=np.zeros((N_SCENARIO, N_YEAR)),
                per_share={"vehicle": worth * later},
                if_chosen={"economic": economic * later},
            )
        )
    group = f"P{place - place % 5}" if place % 5 == 1 else f"P{place}"
    country = COUNTRIES[int(rng.integers(len(COUNTRIES)))]
    return Candidate(f"P{place}", group, SECTORS[place % 3], {country: 1.0}, tuple(options))


def _bundle(rng: np.random.Generator, names: list[str], place: int) -> Bundle:
    members = (names[place], names[place + 2])
    gain = rng.normal(0.0, 40.0, N_SCENARIO)
    return Bundle(f"B{place}", members, {"economic": gain}, {"vehicle": {members[0]: 0.2 * gain}})


def main(number: int) -> None:
    """Build and solve the programme under two objectives; print one line each."""
    problem = make_problem(number)
    objectives = {
        "mean": Objective({"vehicle": 1.0, "economic": 0.1}),
        "mean and worst third": Objective({"vehicle": 1.0, "economic": 0.1}, 0.5, 1.0 / 3.0),
    }
    for name, objective in objectives.items():
        start = time.perf_counter()
        model = build_model(problem, objective)
        built = time.perf_counter() - start
        before = time.process_time()
        found = solve_model(problem, model, objective, SelectOptions(gap=GAP))
        worked = time.process_time() - before
        print(  # noqa: T201
            f"{name}: {number} projects, {model.program.n_col} columns, {model.program.n_row} rows:"
            f" built in {built:.2f} s, solved in {found.seconds:.1f} s ({worked:.1f} s of one"
            f" processor), {len(found.chosen)} chosen,"
            f" value {found.value:.1f}, gap {found.gap:.1e}"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
