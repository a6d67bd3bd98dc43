"""Capacity values against cases solved by hand."""

import numpy as np
import pytest

from tests.power.adequacy.systems import parts, system
from transcaspian.power.adequacy.capacity import capacity_value
from transcaspian.power.adequacy.simulate import AdequacyOptions

NEVER = np.inf
OPTIONS = AdequacyOptions(samples=50)


def test_a_plant_that_never_fails_is_worth_all_of_itself():
    need = np.linspace(80.0, 130.0, 100)[:, None]
    without = system(need, parts(), constant=[80.0])
    with_it = system(need, parts(("plant", 0, 30, NEVER, 1)), constant=[80.0])

    found = capacity_value(without, with_it, 0, 30.0, OPTIONS)

    assert found.efc_mw == pytest.approx(30.0, abs=0.01)
    assert found.elcc_mw == pytest.approx(30.0, abs=0.01)


def test_a_plant_out_half_of_the_hours_is_worth_half_where_load_is_never_met():
    # Load is short by 50 all the time: each MW serves an hour's MWh, and the plant 10 of 20.
    need = np.full((500, 1), 100.0)
    without = system(need, parts(), constant=[50.0])
    with_it = system(need, parts(("plant", 0, 20, 10, 10)), constant=[50.0])

    found = capacity_value(without, with_it, 0, 20.0, AdequacyOptions(samples=400, seed=1))

    assert found.efc_low_mw < 10.0 < found.efc_high_mw
    assert found.efc_mw == pytest.approx(10.0, abs=0.3)
    assert found.elcc_mw == pytest.approx(10.0, abs=0.3)


def test_two_levels_of_load_give_the_firm_capacity_solved_by_hand():
    # Short by 10 and 40 in turn; a line of 20 leaves 0 and 20: 20 MWh a pair of hours.
    # Firm f leaves max(10 - f, 0) + 40 - f = 20 at f = 20.
    need = np.tile([[110.0, 0.0], [140.0, 0.0]], (50, 1))
    without = system(need, parts(), constant=[100.0, 99.0])
    with_it = system(need, parts(), links=[(1, 0, 20.0)], constant=[100.0, 99.0])

    found = capacity_value(without, with_it, 0, 60.0, OPTIONS)

    assert found.efc_mw == pytest.approx(20.0, abs=0.01)
    # With the line and load l more: max(10 + l - 20, 0) + (40 + l - 20) = 50 at l = 20.
    assert found.elcc_mw == pytest.approx(20.0, abs=0.01)


def test_a_line_from_a_zone_that_is_short_too_is_worth_nothing():
    need = np.tile([[110.0, 120.0]], (50, 1))
    without = system(need, parts(), constant=[100.0, 99.0])
    with_it = system(need, parts(), links=[(1, 0, 20.0)], constant=[100.0, 99.0])

    found = capacity_value(without, with_it, 0, 20.0, OPTIONS)

    assert found.efc_mw == pytest.approx(0.0, abs=0.01)


def test_a_zone_that_is_never_short_measures_nothing():
    need = np.full((10, 1), 1.0)
    plain = system(need, parts(), constant=[2.0])

    assert capacity_value(plain, plain, 0, 5.0, OPTIONS).efc_mw is None
