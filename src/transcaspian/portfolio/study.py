"""The whole study of a run's portfolios: choice, calendar, money and returns of each vehicle."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from transcaspian.case.check_finance import parse_weights
from transcaspian.errors import NotFoundError
from transcaspian.portfolio.accounts import (
    account_rows,
    balances,
    covenant_rows,
    loan_rows,
    reserve_of,
)
from transcaspian.portfolio.choose import Selection, SelectOptions, select, tail_mean
from transcaspian.portfolio.explain import explain_rejected, frontier
from transcaspian.portfolio.model import Objective
from transcaspian.portfolio.offers import Offers, make_offers
from transcaspian.portfolio.parties import (
    keep_vehicle,
    resized,
    returns_table,
    sharing_table,
)
from transcaspian.portfolio.vehicle import RunTables, read_vehicle

__all__ = ["PortfolioOptions", "portfolio_tables"]

STEPS = (1.0, 2.0, 5.0)  # of the sizes tried, and ten, a hundred, a thousand times as much


@dataclass(frozen=True, slots=True)
class PortfolioOptions:
    """What is asked of a study of portfolios.

    vehicles: all of the case where empty. size_musd: another size of the only vehicle named.
    frontier_points: choices between the best of each objective; 0 for none.
    """

    vehicles: tuple[str, ...] = ()
    weights: Mapping[str, float] = field(default_factory=dict)  # empty: as the vehicle says
    risk_weight: float = 0.0
    tail: float = 0.05
    size_musd: float | None = None
    frontier_points: int = 7
    select: SelectOptions = field(default_factory=SelectOptions)


def portfolio_tables(tables: RunTables, options: PortfolioOptions) -> dict[str, pl.DataFrame]:
    """Return every table of the portfolios of a run, by name.

    Raises
    ------
    NotFoundError
        Where the case has no vehicle, or none of a name asked for.
    InfeasibleError
        Where a vehicle's rules cannot be met together, naming those in conflict.
    """
    names = options.vehicles or tuple(tables.case["finance/vehicles"]["vehicle"])
    if not names:
        raise NotFoundError("The case has no finance/vehicles.csv, so nobody pays for projects.")
    if tables.results["projects"].is_empty():
        raise NotFoundError("The run has valued no project, so there is nothing to choose from.")
    parts = [_of_vehicle(tables, name, options) for name in names]
    return {name: pl.concat([part[name] for part in parts]) for name in parts[0]}


def _of_vehicle(tables: RunTables, name: str, options: PortfolioOptions) -> dict[str, pl.DataFrame]:
    vehicle = read_vehicle(tables, name, options.size_musd)
    offers = make_offers(tables, vehicle)
    objective = _objective(offers, options)
    best = select(offers.problem, objective, options.select)
    held = offers.chosen_finance({one.project: one.start_year for one in best.chosen})
    money = keep_vehicle(offers, best, held)
    accounts = account_rows(offers, best, held, money)
    kept = [name, *best.projects, *(reserve_of(project) for project in best.projects)]
    return {
        "portfolio_summary": _summary(offers, best, objective),
        "portfolio_choice": _choice(offers, best, objective, options),
        "portfolio_values": _values(offers, best, objective),
        "portfolio_calls": _calls(offers, best),
        "portfolio_accounts": accounts,
        "portfolio_balances": balances(accounts, kept),
        "portfolio_loans": loan_rows(offers, best, held),
        "portfolio_covenants": covenant_rows(offers, best, held),
        "portfolio_returns": returns_table(offers, money),
        "portfolio_sharing": sharing_table(offers, objective, best, options.select),
        "portfolio_frontier": _frontier(offers, options),
        "portfolio_sizes": _sizes(offers, objective, options),
    }


def _objective(offers: Offers, options: PortfolioOptions) -> Objective:
    own = parse_weights(str(offers.vehicle.row["objective"])) or {}
    return Objective(options.weights or own, options.risk_weight, options.tail)


def _named(objective: Objective) -> str:
    words = {"vehicle": "own NPV", "economic": "economic NPV"}
    parts = []
    for name, weight in objective.weights.items():
        kind, _, whose = name.partition(":")
        text = words.get(name) or (f"NPV of {whose}" if kind == "party" else f"gains of {whose}")
        parts.append(text if weight == 1.0 else f"{weight:g} x {text}")
    whole = " + ".join(parts)
    if objective.risk_weight == 0.0:
        return f"expected {whole}"
    return (
        f"{1.0 - objective.risk_weight:g} x expected and {objective.risk_weight:g} x worst"
        f" {objective.tail:.0%} of {whole}"
    )


def _summary(offers: Offers, best: Selection, objective: Objective) -> pl.DataFrame:
    row = {
        "vehicle": offers.vehicle.name,
        "name": str(offers.vehicle.row["name"]),
        "size_musd": offers.vehicle.size_musd,
        "inflation": float(offers.vehicle.row["inflation"]),
        "price_year": offers.price_year,
        "base_year": offers.base_year,
        "objective": _named(objective),
        "chosen": len(best.chosen),
        "committed_musd": float(sum(one.ticket_musd for one in best.chosen)),
        "recycled_musd": float(best.recycled.sum()),
        "value_musd": best.value,
        "bound_musd": best.bound,
        "gap": best.gap,
    }
    return pl.DataFrame([row])


def _choice(
    offers: Offers, best: Selection, objective: Objective, options: PortfolioOptions
) -> pl.DataFrame:
    problem, name = offers.problem, offers.vehicle.name
    rows: list[dict[str, object]] = []
    for one in best.chosen:
        option = next(
            option
            for candidate in problem.candidates
            if candidate.project == one.project
            for option in candidate.options
            if option.start_year == one.start_year
        )
        planned = offers.planned[one.project]
        late = one.start_year - planned
        rows.append(
            {
                "project": one.project,
                "state": "chosen",
                "start_year": one.start_year,
                "planned_year": planned,
                "share": one.share,
                "ticket_musd": one.ticket_musd,
                "vehicle_npv_musd": one.share
                * float(problem.probability @ option.per_share["vehicle"]),
                "economic_npv_musd": float(problem.probability @ option.if_chosen["economic"]),
                "reason": f"{late} years later than planned" if late else "as planned",
            }
        )
    rows += [
        {
            "project": rejected.project,
            "state": "rejected",
            "planned_year": offers.planned[rejected.project],
            "ticket_musd": rejected.ticket_musd,
            "value_gap_musd": rejected.value_gap_musd,
            "price_cut": rejected.price_cut,
            "enters_if_paid_by_others": rejected.enters_if_paid_by_others,
            "reason": rejected.words,
        }
        for rejected in explain_rejected(problem, objective, best, options.select)
    ]
    rows += [
        {
            "project": left.project,
            "state": "left_out",
            "planned_year": offers.planned[left.project],
            "reason": left.reason,
        }
        for left in offers.left_out
    ]
    return pl.DataFrame([{"vehicle": name} | row for row in rows], schema=CHOICE_SCHEMA)


CHOICE_SCHEMA: dict[str, pl.DataType] = {
    "vehicle": pl.String(),
    "project": pl.String(),
    "state": pl.String(),
    "start_year": pl.Int64(),
    "planned_year": pl.Int64(),
    "share": pl.Float64(),
    "ticket_musd": pl.Float64(),
    "vehicle_npv_musd": pl.Float64(),
    "economic_npv_musd": pl.Float64(),
    "value_gap_musd": pl.Float64(),
    "price_cut": pl.Float64(),
    "enters_if_paid_by_others": pl.Boolean(),
    "reason": pl.String(),
}


def _values(offers: Offers, best: Selection, objective: Objective) -> pl.DataFrame:
    """Return vehicle, objective, scenario ('mean' and 'worst tail' besides), value_musd."""
    probability = offers.problem.probability
    rows = []
    for name, values in best.by_scenario.items():
        named = list(zip(offers.problem.scenarios, values.tolist(), strict=True))
        named.append(("mean", float(probability @ values)))
        named.append(
            (f"worst {objective.tail:.0%}", tail_mean(values, probability, objective.tail))
        )
        rows += [(offers.vehicle.name, name, scenario, value) for scenario, value in named]
    names = ("vehicle", "objective", "scenario")
    schema: dict[str, pl.DataType] = dict.fromkeys(names, pl.String())
    return pl.DataFrame(rows, schema=schema | {"value_musd": pl.Float64()}, orient="row")


def _calls(offers: Offers, best: Selection) -> pl.DataFrame:
    """Return vehicle, party, year, call_musd, budget_musd; every year of paying."""
    called = best.call - best.recycled
    paying = [
        place for place, year in enumerate(offers.problem.years) if year in offers.vehicle.years
    ]
    rows = [
        (
            offers.vehicle.name,
            party.name,
            offers.problem.years[place],
            party.share * float(called[place]),
            float(party.budget[place]),
        )
        for party in offers.problem.parties
        for place in paying
    ]
    schema: dict[str, pl.DataType] = {"vehicle": pl.String(), "party": pl.String()}
    schema |= {"year": pl.Int64(), "call_musd": pl.Float64(), "budget_musd": pl.Float64()}
    return pl.DataFrame(rows, schema=schema, orient="row")


POINT_SCHEMA: dict[str, pl.DataType] = {
    "vehicle": pl.String(),
    "point": pl.Int64(),
    "size_musd": pl.Float64(),
    "vehicle_npv_musd": pl.Float64(),
    "economic_npv_musd": pl.Float64(),
    "committed_musd": pl.Float64(),
    "projects": pl.String(),
}


def _points(offers: Offers, found: Sequence[tuple[float, Selection]]) -> pl.DataFrame:
    probability = offers.problem.probability
    rows = [
        (
            offers.vehicle.name,
            place,
            size,
            one.mean("vehicle", probability),
            one.mean("economic", probability),
            float(sum(chosen.ticket_musd for chosen in one.chosen)),
            ", ".join(f"{chosen.project} {chosen.start_year}" for chosen in one.chosen),
        )
        for place, (size, one) in enumerate(found, 1)
    ]
    return pl.DataFrame(rows, schema=POINT_SCHEMA, orient="row")


def _frontier(offers: Offers, options: PortfolioOptions) -> pl.DataFrame:
    if options.frontier_points < 1 or not offers.problem.candidates:
        return pl.DataFrame(schema=POINT_SCHEMA)
    found = frontier(offers.problem, "vehicle", "economic", options.frontier_points, options.select)
    return _points(offers, [(offers.vehicle.size_musd, one) for one in found])


def _sizes(offers: Offers, objective: Objective, options: PortfolioOptions) -> pl.DataFrame:
    """Return the choice at 1, 2, 5, 10, ... million USD between the smallest and largest size."""
    low, high = offers.vehicle.row["size_low_musd"], offers.vehicle.row["size_high_musd"]
    if low is None or high is None:
        return pl.DataFrame(schema=POINT_SCHEMA)
    powers = [step * 10.0**power for power in range(7) for step in STEPS]
    sizes = sorted({low, high, *(size for size in powers if low <= size <= high)})
    found = [
        (
            size,
            select(
                resized(offers.problem, size / offers.vehicle.size_musd),
                objective,
                options.select,
            ),
        )
        for size in sizes
    ]
    return _points(offers, found)
