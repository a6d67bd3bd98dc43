import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transcaspian.appraisal.returns import irr, irr_many
from transcaspian.appraisal.returns_certain import certain_roots
from transcaspian.appraisal.returns_count import bound_rates
from transcaspian.errors import InputError

amounts = st.integers(-50, 50).map(float)
flows_of_integers = st.lists(amounts, min_size=2, max_size=15).filter(any)


@settings(max_examples=150, deadline=None)
@given(flows_of_integers)
def test_the_bounds_hold_and_miss_by_an_even_number(flow):
    flows = np.array([flow])
    bounds = bound_rates(flows)
    _, root = certain_roots(flows, np.arange(len(flow), dtype=np.float64))
    if bounds.sign[0] == 0.0:
        return
    assert bounds.sign[0] == np.sign(sum(flow))
    for bound, found in ((bounds.above[0], root < 0.0), (bounds.below[0], root > 0.0)):
        assert np.count_nonzero(found) <= bound


@settings(max_examples=150, deadline=None)
@given(st.lists(flows_of_integers, min_size=1, max_size=4))
def test_the_quick_ways_find_what_the_certain_way_finds(flows):
    size = max(len(flow) for flow in flows)
    table = np.array([flow + [0.0] * (size - len(flow)) for flow in flows])
    row, root = certain_roots(table, np.arange(size, dtype=np.float64))
    found = irr_many(table)
    for place in range(len(flows)):
        # Where a value only touches zero, either way may call rounding a root or none.
        expected = np.sort(np.expm1(-root[row == place]))
        assert found.of(place) == pytest.approx(expected, rel=1e-6, abs=1e-9)


sizes = st.tuples(st.floats(-9.9, 9.9, allow_subnormal=False), st.integers(-6, 6)).map(
    lambda pair: pair[0] * 10.0 ** pair[1]
)


def spans_few_decades(flow):
    moved = [abs(amount) for amount in flow if amount]
    return bool(moved) and min(moved) > 1e-200 * max(moved)


@settings(max_examples=150, deadline=None)
@given(st.lists(sizes, min_size=3, max_size=40).filter(spans_few_decades))
def test_flows_of_very_different_size_keep_every_rate(flow):
    table = np.array([flow])
    _, root = certain_roots(table, np.arange(len(flow), dtype=np.float64))
    assert irr_many(table).count[0] == root.size


def test_a_tiny_first_flow_is_not_lost_among_large_ones():
    rng = np.random.default_rng(1)
    for _ in range(200):
        flow = rng.normal(size=41)
        flow[0] *= 1e-4
        _, root = certain_roots(flow[np.newaxis], np.arange(41.0))
        assert irr(flow).size == root.size


def test_one_rate_on_each_side_of_zero_is_bounded_by_one():
    bounds = bound_rates(np.array([[-100.0, *[20.0] * 10, -50.0]]))
    assert (bounds.above[0], bounds.below[0], bounds.sign[0]) == (1, 1, 1.0)


def test_two_rates_above_zero_are_bounded_by_two():
    bounds = bound_rates(np.array([[-100.0, 230.0, -132.0]]))
    assert (bounds.above[0], bounds.below[0]) == (2, 0)


def test_a_value_of_zero_at_a_rate_of_zero_hides_its_sign():
    assert bound_rates(np.array([[-1.0, 3.0, -2.0]])).sign[0] == 0.0


def test_thousands_of_years_do_not_lose_flows_to_underflow():
    flow = np.zeros(5001)
    flow[0], flow[1], flow[5000] = -100.0, 230.0, -132.0
    rates = irr(flow)
    assert rates.size == 2
    assert rates[0] == pytest.approx((132.0 / 130.0) ** (1.0 / 5000.0) - 1.0, rel=0.1)
    assert rates[1] == pytest.approx(1.3, rel=1e-9)


@pytest.mark.parametrize("least", [1e-240, 1e-100, 1e-30])
def test_a_flow_next_to_nothing_beside_a_large_one_has_its_rate(least):
    # -least + 5e3 * x ** 2 = 0
    (rate,) = irr([-least, 0.0, 5e3])
    assert np.log1p(rate) == pytest.approx(0.5 * (np.log(5e3) - np.log(least)), rel=1e-9)


def test_flows_further_apart_than_numbers_reach_are_an_error():
    with pytest.raises(InputError, match="Write 0"):
        irr([-5e-324, 0.0, 5e3])


@pytest.mark.parametrize("unit", [1e-300, 1e-9, 1e9, 1e300])
def test_rates_do_not_depend_on_the_unit_of_money(unit):
    assert irr(np.array([-100.0, 230.0, -132.0]) * unit) == pytest.approx([0.1, 0.2], rel=1e-9)
