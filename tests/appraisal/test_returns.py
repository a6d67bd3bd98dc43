import numpy as np
import pytest
import pyxirr
from hypothesis import given, settings
from hypothesis import strategies as st

from transcaspian.appraisal.discounting import npv
from transcaspian.appraisal.returns import irr, irr_many, irr_note
from transcaspian.errors import InputError


def flow_with_rates(rates):
    """Flows whose NPV vanishes at exactly these rates: the product of (x - (1 + rate))."""
    flow = np.array([1.0])
    for rate in rates:
        flow = np.convolve(flow, [1.0, -(1.0 + rate)])
    return flow


def test_one_cost_and_one_income_have_the_rate_that_is_read_off():
    assert irr([-100.0, 110.0]) == pytest.approx([0.10], abs=1e-15)


def test_the_oil_pump_has_two_rates():
    # Lorie, J.H. and Savage, L.J. (1955), Three Problems in Rationing Capital, Journal of
    # Business 28(4): a larger pump gets the same oil earlier; rates of 25 % and 400 %.
    assert irr([-1600.0, 10000.0, -10000.0]) == pytest.approx([0.25, 4.0], rel=1e-14)


def test_three_rates_are_all_found():
    assert irr([-1000.0, 6000.0, -11000.0, 6000.0]) == pytest.approx([0.0, 1.0, 2.0], abs=1e-14)


def test_a_double_rate_stands_once():
    assert irr([-1000.0, 2200.0, -1210.0]) == pytest.approx([0.10], abs=1e-12)


def test_a_triple_rate_stands_once():
    assert irr(flow_with_rates([0.1, 0.1, 0.1])) == pytest.approx([0.1], abs=1e-7)


def test_a_flow_that_stays_just_below_zero_has_no_rate():
    assert irr([-1.0, 2.0, -1.0000001]).size == 0


def test_two_rates_a_hair_apart_are_told_apart():
    gap = np.sqrt(1.0 - 0.9999999)
    assert irr([-1.0, 2.0, -0.9999999]) == pytest.approx([-gap, gap], rel=1e-6)


def test_rates_far_from_zero_on_both_sides_are_found():
    rates = [-0.99, -0.5, 0.3, 10.0, 200.0]
    assert irr(flow_with_rates(rates)) == pytest.approx(rates, rel=1e-9)


def test_a_rate_of_ten_billion_is_found():
    assert irr([-1.0, 1e10]) == pytest.approx([1e10 - 1.0], rel=1e-14)


def test_a_rate_of_minus_a_millionth_less_than_all_is_found():
    assert irr([-1.0, 0.0, 1e-12]) == pytest.approx([-1.0 + 1e-6], abs=1e-15)


@pytest.mark.parametrize("flow", [[0.0, 0.0], [5.0, 1.0], [-5.0, 0.0, -1.0], [], [7.0]])
def test_a_flow_without_change_of_sign_has_no_rate(flow):
    assert irr(flow).size == 0


def test_sixty_years_with_decommissioning_have_the_rates_of_the_polynomial():
    flow = np.full(61, 30.0)
    flow[0], flow[60] = -400.0, -900.0
    roots = np.roots(flow)
    real = np.sort(roots[(np.abs(roots.imag) < 1e-9) & (roots.real > 0.0)].real) - 1.0
    assert irr(flow) == pytest.approx(real, abs=1e-10)
    assert irr(flow).size == 2


def test_years_before_the_first_flow_do_not_change_the_rate():
    assert irr([0.0, 0.0, -100.0, 60.0, 60.0]) == pytest.approx(
        irr([-100.0, 60.0, 60.0]), abs=1e-14
    )


def test_dated_flows_give_the_published_xirr():
    # Microsoft, XIRR function: flows of 2008-01-01 to 2009-04-01, result 0.373362535.
    days = np.array([0.0, 60.0, 303.0, 411.0, 456.0])
    flow = [-10000.0, 2750.0, 4250.0, 3250.0, 2750.0]
    assert irr(flow, days / 365.0) == pytest.approx([0.373362535], abs=1e-8)


def test_order_and_splitting_of_dated_flows_do_not_matter():
    whole = irr([-100.0, 50.0, 70.0], [0.0, 0.7, 2.3])
    split = irr([70.0, 20.0, -100.0, 30.0], [2.3, 0.7, 0.0, 0.7])
    assert split == pytest.approx(whole, abs=1e-14)


