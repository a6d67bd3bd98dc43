import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from transcaspian.appraisal.surplus import (
    demand_integral,
    needs_integral,
    rule_of_a_half,
    split_by_user,
)
from transcaspian.errors import InputError


def test_existing_users_save_all_and_new_ones_half():
    existing, induced = split_by_user(100.0, 140.0, 10.0, 8.0)
    assert (float(existing), float(induced)) == (200.0, 40.0)


def test_the_rule_of_a_half_is_the_area_of_the_trapezium():
    assert rule_of_a_half([100.0], [140.0], [10.0], [8.0]).tolist() == [240.0]


def test_users_who_leave_a_dearer_way_lose_half_each():
    existing, induced = split_by_user(140.0, 100.0, 8.0, 10.0)
    assert (float(existing), float(induced)) == (-200.0, -40.0)


@pytest.mark.parametrize("elasticity", [0.0, -0.4, -1.0, -1.7])
def test_the_integral_is_the_area_under_the_demand_curve(elasticity):
    area, _ = quad(lambda cost: 100.0 * (cost / 10.0) ** elasticity, 4.0, 10.0)
    assert float(demand_integral(100.0, 10.0, 4.0, elasticity)) == pytest.approx(area)


def test_the_integral_near_unit_elasticity_has_no_jump():
    near = [float(demand_integral(1.0, 10.0, 5.0, -1.0 + step)) for step in (-1e-9, 0.0, 1e-9)]
    assert near == pytest.approx([near[1]] * 3, rel=1e-8)


def test_without_reaction_of_demand_integral_and_rule_agree():
    assert float(demand_integral(100.0, 10.0, 5.0, 0.0)) == float(
        rule_of_a_half(100.0, 100.0, 10.0, 5.0)
    )


@given(st.floats(1.0, 1e6), st.floats(1.0, 1e3), st.floats(0.95, 1.05), st.floats(-2.0, 0.0))
def test_for_small_changes_rule_and_integral_agree(volume, cost, ratio, elasticity):
    after = volume * ratio**elasticity
    rule = float(rule_of_a_half(volume, after, cost, cost * ratio))
    exact = float(demand_integral(volume, cost, cost * ratio, elasticity))
    assert rule == pytest.approx(exact, rel=2e-3, abs=1e-9 * volume * cost)


@given(st.lists(st.floats(0.0, 1e6), min_size=4, max_size=4))
def test_the_two_parts_add_up_to_the_rule(numbers):
    parts = split_by_user(*numbers)
    whole = rule_of_a_half(*numbers)
    assert float(sum(parts)) == pytest.approx(float(whole), rel=1e-9, abs=1e-3)


def test_bad_volumes_and_costs_are_refused():
    with pytest.raises(InputError, match="below zero"):
        rule_of_a_half(-1.0, 1.0, 1.0, 1.0)
    with pytest.raises(InputError, match="way they used before"):
        rule_of_a_half(0.0, 1.0, np.inf, 1.0)
    with pytest.raises(InputError, match="above zero"):
        demand_integral(1.0, 0.0, 1.0, -1.0)
    with pytest.raises(InputError, match="elasticity"):
        demand_integral(1.0, 1.0, 1.0, 0.5)


def test_a_cost_that_halves_needs_the_integral_and_one_that_falls_by_a_tenth_does_not():
    assert needs_integral([10.0, 10.0], [5.0, 9.0]).tolist() == [True, False]
