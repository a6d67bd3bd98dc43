"""Delay curves rise, carry a band and know where they end."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize

from tests.crossing.packaged import crossing_view
from transcaspian.crossing.delay import DelayCurve, delay_curves, delay_frame, fit_monotone
from transcaspian.crossing.programs import Options
from transcaspian.errors import InputError

numbers = st.lists(
    st.tuples(st.floats(-100.0, 100.0), st.floats(0.01, 10.0)), min_size=1, max_size=12
)


@pytest.fixture(scope="module")
def curves() -> tuple[DelayCurve, ...]:
    return delay_curves(crossing_view(2024), factors=(0.5, 1.0, 1.6), replications=3, seed=4)


@given(numbers)
def test_the_fit_rises_and_is_the_closest_that_does(points: list[tuple[float, float]]) -> None:
    values, weights = (np.array(column) for column in zip(*points, strict=True))

    fit = fit_monotone(values, weights)

    assert (np.diff(fit) >= 0.0).all()
    peer = optimize.isotonic_regression(values, weights=weights).x
    np.testing.assert_allclose(fit, peer, atol=1e-9)


@given(numbers, st.floats(0.0, 50.0))
def test_raising_points_never_lowers_the_fit(
    points: list[tuple[float, float]], rise: float
) -> None:
    values, weights = (np.array(column) for column in zip(*points, strict=True))
    bump = np.where(np.arange(values.size) % 2 == 0, rise, 0.0)

    assert (fit_monotone(values + bump, weights) >= fit_monotone(values, weights) - 1e-9).all()


@pytest.mark.slow
def test_every_pair_has_a_rising_curve_inside_its_band(curves: tuple[DelayCurve, ...]) -> None:
    assert len(curves) == 12
    for curve in curves:
        for values in (curve.low_h, curve.delay_h, curve.high_h):
            assert (np.diff(values) >= 0.0).all()
        assert (curve.low_h <= curve.delay_h).all()
        assert (curve.delay_h <= curve.high_h).all()


@pytest.mark.slow
def test_a_curve_is_never_shorter_than_the_way_across(curves: tuple[DelayCurve, ...]) -> None:
    least = {"KURYK": 17.0, "AKTAU": 20.0, "TURKMENBASHI": 9.0}  # hours at sea of the fastest ship
    for curve in curves:
        (far,) = {curve.port0, curve.port1} - {"ALAT"}
        assert curve.delay_h[0] > least[far]


@pytest.mark.slow
def test_overload_is_marked_and_costs_more(curves: tuple[DelayCurve, ...]) -> None:
    (trucks,) = [c for c in curves if (c.port0, c.port1, c.cargo) == ("KURYK", "ALAT", "truck")]

    assert bool(trucks.is_unstable[-1])
    assert trucks.delay_h[-1] > 2.0 * trucks.delay_h[0]


@pytest.mark.slow
def test_a_curve_knows_its_grid_and_meets_its_points(curves: tuple[DelayCurve, ...]) -> None:
    curve = curves[0]

    assert curve.at(float(curve.units_per_year[1])) == curve.delay_h[1]
    assert curve.covers(float(curve.units_per_year[0]))
    assert not curve.covers(1.01 * float(curve.units_per_year[-1]))


@pytest.mark.slow
def test_the_frame_has_a_row_a_point(curves: tuple[DelayCurve, ...]) -> None:
    frame = delay_frame(curves)

    assert frame.height == 36
    np.testing.assert_allclose(
        frame["kt_per_year"],
        frame["units_per_year"].to_numpy()
        * np.repeat([c.tonnes_per_unit for c in curves], 3)
        / 1e3,
    )


@pytest.mark.parametrize("factors", [(1.0,), (1.0, 1.0), (0.0, 1.0), (2.0, 1.0)])
def test_a_grid_that_does_not_rise_is_refused(factors: tuple[float, ...]) -> None:
    with pytest.raises(InputError):
        delay_curves(crossing_view(2024), Options(), factors=factors)
