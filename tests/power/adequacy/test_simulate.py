"""Simulated adequacy against answers found another way."""

import itertools

import networkx
import numpy as np
import pytest

from tests.power.adequacy import rts79
from tests.power.adequacy.systems import one_month, parts, system
from transcaspian.errors import InputError
from transcaspian.power.adequacy.convolution import loss_of_load
from transcaspian.power.adequacy.hour_kernels import DEEPEST, EVENTS, LARGEST, LONGEST
from transcaspian.power.adequacy.simulate import AdequacyOptions, AdequacyResult, simulate
from transcaspian.power.adequacy.statistics import mean_interval, share_interval
from transcaspian.power.adequacy.system import Storage

NEVER = np.inf


def z_score(samples: np.ndarray, exact: float) -> float:
    error = samples.std(ddof=1) / np.sqrt(samples.size)
    return float((samples.mean() - exact) / error)


def rts_system():
    return system(rts79.load()[:, None], rts79.units())


def test_convolution_gives_the_published_figures_of_the_ieee_reliability_test_system():
    units = rts79.units()

    lole, eens = loss_of_load(units.p_nom, units.outage_rate, rts79.load())

    # Allan, Billinton and Abdel-Gawad (1986), IEEE PWRS 1(4), table 2: 9.39418 h/a; 1,176 MWh/a.
    assert lole == pytest.approx(9.39418, rel=1e-6)
    assert eens == pytest.approx(1176.0, rel=5e-4)


def test_convolution_of_two_units_is_the_hand_count():
    lole, eens = loss_of_load(np.array([60.0, 40.0]), np.array([0.1, 0.2]), np.array([50.0, 100.0]))

    # Below 50 MW: 60 out. Below 100: all but both working.
    assert lole == pytest.approx(0.1 + (1 - 0.9 * 0.8))
    assert eens == pytest.approx(
        0.1 * (0.8 * 10 + 0.2 * 50) + 0.9 * 0.2 * 40 + 0.1 * 0.8 * 60 + 0.1 * 0.2 * 100
    )


def test_convolution_refuses_capacities_between_its_steps():
    with pytest.raises(InputError, match="smaller step"):
        loss_of_load(np.array([10.5]), np.array([0.1]), np.array([5.0]))


def test_simulation_of_the_ieee_reliability_test_system_meets_the_convolution():
    units = rts79.units()
    exact = loss_of_load(units.p_nom, units.outage_rate, rts79.load())

    result = simulate(rts_system(), AdequacyOptions(samples=2000, seed=7))

    assert abs(z_score(result.lole[:, 0], exact[0])) < 4
    assert abs(z_score(result.eens[:, 0], exact[1])) < 4


def test_plants_are_out_for_the_share_of_hours_that_their_times_say():
    units = rts79.units()

    result = simulate(rts_system(), AdequacyOptions(samples=400, seed=3))

    assert result.mean_out[0] == pytest.approx((units.p_nom * units.outage_rate).sum(), rel=0.02)


def two_areas():
    units = parts(
        ("plant", 0, 60, 90, 10),
        ("plant", 0, 60, 90, 10),
        ("plant", 1, 100, 160, 40),
        ("link", 0, 20, 94, 6),
        ("link", 0, 20, 94, 6),
        ("whole", 0, 0, 480, 20),
    )
    return units, system(np.tile([100.0, 70.0], (500, 1)), units, links=[(0, 1, 0.0)])


def enumerated(units) -> np.ndarray:
    """Return hours and MWh a year of both zones, over all states of six parts."""
    total = np.zeros((2, 2))
    for state in itertools.product((True, False), repeat=6):
        chance = np.prod(
            [1 - q if up else q for up, q in zip(state, units.outage_rate, strict=True)]
        )
        plant = [60.0 * (state[0] + state[1]) - 100.0, 100.0 * state[2] - 70.0]
        line = 20.0 * (state[3] + state[4]) if state[5] else 0.0
        for zone in (0, 1):
            help_ = min(line, max(plant[1 - zone], 0.0))
            short = max(-plant[zone] - help_, 0.0)
            total[zone] += chance * np.array([short > 0, short])
    return 500 * total


