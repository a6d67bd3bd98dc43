import numpy as np
import pytest
from scipy.integrate import quad

from transcaspian.errors import InputError
from transcaspian.freight import delay as functions
from transcaspian.freight import delay_kernels

ONE = np.array([10.0])
TABLES = {
    "bpr": functions.bpr(ONE, np.array([0.15]), np.array([50.0]), np.array([4.0])),
    "bpr with a broken power": functions.bpr(ONE, np.array([0.6]), np.array([50.0]), np.array([2.4])),
    "bpr that is straight": functions.bpr(ONE, np.array([0.6]), np.array([50.0]), np.array([1.0])),
    "conical": functions.conical(ONE, np.array([5.0]), np.array([50.0])),
    "akcelik": functions.akcelik(ONE, np.array([2.0]), np.array([0.4]), np.array([50.0])),
    "one berth": functions.queue(ONE, np.array([1]), np.array([50.0]), np.array([3.0]), np.array([1.0])),
    "four berths": functions.queue(ONE, np.array([4]), np.array([50.0]), np.array([3.0]), np.array([0.5])),
    "curve": functions.curve([np.array([0.0, 20.0, 50.0, 70.0])], [np.array([10.0, 11.0, 18.0, 40.0])]),
    "elastic": functions.elastic(np.array([3.0]), np.array([60.0]), np.array([0.2])),
}  # fmt: skip
VOLUMES = (0.0, 1.0, 19.0, 35.0, 48.0, 49.9, 55.0, 90.0)
each_table = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)


@each_table
@pytest.mark.parametrize("volume", VOLUMES)
def test_slope_equals_the_finite_difference_of_time(table, volume):
    step = 1e-5
    low, high = (
        functions.delay(table, np.array([value]))[0]
        for value in (max(volume - step, 0.0), volume + step)
    )
    # At zero only the step ahead exists: its error is of first order.
    tolerance = 1e-4 if volume == 0.0 else 1e-6
    difference = (high - low) / (step + min(step, volume))
    assert functions.delay_slope(table, np.array([volume]))[0] == pytest.approx(
        difference, rel=tolerance, abs=1e-6
    )


@each_table
@pytest.mark.parametrize("volume", VOLUMES)
def test_integral_equals_quadrature_of_time(table, volume):
    expected, _ = quad(
        lambda v: functions.delay(table, np.array([v]))[0],
        0.0,
        volume,
        points=[20.0, 49.0, 50.0, 70.0] if volume else None,
        limit=200,
    )
    assert functions.delay_integral(table, np.array([volume]))[0] == pytest.approx(
        expected, rel=1e-9, abs=1e-12
    )


@each_table
def test_more_volume_never_makes_a_link_faster(table):
    times = [
        functions.delay(table, np.array([volume]))[0] for volume in np.linspace(0.0, 100.0, 201)
    ]
    assert (np.diff(times) >= 0.0).all()


@each_table
def test_compiled_function_equals_its_plain_python(table):
    for volume in VOLUMES:
        plain = delay_kernels.evaluate_delay.py_func(
            int(table.kind[0]), table.parameters[0], table.points, volume
        )
        compiled = (
            functions.delay(table, np.array([volume])),
            functions.delay_slope(table, np.array([volume])),
        )
        assert np.ravel(compiled) == pytest.approx(plain, rel=1e-14)


def test_slope_at_zero_volume_is_exactly_that_of_the_formula():
    assert functions.delay_slope(TABLES["bpr"], np.zeros(1)) == 0.0
    assert functions.delay_slope(TABLES["bpr that is straight"], np.zeros(1)) == 10.0 * 0.6 / 50.0


def test_a_bpr_link_at_capacity_takes_one_plus_b_times_as_long():
    assert functions.delay(TABLES["bpr"], np.array([50.0]))[0] == pytest.approx(11.5)


def test_one_berth_waits_like_m_m_1():
    load = 0.6
    expected = 10.0 + 3.0 * load / (1.0 - load)
    assert functions.delay(TABLES["one berth"], np.array([50.0 * load]))[0] == pytest.approx(
        expected, rel=1e-12
    )


def test_several_berths_wait_by_erlang_c():
    offered = 4 * 0.7
    terms = [offered**k / np.prod(np.arange(1, k + 1)) for k in range(5)]
    tail = terms[4] / (1.0 - 0.7)
    erlang_c = tail / (sum(terms[:4]) + tail)
    expected = 10.0 + 0.75 * 3.0 * erlang_c / (4.0 - offered)
    assert functions.delay(TABLES["four berths"], np.array([35.0]))[0] == pytest.approx(
        expected, rel=1e-12
    )


def test_a_curve_goes_through_its_points():
    times = [
        functions.delay(TABLES["curve"], np.array([volume]))[0]
        for volume in (0.0, 20.0, 50.0, 70.0)
    ]
    assert times == pytest.approx([10.0, 11.0, 18.0, 40.0], rel=1e-14)


def test_willingness_to_pay_of_the_marginal_traveller_gives_back_the_demand():
    largest = 60.0 * np.exp(0.2 * 3.0)
    cost = functions.delay(TABLES["elastic"], np.array([largest - 45.0]))[0]
    assert 60.0 * np.exp(-0.2 * (cost - 3.0)) == pytest.approx(45.0, rel=1e-12)


def test_zero_b_needs_no_capacity():
    table = functions.bpr(ONE, np.zeros(1), np.zeros(1), np.zeros(1))
    assert functions.delay(table, np.array([1e6])).tolist() == [10.0]


def test_zero_capacity_is_refused_where_time_depends_on_volume():
    with pytest.raises(InputError, match="capacity must be above 0"):
        functions.bpr(ONE, np.array([0.15]), np.zeros(1), np.array([4.0]))


def test_tables_of_different_kinds_join_in_order():
    joined = functions.join_delays([TABLES["curve"], TABLES["bpr"], TABLES["curve"]])
    assert functions.delay(joined, np.full(3, 50.0)).tolist() == [
        functions.delay(TABLES[name], np.array([50.0]))[0] for name in ("curve", "bpr", "curve")
    ]  # fmt: skip
