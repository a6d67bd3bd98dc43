from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from tests.portfolio.small_problems import (
    best_by_trying,
    candidate,
    combinations_of,
    meets_rules,
    option,
    problem,
    problems,
    tail_of,
)
from transcaspian.errors import InfeasibleError, InputError
from transcaspian.portfolio import (
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
    select,
)
from transcaspian.portfolio.choose import tail_mean

EXACT = SelectOptions(gap=1e-9)
OBJECTIVES = (
    Objective({"vehicle": 1.0}),
    Objective({"economic": 1.0}),
    Objective({"vehicle": 0.7, "economic": 0.3}),
    Objective({"vehicle": 1.0, "economic": 0.5}, risk_weight=0.4, tail=0.5),
)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(made=problems(), objective=st.sampled_from(OBJECTIVES))
def test_the_choice_is_worth_as_much_as_the_best_of_all_choices(
    made: SelectionProblem, objective: Objective
) -> None:
    best = best_by_trying(made, objective)
    if best is None:
        with pytest.raises(InfeasibleError):
            select(made, objective, EXACT)
        return

    found = select(made, objective, EXACT)

    assert found.value == pytest.approx(best, abs=1e-6)
    assert found.bound >= best - 1e-6


@settings(max_examples=25, deadline=None)
@given(made=problems(most=5, most_choices=48), cap=st.sampled_from((0.3, 0.49)))
def test_shares_within_a_floor_and_a_cap_are_the_best_of_every_set(
    made: SelectionProblem, cap: float
) -> None:
    bare = replace(made, ticket_floor=0.1, ticket_cap=cap, bundles=(), required=(), limits=())
    best = _best_shares(bare)

    found = select(bare, Objective({"vehicle": 1.0, "economic": 0.2}), EXACT)

    assert found.value == pytest.approx(best, abs=1e-6)
    for one in found.chosen:
        assert 0.1 - 1e-7 <= one.share <= cap + 1e-7


def _best_shares(made: SelectionProblem) -> float:
    """Try every set that the rules on sets allow; find the best shares of each by an LP of its own."""
    from dataclasses import replace

    free = replace(
        made,
        parties=(Party("any", 1.0, np.full(3, 1e9), 1e9),),
        largest_ticket_musd=float("inf"),
    )
    best = -np.inf
    for chosen in combinations_of(made):
        if not meets_rules(free, chosen):
            continue
        fixed = sum(0.2 * float(made.probability @ o.if_chosen["economic"]) for _, o in chosen)
        if not chosen:
            best = max(best, fixed)
            continue
        gain = np.array([float(made.probability @ o.per_share["vehicle"]) for _, o in chosen])
        calls = np.array([o.call for _, o in chosen])
        rows = [party.share * calls[:, year] for party in made.parties for year in range(3)]
        limit = [party.budget[year] for party in made.parties for year in range(3)]
        rows += [party.share * calls.sum(axis=1) for party in made.parties]
        limit += [party.commitment for party in made.parties]
        caps = [
            min(made.ticket_cap, made.largest_ticket_musd / max(o.call.sum(), 1e-9))
            for _, o in chosen
        ]
        if min(caps) < made.ticket_floor:
            continue
        answer = linprog(
            -gain, np.array(rows), limit, bounds=[(made.ticket_floor, cap) for cap in caps]
        )
        assert answer.status in (0, 2), answer.message  # optimal, or no such choice
        if answer.status == 0:
            best = max(best, fixed - answer.fun)
    return float(best)


def test_every_public_name_is_there() -> None:
    import transcaspian as tc
    from transcaspian import portfolio

    for name in portfolio.__all__:
        assert getattr(portfolio, name).__name__ == name
    assert tc.portfolio.select is select
    with pytest.raises(AttributeError):
        getattr(portfolio, "nothing")  # noqa: B009


def test_of_two_projects_that_need_the_same_money_the_better_is_chosen() -> None:
    made = problem(
        candidate("A", option(2028, [60.0, 0.0], 10.0)),
        candidate("B", option(2028, [60.0, 0.0], 12.0)),
        budget=100.0,
    )

    found = select(made)

    assert found.projects == ("B",)
    assert found.value == pytest.approx(12.0)


def test_a_project_is_put_off_when_the_money_of_a_later_year_pays_for_it() -> None:
    made = problem(
        candidate("A", option(2028, [60.0, 0.0], 10.0), option(2029, [0.0, 60.0], 9.0)),
        candidate("B", option(2028, [60.0, 0.0], 12.0)),
        budget=100.0,
    )

    found = select(made)

    assert [(one.project, one.start_year) for one in found.chosen] == [("A", 2029), ("B", 2028)]
    assert found.value == pytest.approx(21.0)


