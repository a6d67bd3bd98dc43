import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from transcaspian.appraisal.returns_certain import certain_roots
from transcaspian.appraisal.returns_count import sides_with_one_rate

amounts = st.integers(-50, 50).map(float)


@settings(max_examples=100, deadline=None)
@given(st.lists(amounts, min_size=2, max_size=15).filter(any))
def test_what_the_sums_decide_is_what_the_certain_way_finds(flow):
    flows = np.array([flow])
    is_decided, is_above, is_below = sides_with_one_rate(flows)
    _, root = certain_roots(flows, np.arange(len(flow), dtype=np.float64))
    if is_decided[0]:
        assert np.count_nonzero(root < 0.0) == is_above[0]
        assert np.count_nonzero(root > 0.0) == is_below[0]
        assert np.count_nonzero(root == 0.0) == 0


def test_investment_income_and_clean_up_is_decided_when_its_rates_lie_on_both_sides_of_zero():
    flow = np.array([[-100.0, *[20.0] * 10, -50.0]])
    assert [bool(found[0]) for found in sides_with_one_rate(flow)] == [True, True, True]


def test_two_rates_above_zero_are_left_open():
    assert not sides_with_one_rate(np.array([[-100.0, 230.0, -132.0]]))[0][0]


def test_a_flow_that_sums_to_zero_is_left_open():
    assert not sides_with_one_rate(np.array([[-1.0, 3.0, -2.0]]))[0][0]
