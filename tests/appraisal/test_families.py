"""Which runs say what of each other, and that what they say adds up."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transcaspian.appraisal.families import interaction_tables, valued_pairs, valued_parts

MEMBERS = {
    "cable": frozenset({"cable"}),
    "wind": frozenset({"wind"}),
    "sea": frozenset({"sea"}),
    "corridor": frozenset({"cable", "wind"}),
    "green": frozenset({"cable", "wind", "sea"}),
}
WORTH = {"cable": -10.0, "wind": 5.0, "sea": -20.0, "corridor": 30.0, "green": 25.0}


def test_two_runs_whose_projects_make_a_third_are_a_pair():
    assert valued_pairs(MEMBERS) == [("cable", "wind", "corridor"), ("sea", "corridor", "green")]


def test_runs_that_share_a_project_are_no_pair():
    members = {"a": frozenset("xy"), "b": frozenset("yz"), "all": frozenset("xyz")}
    assert valued_pairs(members) == []


def test_a_package_is_cut_into_the_most_parts_with_every_combination_valued():
    assert valued_parts("corridor", MEMBERS) == ("cable", "wind")
    # Cable, wind and sea would be finer, but cable with sea alone was never valued.
    assert valued_parts("green", MEMBERS) == ("corridor", "sea")


def test_three_parts_are_found_where_all_pairs_are_valued():
    members = MEMBERS | {"cs": frozenset({"cable", "sea"}), "ws": frozenset({"wind", "sea"})}
    assert set(valued_parts("green", members)) == {"cable", "wind", "sea"}


def test_a_single_project_has_no_parts():
    assert valued_parts("cable", MEMBERS) == ()


def test_the_interaction_is_what_both_are_worth_more_together():
    table = interaction_tables(WORTH, MEMBERS)["interactions"]
    found = {row["package"]: row for row in table.iter_rows(named=True)}
    assert found["corridor"]["interaction_musd"] == 30.0 - (-10.0 + 5.0)
    assert found["corridor"]["relation"] == "complement"
    assert found["green"]["interaction_musd"] == 25.0 - (30.0 - 20.0)


def test_first_in_and_last_in_are_taken_from_the_runs():
    table = interaction_tables(WORTH, MEMBERS)["package_shares"]
    sea = table.filter(package="green", project="sea").row(0, named=True)
    assert (sea["pint_musd"], sea["toot_musd"]) == (-20.0, 25.0 - 30.0)
    assert sea["shapley_musd"] == pytest.approx((-20.0 - 5.0) / 2)


def test_without_pairs_the_tables_are_empty_but_have_their_columns():
    tables = interaction_tables({"a": 1.0}, {"a": frozenset("a")})
    assert {name: table.height for name, table in tables.items()} == {
        "interactions": 0,
        "package_shares": 0,
    }
    assert "relation" in tables["interactions"].columns


@settings(deadline=None)
@given(st.integers(2, 4), st.integers(0, 2**32 - 1))
def test_shares_of_every_closed_package_add_up_to_its_worth(count, seed):
    rng = np.random.default_rng(seed)
    names = "abcd"[:count]
    members = {
        "".join(some): frozenset(some)
        for size in range(1, count + 1)
        for some in combinations(names, size)
    }
    worth = {run: float(value) for run, value in zip(members, rng.normal(size=15), strict=False)}
    shares = interaction_tables(worth, members)["package_shares"]
    for run in members:
        own = shares.filter(package=run)
        if len(run) > 1:
            assert own["project"].to_list() == list(run)
            assert own["shapley_musd"].sum() == pytest.approx(worth[run], abs=1e-12)