def test_two_areas_joined_by_a_line_of_two_poles_meet_the_enumeration():
    units, areas = two_areas()
    exact = enumerated(units)

    result = simulate(areas, AdequacyOptions(samples=3000, seed=11))

    for zone in (0, 1):
        assert abs(z_score(result.lole[:, zone], exact[zone, 0])) < 4
        assert abs(z_score(result.eens[:, zone], exact[zone, 1])) < 4


def storage_by_chain(n_hour: int, energy: float) -> tuple[float, float]:
    """Return expected hours and MWh short: load 10, a unit of 12, storage of 10 MW, no losses.

    The state is (unit, level): hour by hour, level + 2 where the unit works, else - 10.
    """
    out, repair, fail = 10 / 60, 1 / 10, 1 / 50
    chance = {(True, energy): 1 - out, (False, energy): out}
    hours = short = 0.0
    for _ in range(n_hour):
        after: dict[tuple[bool, float], float] = {}
        for (up, before), p in chance.items():
            if up:
                level = min(before + 2.0, energy)
            else:
                missing = max(10.0 - before, 0.0)
                hours += p * (missing > 0)
                short += p * missing
                level = max(before - 10.0, 0.0)
            turn = fail if up else repair
            for next_up, q in ((up, 1 - turn), (not up, turn)):
                key = (next_up, level)
                after[key] = after.get(key, 0.0) + p * q
        chance = after
    return hours, short


def test_storage_meets_the_chain_solved_by_hand():
    exact = storage_by_chain(400, 34.0)
    store = Storage(
        zone=np.zeros(1, dtype=np.int64),
        p_nom=np.array([10.0]),
        energy=np.array([34.0]),
        efficiency_store=np.ones(1),
        efficiency_dispatch=np.ones(1),
    )
    plant = parts(("plant", 0, 12, 50, 10))

    result = simulate(
        system(np.full((400, 1), 10.0), plant, storage=store),
        AdequacyOptions(samples=4000, seed=5),
    )

    assert abs(z_score(result.lole[:, 0], exact[0])) < 4
    assert abs(z_score(result.eens[:, 0], exact[1])) < 4


def test_storage_loses_what_its_efficiencies_say():
    store = Storage(
        zone=np.zeros(1, dtype=np.int64),
        p_nom=np.array([10.0]),
        energy=np.array([10.0]),
        efficiency_store=np.array([0.8]),
        efficiency_dispatch=np.array([0.5]),
    )
    # Full: 10 MWh give 5. Then 5 to spare fill 4, which give 2.
    need = np.array([[15.0], [5.0], [15.0]])

    result = simulate(
        system(need, parts(), constant=[10.0], storage=store), AdequacyOptions(samples=1)
    )

    assert result.lole[0, 0] == 1
    assert result.eens[0, 0] == pytest.approx(3.0)


def short_of(need, plan, budget) -> AdequacyResult:
    """Return one year of plants of 6 MW that never fail and 5 MW of water."""
    units = parts(("water", 0, 5, NEVER, 1))
    case = system(np.array(need)[:, None], units, constant=[6.0], water=one_month(plan, budget))
    return simulate(case, AdequacyOptions(samples=1))


def test_water_beyond_the_plan_serves_until_the_energy_of_the_month_is_gone():
    result = short_of([10.0] * 4, [2.5] * 4, 10.0)

    # 4 + 4 MWh, then 2 are left: 2 MW and 4 MW are missing.
    assert result.yearly[0, 0].tolist() == pytest.approx([2, 6, 1, 2, 6, 4])


def test_water_used_ahead_is_saved_in_hours_with_power_to_spare():
    result = short_of([10.0, 6.0, 10.0], [2.0, 2.0, 2.0], 6.0)

    # Hour 0 takes 4, hour 1 gives its 2 back, hour 2 has 2 of 4.
    assert result.eens[0, 0] == pytest.approx(2.0)


