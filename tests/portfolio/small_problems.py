"""Portfolio problems for tests, and an answer to each by trying every choice."""

from collections.abc import Iterator
from itertools import product

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

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
    ShareLimit,
)

FloatArray = NDArray[np.float64]
YEARS = (2027, 2028, 2029)
COUNTRIES, SECTORS = ("AZ", "KZ"), ("power", "freight")


def option(
    start: int, call: list[float], value: list[float] | float, economic: float = 0.0
) -> Option:
    """Return an option whose whole equity calls and brings what is given, in one scenario or more."""
    values = np.atleast_1d(np.asarray(value, dtype=float))
    calls = np.asarray(call, dtype=float)
    return Option(
        start_year=start,
        call=calls,
        spending=calls * 2.0,
        inflow=np.zeros((values.size, calls.size)),
        per_share={"vehicle": values},
        if_chosen={"economic": np.full(values.size, economic)},
    )


def candidate(
    name: str, *options: Option, group: str = "", sector: str = "power", country: str = "AZ"
) -> Candidate:
    return Candidate(name, group or name, sector, {country: 1.0}, options)


def problem(*candidates: Candidate, budget: float = 100.0, **rules: object) -> SelectionProblem:
    """Return a problem of one party with the same budget every year, whole tickets, one scenario."""
    n_year = candidates[0].options[0].call.size
    n_scenario = next(iter(candidates[0].options[0].per_share.values())).size
    given: dict[str, object] = {
        "years": tuple(range(2027, 2027 + n_year)),
        "scenarios": tuple(f"s{place}" for place in range(n_scenario)),
        "probability": np.full(n_scenario, 1.0 / n_scenario),
        "candidates": candidates,
        "parties": (Party("one", 1.0, np.full(n_year, budget), budget * n_year),),
    }
    return SelectionProblem(**(given | rules))  # type: ignore[arg-type]


def tail_of(value: FloatArray, probability: FloatArray, tail: float) -> float:
    """Return the mean of the worst part by the definition: the largest t - E[(t - value)+]/tail."""
    return max(t - float(probability @ np.maximum(t - value, 0.0)) / tail for t in value)


def best_by_trying(made: SelectionProblem, objective: Objective) -> float | None:
    """Return the best value over every combination of options with whole tickets; None for none.

    Every rule is written anew here, on chosen options and not on rows of a program.
    """
    best = None
    for chosen in combinations_of(made):
        if not meets_rules(made, chosen):
            continue
        value = np.zeros(len(made.scenarios))
        for name, weight in objective.weights.items():
            for _, each in chosen:
                value = value + weight * (
                    each.per_share.get(name, 0.0) + each.if_chosen.get(name, 0.0)
                )
            for bundle in made.bundles:
                names = {c.project for c, o in chosen if o.start_year <= bundle.open_by}
                if set(bundle.projects) <= names:
                    value = value + weight * bundle.if_chosen.get(name, 0.0)
                    for share in bundle.per_share.get(name, {}).values():
                        value = value + weight * share
        mean = float(made.probability @ value)
        risky = mean
        if objective.risk_weight:
            bad = tail_of(value, made.probability, objective.tail)
            risky = (1 - objective.risk_weight) * mean + objective.risk_weight * bad
        best = risky if best is None else max(best, risky)
    return best


def combinations_of(made: SelectionProblem) -> Iterator[list[tuple[Candidate, Option]]]:
    """Yield every combination of options, at most one of each candidate."""
    choices = [[None, *each.options] for each in made.candidates]
    for combination in product(*choices):
        yield [(c, o) for c, o in zip(made.candidates, combination, strict=True) if o is not None]


def meets_rules(made: SelectionProblem, chosen: list[tuple[Candidate, Option]]) -> bool:
    groups = [c.group for c, _ in chosen]
    if len(set(groups)) < len(groups):
        return False
    names = {c.project for c, _ in chosen}
    start = {c.group: o.start_year for c, o in chosen}
    if any(made.group_of(name) not in groups for name in made.required):
        return False
    if any(len(names & set(rule.projects)) > 1 for rule in made.exclusions):
        return False
    for rule in made.precedences:
        for c, o in chosen:
            if c.project == rule.project:
                needed = start.get(made.group_of(rule.needs))
                if needed is None or needed > o.start_year - rule.lag_years:
                    return False
    call = sum((o.call for _, o in chosen), np.zeros(len(made.years)))
    committed = float(call.sum())
    slack = 1e-9
    for party in made.parties:
        if np.any(party.share * call > party.budget + slack):
            return False
        if party.share * committed > party.commitment + slack:
            return False
    if any(o.call.sum() > made.largest_ticket_musd + slack for _, o in chosen):
        return False
    for limit in made.limits:
        inside = sum(
            float(o.call.sum()) * _part(c, limit.dimension, limit.member) for c, o in chosen
        )
        if inside < limit.minimum * committed - slack or inside > limit.maximum * committed + slack:
            return False
    for rule in made.capacities:
        built = sum(
            (o.spending * _part(c, rule.dimension, rule.member) for c, o in chosen),
            np.zeros(len(made.years)),
        )
        if np.any(built > rule.capacity + slack):
            return False
    return True