def test_money_that_came_back_pays_for_a_second_project() -> None:
    first = Option(
        start_year=2027,
        call=np.array([50.0, 0.0]),
        spending=np.array([50.0, 0.0]),
        inflow=np.array([[0.0, 40.0]]),
        per_share={"vehicle": np.array([5.0])},
    )
    second = option(2029, [0.0, 80.0], 20.0)
    made = problem(candidate("A", first), candidate("B", second), budget=50.0)
    without = select(made)

    with_recycling = select(
        problem(
            candidate("A", first),
            candidate("B", second),
            budget=50.0,
            recycled_share=1.0,
            recycling_ends=2028,
        )
    )

    assert without.projects == ("A",)
    assert with_recycling.projects == ("A", "B")
    assert with_recycling.call[1] - with_recycling.recycled[1] <= 50.0 + 1e-6
    assert with_recycling.recycled[1] <= 40.0 + 1e-6


@settings(max_examples=25, deadline=None)
@given(made=problems(most=5, most_choices=48), seed=st.integers(0, 1000))
def test_reinvested_money_allows_the_best_set_that_some_plan_pays_for(
    made: SelectionProblem, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    tight = tuple(
        replace(p, budget=p.budget / 2.0, commitment=20.0 * p.share) for p in made.parties
    )
    back = tuple(
        replace(
            c,
            options=tuple(
                replace(o, inflow=rng.integers(0, 15, o.inflow.shape).astype(float))
                for o in c.options
            ),
        )
        for c in made.candidates
    )
    recycling = replace(
        made, candidates=back, parties=tight, required=(), recycled_share=0.8, recycling_ends=2029
    )
    free = replace(recycling, parties=(Party("any", 1.0, np.full(3, 1e9), 1e9),))

    found = select(recycling, Objective({"vehicle": 1.0, "economic": 0.5}), EXACT)

    best = max(
        _worth(recycling, chosen)
        for chosen in combinations_of(recycling)
        if meets_rules(free, chosen) and _some_plan_pays(recycling, chosen)
    )
    assert found.value == pytest.approx(best, abs=1e-6)


def _worth(made: SelectionProblem, chosen: list[tuple[Candidate, Option]]) -> float:
    value = sum(
        float(made.probability @ (o.per_share["vehicle"] + 0.5 * o.if_chosen["economic"]))
        for _, o in chosen
    )
    for bundle in made.bundles:
        names = {c.project for c, o in chosen if o.start_year <= bundle.open_by}
        if set(bundle.projects) <= names:
            value += 0.5 * float(made.probability @ bundle.if_chosen["economic"])
            value += sum(float(made.probability @ v) for v in bundle.per_share["vehicle"].values())
    return value


def _some_plan_pays(made: SelectionProblem, chosen: list[tuple[Candidate, Option]]) -> bool:
    """Ask a linear program of its own for reinvestments by year that keep every budget."""
    call = sum((o.call for _, o in chosen), np.zeros(3))
    came = np.cumsum(sum((o.inflow for _, o in chosen), np.zeros((len(made.scenarios), 3))), axis=1)
    least = np.array(
        [max(0.0, *(call[t] - p.budget[t] / p.share for p in made.parties)) for t in range(3)]
    )
    if np.any(least > call):
        return False
    rows = [np.tri(3)[t] for t in range(3)]
    limit = [0.8 * float(came[:, t].min()) for t in range(3)]
    rows.append(-np.ones(3))
    limit.append(min(p.commitment / p.share for p in made.parties) - float(call.sum()))
    answer = linprog(np.zeros(3), np.array(rows), limit, bounds=list(zip(least, call, strict=True)))
    assert answer.status in (0, 2), answer.message
    return bool(answer.status == 0)


def test_complements_are_chosen_together_though_each_alone_loses() -> None:
    made = problem(
        candidate("A", option(2028, [10.0], -2.0)),
        candidate("B", option(2028, [10.0], -2.0)),
        bundles=(
            Bundle("AB", ("A", "B"), {}, {"vehicle": {"A": np.array([3.0]), "B": np.array([3.0])}}),
        ),
    )

    assert select(made).value == pytest.approx(2.0)


def test_each_party_can_have_its_own_best_choice() -> None:
    def priced(start: int, one: float, two: float) -> Option:
        base = option(start, [60.0], 0.0)
        return replace(base, per_share={"party:one": np.array([one]), "party:two": np.array([two])})

    made = problem(
        candidate("EARLY", priced(2028, 5.0, 1.0)), candidate("LATE", priced(2028, 3.0, 4.0))
    )

    assert select(made, Objective({"party:one": 1.0})).projects == ("EARLY",)
    assert select(made, Objective({"party:two": 1.0})).projects == ("LATE",)
    assert select(made, Objective({"party:one": 0.5, "party:two": 0.5})).projects == ("LATE",)


def test_weight_on_the_bad_tail_turns_the_choice_to_the_safe_project() -> None:
    made = problem(
        candidate("SAFE", option(2028, [60.0], [5.0, 5.0])),
        candidate("BOLD", option(2028, [60.0], [-20.0, 40.0])),
    )

    assert select(made).projects == ("BOLD",)
    assert select(made, Objective({"vehicle": 1.0}, risk_weight=0.5, tail=0.5)).projects == (
        "SAFE",
    )


@given(
    value=st.lists(st.floats(-100.0, 100.0), min_size=1, max_size=6),
    tail=st.floats(0.05, 1.0),
)
def test_the_mean_of_the_tail_is_that_of_its_definition(value: list[float], tail: float) -> None:
    probability = np.full(len(value), 1.0 / len(value))

    assert tail_mean(np.array(value), probability, tail) == pytest.approx(
        tail_of(np.array(value), probability, tail), abs=1e-9
    )


@settings(max_examples=30, deadline=None)
@given(made=problems(most=6, most_choices=64))
def test_a_larger_budget_never_lowers_the_value(made: SelectionProblem) -> None:
    try:
        before = select(made, OBJECTIVES[2], EXACT).value
    except InfeasibleError:
        return
    richer = tuple(
        replace(p, budget=p.budget + 10.0, commitment=p.commitment + 30.0) for p in made.parties
    )

    assert select(replace(made, parties=richer), OBJECTIVES[2], EXACT).value >= before - 1e-6


def test_rules_in_conflict_are_named_and_no_others() -> None:
    made = problem(
        candidate("A", option(2028, [60.0], 10.0)),
        candidate("B", option(2028, [70.0], 12.0)),
        candidate("C", option(2028, [5.0], 1.0)),
        required=("A", "B"),
        budget=100.0,
        precedences=(Precedence("C", "A"),),
    )

    with pytest.raises(InfeasibleError) as error:
        select(made)

    message = error.value.message
    for words in ("A must be built", "B must be built", "100 million USD"):
        assert words in message
    assert "C opens" not in message


def test_an_exclusion_of_what_is_required_is_named() -> None:
    made = problem(
        candidate("A", option(2028, [6.0], 10.0)),
        candidate("B", option(2028, [7.0], 12.0)),
        required=("A", "B"),
        exclusions=(Exclusion(("A", "B")),),
    )

    with pytest.raises(InfeasibleError, match="of A and B only one is built"):
        select(made)


def test_shares_that_do_not_add_up_are_one_error() -> None:
    parties = (Party("x", 0.5, np.array([1.0]), 1.0), Party("y", 0.4, np.array([1.0]), 1.0))

    with pytest.raises(InputError) as error:
        select(problem(candidate("A", option(2028, [6.0], 1.0)), parties=parties))

    assert [problem.message for problem in error.value.problems] == [
        "The shares of the parties add up to 0.9."
    ]


def test_projects_that_wait_for_each_other_are_one_error() -> None:
    made = problem(
        *(candidate(name, option(2028, [6.0], 1.0)) for name in "ABC"),
        precedences=(Precedence("A", "B"), Precedence("B", "C"), Precedence("C", "A")),
    )

    with pytest.raises(InputError) as error:
        select(made)

    (only,) = error.value.problems
    assert only.message == "Projects wait for each other: A needs B needs C needs A."


def test_an_unknown_objective_is_named_with_those_there_are() -> None:
    with pytest.raises(InputError, match=r"'jobs'. There are vehicle, economic"):
        select(problem(candidate("A", option(2028, [6.0], 1.0))), Objective({"jobs": 1.0}))


def test_a_least_share_of_a_country_brings_its_project_in() -> None:
    made = problem(
        candidate("A", option(2028, [50.0], 10.0), country="AZ"),
        candidate("K", option(2028, [50.0], -1.0), country="KZ"),
        limits=(ShareLimit("country", "KZ", 0.5, 1.0),),
    )

    assert select(made).projects == ("A", "K")