def test_water_is_never_more_than_its_plants():
    result = short_of([13.0], [5.0], 100.0)

    assert result.eens[0, 0] == pytest.approx(2.0)


def test_water_used_ahead_stays_within_two_days_of_the_plan():
    result = short_of([8.0] * 480, [1.0] * 480, 480.0)

    # 2 MW are missed each hour, 1 planned: 48 MWh ahead serve 48 hours, then 384 hours lack 1,
    # and the last 48, whose water is gone, lack 2.
    assert result.lole[0, 0] == 432
    assert result.eens[0, 0] == pytest.approx(480.0)


def shortage(need, constant, links, policy="share") -> np.ndarray:
    case = system(np.array([need]), parts(), links=links, constant=constant)
    return simulate(case, AdequacyOptions(samples=1, policy=policy)).eens[0]


def test_a_shortage_is_shared_in_proportion_to_load():
    # B has 30 to spare; A misses 20 of 100, C misses 40 of 200.
    found = shortage([100.0, 50.0, 200.0], [80.0, 80.0, 160.0], [(0, 1, 99.0), (1, 2, 99.0)])

    assert found == pytest.approx([10.0, 0.0, 20.0])


def test_a_zone_behind_a_narrow_line_bears_more_and_the_rest_shares_evenly():
    # Only 5 reach C: it misses 35. The other 25 serve A whole.
    found = shortage([100.0, 50.0, 200.0], [80.0, 80.0, 160.0], [(0, 1, 99.0), (1, 2, 5.0)])

    assert found == pytest.approx([0.0, 0.0, 35.0])


def test_help_that_passes_through_a_short_zone_is_counted_once():
    # C has 30 to spare; it reaches A only through B. A misses 20 of 100, B 20 of 100.
    found = shortage([100.0, 100.0, 50.0], [80.0, 80.0, 80.0], [(0, 1, 99.0), (1, 2, 99.0)])

    assert found == pytest.approx([5.0, 5.0, 0.0])


def test_alone_no_zone_helps_another():
    found = shortage([100.0, 50.0], [80.0, 80.0], [(0, 1, 99.0)], policy="alone")

    assert found == pytest.approx([20.0, 0.0])


def test_no_zone_is_cut_to_help_another():
    found = shortage([100.0, 80.0], [50.0, 80.0], [(0, 1, 99.0)])

    assert found == pytest.approx([50.0, 0.0])


@pytest.mark.parametrize("seed", range(20))
def test_a_shared_shortage_is_the_least_there_can_be(seed):
    rng = np.random.default_rng(seed)
    links = [
        (a, b, float(rng.integers(0, 40))) for a, b in ((0, 1), (1, 2), (2, 3), (3, 0), (1, 3))
    ]
    margin = rng.integers(-60, 60, 4).astype(float)
    graph = networkx.DiGraph()
    graph.add_nodes_from(["s", "t", 0, 1, 2, 3])
    for a, b, size in links:
        graph.add_edge(a, b, capacity=size)
        graph.add_edge(b, a, capacity=size)
    for zone, value in enumerate(margin):
        graph.add_edge(*(("s", zone) if value > 0 else (zone, "t")), capacity=abs(value))
    most = networkx.maximum_flow_value(graph, "s", "t")

    found = shortage(np.full(4, 100.0), 100.0 + margin, links)

    assert found.sum() == pytest.approx(np.maximum(-margin, 0).sum() - most, abs=1e-4)
    assert (found[margin >= 0] == 0).all()


def test_events_are_told_apart_and_the_largest_is_kept():
    need = np.array([11.0, 12.0, 9.0, 14.0, 9.0])[:, None]

    result = simulate(system(need, parts(), constant=[10.0]), AdequacyOptions(samples=1))

    year = result.yearly[0, 0]
    assert [year[column] for column in (EVENTS, LONGEST, LARGEST, DEEPEST)] == [2, 2, 4, 4]