def test_many_flows_agree_with_each_alone():
    rng = np.random.default_rng(7)
    flows = rng.normal(size=(120, 21))
    flows[::3, 0], flows[::3, 1:] = -10.0, np.abs(flows[::3, 1:])
    together = irr_many(flows)
    for row in range(flows.shape[0]):
        assert together.of(row) == pytest.approx(irr(flows[row]), abs=1e-11)


def test_many_random_flows_have_exactly_the_real_roots_of_their_polynomials():
    flows = np.random.default_rng(3).normal(size=(150, 31))
    found = irr_many(flows)
    for row in range(flows.shape[0]):
        roots = np.roots(flows[row])
        real = np.sort(roots[(np.abs(roots.imag) < 1e-9) & (roots.real > 0.0)].real) - 1.0
        assert found.of(row) == pytest.approx(real, rel=1e-8, abs=1e-8)


def test_many_flows_with_one_rate_agree_with_pyxirr():
    rng = np.random.default_rng(5)
    flows = rng.uniform(1.0, 20.0, size=(2000, 41))
    flows[:, :3] *= -rng.uniform(1.0, 10.0, size=(2000, 1))
    found = irr_many(flows)
    assert (found.count == 1).all()
    assert np.abs(found.rate - [pyxirr.irr(flow) for flow in flows]).max() < 1e-9


def test_no_flows_have_no_rates():
    assert irr_many(np.empty((0, 5))).rate.size == 0


def test_a_flow_that_is_not_a_number_is_refused():
    with pytest.raises(InputError, match="finite"):
        irr([-1.0, np.nan])


def test_several_rates_are_said():
    flow = [-100.0, 230.0, -132.0]
    assert irr_note(flow, irr(flow)).startswith("2 rates of return")


def test_no_rate_says_whether_the_value_is_above_or_below_zero():
    flow = [1.0, -1.0, 1.0]
    assert "positive at every rate" in irr_note(flow, irr(flow))


def test_a_value_that_only_touches_zero_is_said():
    flow = [-1000.0, 2200.0, -1210.0]
    assert "touches zero at this rate and is negative" in irr_note(flow, irr(flow))


def test_one_rate_needs_no_note():
    assert irr_note([-1.0, 2.0], irr([-1.0, 2.0])) == ""


amounts = st.floats(min_value=-1e6, max_value=1e6).filter(lambda x: x == 0.0 or abs(x) > 1e-3)


@settings(max_examples=80, deadline=None)
@given(st.lists(amounts, min_size=2, max_size=12))
def test_there_are_never_more_rates_than_changes_of_sign(flow):
    signs = np.sign([amount for amount in flow if amount])
    assert irr(flow).size <= np.count_nonzero(np.diff(signs))


@settings(max_examples=80, deadline=None)
@given(st.lists(amounts, min_size=2, max_size=12))
def test_the_value_at_every_rate_found_is_zero(flow):
    for rate in irr(flow):
        times = np.arange(len(flow))
        sizes = (
            np.abs(flow) * np.exp(-np.log1p(rate) * times)
            if rate > -0.999999
            else np.array([np.inf])
        )
        if np.isfinite(sizes).all():
            assert abs(npv(rate, flow)) <= 1e-8 * sizes.sum()


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.floats(0.1, 1e6), min_size=1, max_size=4),
    st.lists(st.floats(0.1, 1e6), min_size=1, max_size=40),
)
def test_cost_then_benefit_has_exactly_one_rate(costs, benefits):
    assert irr([-cost for cost in costs] + benefits).size == 1


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.floats(-0.9, 3.0), min_size=1, max_size=5, unique_by=lambda rate: round(rate, 1))
)
def test_rates_put_into_a_flow_come_out_again(rates):
    assert irr(flow_with_rates(rates)) == pytest.approx(sorted(rates), abs=1e-5)


def test_daily_flows_of_a_year_that_often_change_sign_keep_every_rate():
    rng = np.random.default_rng(11)
    times = np.sort(rng.choice(3650, 60, replace=False)) / 365.0
    flow = rng.normal(size=60)
    # The slow way: signs on a fine grid of log(1 + rate).
    log_factor = np.linspace(-20.0, 20.0, 20_001)
    exponent = times * log_factor[:, np.newaxis]
    exponent -= exponent.max(axis=1, keepdims=True)
    signs = np.sign(np.exp(exponent) @ flow)
    assert irr(flow, times).size == np.count_nonzero(np.diff(signs))
