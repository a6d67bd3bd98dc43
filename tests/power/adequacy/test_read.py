"""From the tables of a case to a system: units, poles, water, weather and refusals."""

from dataclasses import replace
from types import MappingProxyType

import numpy as np
import polars as pl
import pytest

from transcaspian.case.read import read_case
from transcaspian.case.tables import YearView
from transcaspian.errors import InputError
from transcaspian.power.adequacy.read import ColdSpell, read_system
from transcaspian.power.adequacy.system import LINK, LINK_WHOLE, PLANT, WATER, AdequacySystem
from transcaspian.power.adequacy.water import class_factors, plan_release


@pytest.fixture(scope="module")
def view() -> YearView:
    return read_case("trans-caspian").at(2035, "reference", ("CASPIAN_CABLE_1000",))


@pytest.fixture(scope="module")
def system(view: YearView) -> AdequacySystem:
    return read_system(view)


def test_the_mean_capacity_of_plants_is_that_of_their_availability(
    view: YearView, system: AdequacySystem
) -> None:
    plants = view.tables["power/generators"].filter(pl.col("p_max_profile").is_null())
    wanted = (plants["p_nom_mw"] * plants["availability_pu"]).sum()
    units = system.units
    own = (units.kind == PLANT) | (units.kind == WATER)
    found = (units.p_nom * (1 - units.outage_rate))[own].sum()

    # Below where availability is higher than the class allows, never above.
    assert 0.97 * wanted < found <= wanted * (1 + 1e-9)


def test_the_caspian_cable_is_out_for_six_percent_of_its_capacity(system: AdequacySystem) -> None:
    place = system.links.index("KZ_MANGYSTAU-AZ")
    units = system.units
    of = units.place == place
    poles, whole = of & (units.kind == LINK), of & (units.kind == LINK_WHOLE)
    works = (1 - units.outage_rate[whole]).prod() * (1 - units.outage_rate[poles]).mean()

    assert int(poles.sum()) == 2
    assert 1 - works == pytest.approx(0.06, abs=0.001)


def test_a_part_has_the_same_stream_in_runs_with_and_without_a_cable(
    system: AdequacySystem,
) -> None:
    without = read_system(read_case("trans-caspian").at(2035))

    assert set(without.units.key.tolist()) < set(system.units.key.tolist())


def test_water_of_a_month_is_that_of_the_case_in_the_mean_of_its_classes(
    view: YearView, system: AdequacySystem
) -> None:
    plants = view.tables["power/generators"].select("generator", "p_nom_mw")
    rows = view.tables["power/monthly_energy"].filter(pl.col("month") == 1)
    rows = rows.join(plants, on="generator")
    wanted = (rows["capacity_factor"] * rows["p_nom_mw"]).sum() * 31 * 24

    assert system.water.budget[0, :, 0].sum(axis=1).mean() == pytest.approx(wanted, rel=1e-9)
    assert (np.diff(system.water.budget[0, :, 0].sum(axis=1)) > 0).all()


def test_a_plan_never_uses_more_than_the_month_has(system: AdequacySystem) -> None:
    water = system.water
    for month, (first, end) in enumerate(
        zip(water.month_start[:-1], water.month_start[1:], strict=True)
    ):
        used = water.plan[:, :, first:end].sum(axis=2)
        assert (used <= water.budget[:, :, month] * (1 + 1e-9) + 1e-6).all()


def test_a_cold_spell_raises_load_and_lowers_wind_in_its_days_alone(
    view: YearView, system: AdequacySystem
) -> None:
    cold = read_system(view, cold=ColdSpell(first_hour=24, hours=48))
    more = cold.need[0, 0] - system.need[0, 0]

    assert (more[24:72].sum(axis=0) >= 0).all()
    assert more[24:72].sum() > 0
    assert (more[:24] == 0).all()
    assert (more[72:] == 0).all()
    assert cold.load[0, 24:72].sum() == pytest.approx(1.1 * system.load[0, 24:72].sum())


def test_a_carrier_without_an_outage_class_is_refused_by_name(view: YearView) -> None:
    fewer = view.tables["power/outage_classes"].filter(pl.col("carrier") != "coal")
    tables = MappingProxyType(dict(view.tables) | {"power/outage_classes": fewer})

    with pytest.raises(InputError, match="coal"):
        read_system(replace(view, tables=tables))


def test_classes_of_water_have_mean_one_and_widen_with_the_spread() -> None:
    factors = class_factors(np.array([0.0, 0.1, 0.3]), 5)

    assert factors.mean(axis=0) == pytest.approx(np.ones(3))
    assert factors[:, 0] == pytest.approx(np.ones(5))
    assert factors[0, 2] < factors[0, 1] < 1.0 < factors[-1, 1] < factors[-1, 2]


def test_a_plan_shaves_peaks_to_one_level() -> None:
    need = np.array([[10.0], [20.0], [30.0], [12.0]])
    plan = np.zeros_like(need)

    # 16 MWh: the peak gives 12 at the level 18, the next 2; at 17 it would be 13 + 3 = 16.
    plan_release(need, np.array([[16.0]]), np.array([50.0]), np.array([0, 4]), plan)

    assert plan[:, 0] == pytest.approx([0.0, 3.0, 13.0, 0.0])


def test_a_plan_is_never_above_its_plants() -> None:
    need = np.array([[10.0], [30.0]])
    plan = np.zeros_like(need)

    plan_release(need, np.array([[100.0]]), np.array([8.0]), np.array([0, 2]), plan)

    assert plan[:, 0] == pytest.approx([8.0, 8.0])