def test_any_number_of_workers_gives_the_same_bits():
    _, areas = two_areas()
    one, three = (
        simulate(areas, AdequacyOptions(samples=110, seed=2, workers=workers)) for workers in (1, 3)
    )

    assert one.yearly.tobytes() == three.yearly.tobytes()
    assert one.causes.tobytes() == three.causes.tobytes()


def test_more_samples_begin_with_the_same_years():
    _, areas = two_areas()
    few, many = (simulate(areas, AdequacyOptions(samples=samples)) for samples in (40, 90))

    assert many.yearly[:40].tobytes() == few.yearly.tobytes()


def test_a_part_fails_in_the_same_hours_whatever_else_is_there():
    alone = parts(("plant", 0, 10, 50, 10))
    both = parts(("plant", 0, 10, 50, 10), ("plant", 1, 10, 50, 10))
    need = np.full((1000, 1), 10.0)

    one = simulate(system(need, alone), AdequacyOptions(samples=30))
    two = simulate(system(np.tile(need, (1, 2)), both), AdequacyOptions(samples=30))

    assert (one.yearly[:, 0] == two.yearly[:, 0]).all()
    assert (two.yearly[:, 0] != two.yearly[:, 1]).any()


def test_a_line_never_makes_either_zone_shorter_in_any_year():
    _, areas = two_areas()
    without = simulate(areas, AdequacyOptions(samples=200, policy="alone"))
    with_line = simulate(areas, AdequacyOptions(samples=200))

    assert (with_line.eens <= without.eens + 1e-6).all()


def test_years_are_added_until_the_half_width_is_met():
    _, areas = two_areas()

    result = simulate(areas, AdequacyOptions(samples=25, half_width=0.05))

    for figure in (result.lole, result.eens):
        mean, low, _ = mean_interval(figure)
        assert (mean - low <= 0.05 * mean).all()
    assert result.samples > 25


def test_a_shortage_behind_a_full_line_names_the_line():
    case = system(np.array([[100.0, 10.0]]), parts(), links=[(1, 0, 5.0)], constant=[80.0, 99.0])

    result = simulate(case, AdequacyOptions(samples=1))

    assert result.link_full[0, 0] == pytest.approx(15.0)
    assert result.causes[0, 3] == 0.0


def test_a_shortage_without_spare_power_anywhere_names_no_line():
    case = system(np.array([[100.0, 10.0]]), parts(), links=[(1, 0, 5.0)], constant=[80.0, 12.0])

    result = simulate(case, AdequacyOptions(samples=1))

    assert result.link_full.sum() == 0.0
    assert result.causes[0, 3] == pytest.approx(18.0)


def test_an_interval_of_years_without_shortage_has_no_high_end():
    mean, low, high = mean_interval(np.zeros((10, 1)))

    assert (mean[0], low[0]) == (0.0, 0.0)
    assert np.isnan(high[0])


def test_a_share_never_seen_in_a_hundred_years_may_be_up_to_3_7_percent():
    assert share_interval(0, 100) == pytest.approx((0.0, 1 - 0.025 ** (1 / 100)))


@pytest.mark.parametrize(
    "wrong",
    [{"samples": 0}, {"half_width": 0.0}, {"policy": "fair"}, {"workers": 0}, {"seed": -1}],
)
def test_options_that_ask_for_nothing_possible_are_refused(wrong):
    with pytest.raises(InputError):
        AdequacyOptions(**wrong)


@pytest.mark.slow
def test_95_percent_intervals_cover_the_exact_value_in_95_percent_of_1000_seeds():
    units = rts79.units()
    lole, eens = loss_of_load(units.p_nom, units.outage_rate, rts79.load())
    covered = np.zeros(2)
    for seed in range(1000):
        result = simulate(rts_system(), AdequacyOptions(samples=400, seed=seed))
        for figure, (samples, exact) in enumerate(((result.lole, lole), (result.eens, eens))):
            _, low, high = mean_interval(samples)
            covered[figure] += low[0] <= exact <= high[0]

    assert ((covered >= 935) & (covered <= 965)).all(), covered
