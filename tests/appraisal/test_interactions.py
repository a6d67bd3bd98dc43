from itertools import chain, combinations, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcaspian.appraisal.interactions import (
    interaction_matrix,
    one_by_one,
    package_values,
    rank_one_method,
    shapley_shares,
)
from transcaspian.errors import InputError


def sets_of(names):
    return [
        frozenset(c)
        for c in chain.from_iterable(combinations(names, n) for n in range(1, len(names) + 1))
    ]


CABLES = package_values(
    {
        frozenset({"caspian"}): 100.0,
        frozenset({"black_sea"}): 300.0,
        frozenset({"caspian", "black_sea"}): 600.0,
    }
)


def test_a_cable_worth_more_beside_another_is_its_complement():
    row = interaction_matrix(CABLES).row(0, named=True)
    assert (row["interaction_musd"], row["relation"]) == (200.0, "complement")


def test_first_in_last_in_and_fair_share_by_hand():
    rows = {row[0]: row[1:] for row in one_by_one(CABLES).iter_rows()}
    assert rows == {
        "caspian": (100.0, 300.0, 200.0, "complement"),
        "black_sea": (300.0, 500.0, 400.0, "complement"),
    }


def test_the_gloves_are_shared_as_published():
    # Shapley (1953) as taught: players a and b hold left gloves, c a right one; a pair is worth 1.
    values = {members: float("c" in members and len(members) > 1) for members in sets_of("abc")}
    assert shapley_shares(package_values(values)) == pytest.approx([1 / 6, 1 / 6, 4 / 6])


def test_a_chain_that_is_cut_without_any_member_is_shared_equally():
    values = {members: float(len(members) == 4) for members in sets_of("abcd")}
    assert shapley_shares(package_values(values)) == pytest.approx([0.25] * 4)


def test_ranks_of_one_method_name_that_method_only():
    table = rank_one_method(CABLES, "TOOT")
    assert table["project"].to_list() == ["black_sea", "caspian"]
    assert table["method"].unique().to_list() == ["TOOT"]


def test_missing_combinations_are_all_named():
    with pytest.raises(InputError) as caught:
        package_values({frozenset({"a"}): 1.0, frozenset({"b"}): 1.0, frozenset({"c"}): 1.0})
    assert len(caught.value.problems) == 4


def test_too_many_projects_are_refused():
    with pytest.raises(InputError, match="at most 12"):
        package_values({frozenset({str(n)}): 1.0 for n in range(13)})


def test_a_reference_that_is_worth_something_is_refused():
    with pytest.raises(InputError, match="against the reference"):
        package_values({frozenset(): 1.0, frozenset({"a"}): 1.0})


worth = st.floats(-1000.0, 1000.0)
packages = st.integers(1, 4).flatmap(
    lambda n: st.lists(worth, min_size=2**n - 1, max_size=2**n - 1).map(
        lambda values: dict(zip(sets_of("abcd"[:n]), values, strict=True))
    )
)


@given(packages)
def test_shares_are_the_mean_over_all_orders_of_building(values):
    table = package_values(values)
    found = np.zeros(len(table.projects))
    orders = list(permutations(range(len(table.projects))))
    for order in orders:
        built = frozenset()
        for place in order:
            after = built | {table.projects[place]}
            found[place] += (values[after] - values.get(built, 0.0)) / len(orders)
            built = after
    assert shapley_shares(table) == pytest.approx(found, abs=1e-9)


@given(packages)
def test_shares_add_up_to_the_whole(values):
    table = package_values(values)
    assert shapley_shares(table).sum() == pytest.approx(table.value_musd[-1], abs=1e-9)


@given(st.lists(worth, min_size=3, max_size=3))
def test_two_alone_and_their_interaction_make_the_package(values):
    table = package_values(dict(zip(sets_of("ab"), values, strict=True)))
    row = interaction_matrix(table).row(0, named=True)
    parts = row["alone_musd"] + row["other_alone_musd"] + row["interaction_musd"]
    assert parts == pytest.approx(row["together_musd"], abs=1e-9)
