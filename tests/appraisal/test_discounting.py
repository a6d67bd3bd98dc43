import numpy as np
import pytest
import pyxirr
from hypothesis import given, settings
from hypothesis import strategies as st

from transcaspian.appraisal.discounting import bcr, mirr, npv, payback
from transcaspian.errors import InputError


def test_the_first_flow_is_not_discounted():
    assert npv(0.10, [-100.0, 110.0]) == pytest.approx(0.0, abs=1e-13)


def test_first_year_discounted_moves_every_flow_by_one_year():
    assert npv(0.10, [-100.0, 132.0], first_year_discounted=True) == pytest.approx(20.0 / 1.1)


def test_present_value_agrees_with_pyxirr():
    flow = [-39000.0, 30100.0, 20100.0, 10100.0, 30100.0, 30100.0]
    assert npv(0.07, flow) == pytest.approx(pyxirr.npv(0.07, flow), rel=1e-14)


def test_many_flows_and_rates_give_a_table():
    flows = np.array([[-1.0, 2.0], [-3.0, 4.0], [0.0, 1.0]])
    table = npv(np.array([0.0, 1.0]), flows)
    assert table == pytest.approx(np.array([[1.0, 0.0], [1.0, -1.0], [1.0, 0.5]]))


def test_a_negative_rate_above_minus_one_raises_later_values():
    assert npv(-0.5, [1.0, 1.0, 1.0]) == pytest.approx(7.0)


@pytest.mark.parametrize("rate", [-1.0, -2.0, float("nan"), float("inf")])
def test_an_impossible_rate_is_refused_with_a_cure(rate):
    with pytest.raises(InputError, match=r"0\.05"):
        npv(rate, [1.0])


def test_a_value_beyond_numbers_is_refused():
    with pytest.raises(InputError, match="too large"):
        npv(-0.9999, np.ones(200))


def test_zero_flows_need_no_finite_factor():
    assert npv(-0.9999, [5.0, *np.zeros(200)]) == 5.0


def test_the_ratio_is_benefits_over_costs():
    assert bcr(0.10, [0.0, 132.0], [100.0, 0.0]) == pytest.approx(1.2)


def test_there_is_no_ratio_without_costs():
    assert bcr(0.10, [1.0, 1.0], [0.0, 0.0]) is None


def test_payback_falls_within_a_year():
    assert payback([-100.0, 40.0, 40.0, 40.0]) == pytest.approx(2.5)


def test_payback_is_exact_where_decimals_are_not():
    assert payback([-0.3, 0.1, 0.1, 0.1]) == pytest.approx(3.0)


def test_a_debt_never_paid_has_no_payback():
    assert payback([-100.0, 40.0, 40.0]) is None


def test_payback_starts_with_the_first_debt():
    assert payback([0.0, 10.0, -110.0, 50.0, 100.0]) == pytest.approx(3.5)


def test_the_first_payback_counts_when_there_are_two():
    assert payback([-100.0, 100.0, -50.0, 60.0]) == pytest.approx(1.0)


def test_modified_return_agrees_with_pyxirr():
    flow = [-120000.0, 39000.0, 30000.0, 21000.0, 37000.0, 46000.0]
    assert mirr(flow, 0.10, 0.12) == pytest.approx(pyxirr.mirr(flow, 0.10, 0.12), rel=1e-13)


def test_modified_return_equals_the_published_value():
    # Microsoft, MIRR function: 12.61 % after five years at 10 % and 12 %.
    flow = [-120000.0, 39000.0, 30000.0, 21000.0, 37000.0, 46000.0]
    assert mirr(flow, 0.10, 0.12) == pytest.approx(0.126094, abs=5e-7)


def test_modified_return_needs_income_and_cost():
    assert mirr([1.0, 2.0], 0.1, 0.1) is None


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.floats(1.0, 1e6), min_size=1, max_size=5),
    st.lists(st.floats(1.0, 1e6), min_size=1, max_size=30),
    st.floats(-0.5, 2.0),
    st.floats(0.001, 1.0),
)
def test_the_value_of_later_benefits_falls_as_the_rate_rises(costs, benefits, rate, more):
    flow = np.array([-cost for cost in costs] + benefits)
    # Seen from the change of sign, costs grow and benefits shrink as the rate rises.
    times = np.arange(flow.size) - (len(costs) - 0.5)
    assert npv(rate + more, flow, times) < npv(rate, flow, times)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3),
    st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3),
    st.floats(-0.5, 1.0),
)
def test_values_of_two_flows_add_up(one, other, rate):
    both = np.add(one, other)
    assert npv(rate, both) == pytest.approx(npv(rate, one) + npv(rate, other), abs=1e-6)


def test_a_small_debt_before_a_large_income_is_a_debt():
    assert payback([-2.0, 0.0, 2e12]) == pytest.approx(1.0 + 1e-12)