def _part(c: Candidate, dimension: str, member: str) -> float:
    if member == "*":
        return 1.0
    if dimension == "country":
        return c.countries.get(member, 0.0)
    return float((c.sector if dimension == "sector" else c.project) == member)


@st.composite
def problems(draw: st.DrawFn, most: int = 12, most_choices: int = 4096) -> SelectionProblem:
    """Draw problems of up to `most` projects with every kind of rule; whole tickets only."""
    number = draw(st.integers(1, most))
    n_scenario = draw(st.sampled_from((1, 1, 3)))
    whole = st.integers(0, 20)
    signed = st.integers(-20, 30)
    room, candidates = most_choices, []
    for place in range(number):
        left = number - place - 1
        most_options = 2 if room // 3 >= 2**left else 1
        n_option = draw(st.integers(1, most_options))
        room //= n_option + 1
        options = tuple(
            Option(
                start_year=2028 + shift,
                call=np.array(draw(st.lists(whole, min_size=3, max_size=3)), dtype=float),
                spending=np.array(draw(st.lists(whole, min_size=3, max_size=3)), dtype=float),
                inflow=np.zeros((n_scenario, 3)),
                per_share={"vehicle": _floats(draw, signed, n_scenario)},
                if_chosen={"economic": _floats(draw, signed, n_scenario)},
            )
            for shift in range(n_option)
        )
        variant = place > 0 and draw(st.integers(0, 4)) == 0
        group = candidates[-1].group if variant else f"P{place}"
        share = draw(st.sampled_from((0.0, 0.25, 1.0)))
        candidates.append(
            Candidate(
                f"P{place}",
                group,
                draw(st.sampled_from(SECTORS)),
                {"AZ": share, "KZ": 1.0 - share},
                options,
            )
        )
    names = [each.project for each in candidates]
    pairs = st.tuples(st.integers(0, number - 1), st.integers(0, number - 1))
    split = draw(st.sampled_from((0.5, 0.7)))
    budget = draw(st.lists(st.integers(5, 60), min_size=3, max_size=3))
    precedences = {
        (max(pair), min(pair)): Precedence(
            names[max(pair)], names[min(pair)], draw(st.integers(0, 1))
        )
        for pair in draw(st.lists(pairs, max_size=2))
        if candidates[pair[0]].group != candidates[pair[1]].group
    }
    exclusions = [
        Exclusion((names[a], names[b])) for a, b in draw(st.lists(pairs, max_size=1)) if a != b
    ]
    bundles = [
        Bundle(
            f"B{place}",
            (names[a], names[b]),
            {"economic": _floats(draw, signed, n_scenario)},
            {"vehicle": {names[a]: _floats(draw, signed, n_scenario)}},
            open_by=draw(st.sampled_from((2028, 2029, 9999))),
        )
        for place, (a, b) in enumerate(draw(st.lists(pairs, max_size=2)))
        if a != b
    ]
    limits = draw(
        st.sampled_from(
            (
                (),
                (ShareLimit("country", "AZ", 0.0, 0.6),),
                (ShareLimit("sector", "power", 0.2, 0.8),),
                (ShareLimit("project", names[0], 0.0, 0.5),),
            )
        )
    )
    capacity = draw(
        st.sampled_from(
            (
                (),
                (BuildCapacity("sector", "*", np.array([30.0, 30.0, 30.0])),),
                (BuildCapacity("country", "KZ", np.array([15.0, 20.0, 25.0])),),
            )
        )
    )
    return SelectionProblem(
        years=YEARS,
        scenarios=tuple(f"s{place}" for place in range(n_scenario)),
        probability=np.full(n_scenario, 1.0 / n_scenario),
        candidates=tuple(candidates),
        parties=(
            Party("one", split, split * np.array(budget, dtype=float), 1000.0),
            Party(
                "two",
                1.0 - split,
                np.array(budget, dtype=float),
                draw(st.sampled_from((12.0, 30.0, 1000.0))),
            ),
        ),
        largest_ticket_musd=draw(st.sampled_from((25.0, float("inf")))),
        limits=limits,
        precedences=tuple(precedences.values()),
        exclusions=tuple(exclusions),
        required=tuple(names[:1]) if draw(st.integers(0, 5)) == 0 else (),
        capacities=capacity,
        bundles=tuple(bundles),
    )


def _floats(draw: st.DrawFn, values: st.SearchStrategy[int], size: int) -> FloatArray:
    return np.array(draw(st.lists(values, min_size=size, max_size=size)), dtype=float)
