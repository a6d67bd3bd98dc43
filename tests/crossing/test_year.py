"""A year of the packaged crossing, measured and replicated."""

import json
import math
import re
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from tests.crossing.packaged import changed, crossing_view
from transcaspian.case.tables import YearView
from transcaspian.crossing.check import check_crossing
from transcaspian.crossing.engine import run_kernel
from transcaspian.crossing.model import Event
from transcaspian.crossing.programs import Options, build_model
from transcaspian.crossing.reference import run_reference
from transcaspian.crossing.replicate import Simulation, half_width, simulate
from transcaspian.crossing.statistics import gather_facts
from transcaspian.crossing.summary import summarise
from transcaspian.crossing.tables import read_crossing

VIEW = crossing_view(2024)
SHORT = Options(warm_up_h=240.0, run_out_h=240.0, counted_h=720.0)


@pytest.fixture(scope="module")
def year() -> Simulation:
    return simulate(VIEW, replications=3, seed=5)


def mean_truck_wait(view: YearView, options: Options | None = None, replications: int = 6) -> float:
    return simulate(view, options, replications=replications, seed=5).mean(
        "cargo", "truck", "mean_h"
    )


def test_both_engines_write_the_same_log_of_the_packaged_crossing() -> None:
    model, _ = build_model(check_crossing(read_crossing(VIEW)), SHORT)

    compiled, plain = run_kernel(model, 1000.0, 3), run_reference(model, 1000.0, 3)

    assert compiled.size == plain.size > 10_000
    np.testing.assert_array_equal(compiled["event"], plain["event"])
    np.testing.assert_array_equal(compiled["entity"], plain["entity"])
    np.testing.assert_allclose(compiled["time_h"], plain["time_h"], rtol=1e-12)


def test_the_number_of_workers_changes_no_bit() -> None:
    one, three = (simulate(VIEW, SHORT, replications=5, seed=2, workers=n) for n in (1, 3))

    assert one.keys == three.keys
    assert one.values.tobytes() == three.values.tobytes()


def test_more_replications_leave_the_first_as_they_were() -> None:
    few, many = (simulate(VIEW, SHORT, replications=n, seed=2) for n in (2, 4))

    np.testing.assert_array_equal(few.values, many.values[:2])


def test_the_time_of_a_fleet_adds_up(year: Simulation) -> None:
    for service in ("KURYK_FERRY", "KURYK_ROPAX", "TKB_FERRY", "TKB_ROPAX", "AKTAU_KMTF"):
        shares = [key for key in year.keys if key[1] == service and key[2].startswith("share ")]

        assert sum(year.mean(*key) for key in shares) == pytest.approx(1.0, abs=0.01)


def test_occupancies_are_shares(year: Simulation) -> None:
    values = [year.of(*key) for key in year.keys if key[2] == "occupancy"]

    assert np.min(values) >= 0.0
    assert np.max(values) <= 1.0


def test_what_came_has_sailed_or_waits(year: Simulation) -> None:
    for group, name, statistic in year.keys:
        if (group, statistic) == ("pair", "growth"):
            arrived, sailed = year.of("pair", name, "arrived"), year.of("pair", name, "sailed")
            # a ship that loads at midnight on New Year's Eve has taken cargo and not yet sailed
            np.testing.assert_allclose(
                arrived - sailed, year.of(group, name, statistic), atol=900.0
            )


def test_services_carry_all_that_pairs_send(year: Simulation) -> None:
    for cargo in ("wagon", "truck", "teu"):
        keys = [key for key in year.keys if key[0] == "service" and key[2] == f"sailed {cargo}"]

        np.testing.assert_allclose(
            sum(year.of(*key) for key in keys), year.of("cargo", cargo, "sailed")
        )


def test_cargo_sails_in_the_amounts_that_come(year: Simulation) -> None:
    assert year.mean("cargo", "truck", "sailed") == pytest.approx(58169, rel=0.05)
    assert year.mean("cargo", "wagon", "sailed") == pytest.approx(37515, rel=0.05)


def test_intervals_are_those_of_student(year: Simulation) -> None:
    values = year.of("cargo", "truck", "mean_h")

    low, high = year.interval("cargo", "truck", "mean_h")

    expected = stats.t.interval(0.95, values.size - 1, np.mean(values), stats.sem(values))
    assert (low, high) == pytest.approx(expected)
    assert half_width(values[:1]) == 0.0


@pytest.mark.slow
def test_replications_are_added_until_the_wait_is_known_well_enough() -> None:
    few = simulate(VIEW, SHORT, replications=3, seed=1)
    wanted = 0.9 * max(
        half_width(few.of("cargo", cargo, "mean_h")) for cargo in ("wagon", "truck", "teu")
    )

    enough = simulate(VIEW, SHORT, replications=3, seed=1, half_width_h=wanted)

    assert enough.replications > 3
    for cargo in ("wagon", "truck", "teu"):
        assert half_width(enough.of("cargo", cargo, "mean_h")) <= wanted


@pytest.mark.slow
def test_more_ferries_and_berths_make_trucks_wait_less() -> None:
    berths = changed(VIEW, "crossing/berths", count={"ALT_RAIL": 3})
    both = changed(berths, "crossing/services", count={"KURYK_FERRY": 8})

    assert mean_truck_wait(both) < mean_truck_wait(berths) < mean_truck_wait(VIEW)


@pytest.mark.slow
def test_a_calm_sea_makes_trucks_wait_less() -> None:
    calm = VIEW.tables["crossing/closures"].with_columns(closed_share=0.0)
    view = YearView(2024, {**VIEW.tables, "crossing/closures": calm}, {})

    assert mean_truck_wait(view) < mean_truck_wait(VIEW)


@pytest.mark.slow
def test_longer_spells_of_the_same_closed_share_make_the_tail_longer() -> None:
    short, long = (
        simulate(VIEW, Options(mean_spell_h=h), replications=6, seed=5) for h in (12.0, 168.0)
    )

    assert long.mean("cargo", "teu", "p99_h") > short.mean("cargo", "teu", "p99_h")


@pytest.mark.slow
def test_a_lower_sea_without_dredging_takes_payload_and_adds_waits() -> None:
    later = changed(
        crossing_view(2030), "crossing/services", count={"KURYK_FERRY": 9, "AKTAU_KMTF": 8}
    )
    dry = changed(later, "crossing/ports", dredged_m={"ALAT": 0.5})

    wet, shallow = (simulate(view, replications=3, seed=5) for view in (later, dry))

    assert shallow.mean("cargo", "wagon", "mean_h") > wet.mean("cargo", "wagon", "mean_h")


@pytest.mark.slow
def test_demand_beyond_the_fleet_is_called_unstable_with_what_is_short() -> None:
    simulation = simulate(VIEW, Options(load_factor=1.8), replications=3, seed=5)

    (worst, *_) = [text for text in simulation.unstable if "truck KURYK-ALAT" in text]
    assert re.match(r"unstable: arrivals [12]\.\d\d ", worst)
    assert "\N{MULTIPLICATION SIGN} service" in worst
    assert "Alat rail ferry berths (busy" in worst


@pytest.mark.slow
def test_a_crossing_that_keeps_up_is_not_called_unstable() -> None:
    assert simulate(VIEW, Options(load_factor=0.6), replications=4, seed=5).unstable == ()


@pytest.mark.slow
def test_ships_that_queue_ever_longer_for_a_berth_are_named() -> None:
    grain = changed(VIEW, "crossing/visits", calls={"AAU_GRAIN_SHIPS": 700.0})

    texts = simulate(grain, replications=3, seed=5).unstable

    assert any("Aktau grain berth" in text for text in texts)


@pytest.mark.slow
def test_two_container_ships_of_780_teu_make_boxes_wait_less_where_ports_have_room() -> None:
    berths = changed(
        crossing_view(2030), "crossing/berths",
        count={"ALT_BOX": 6, "AAU_DRY": 6}, cranes={"ALT_BOX": 12, "AAU_DRY": 12},
    )  # fmt: skip
    room = changed(berths, "crossing/yards", import_units={"ALAT": 5000, "AKTAU": 5000})
    with_ships = changed(room, "crossing/services", count={"AKTAU_780": 2})

    before, after = (simulate(view, replications=4, seed=5) for view in (room, with_ships))

    difference = after.of("cargo", "teu", "mean_h") - before.of("cargo", "teu", "mean_h")
    assert np.mean(difference) < 0.0


@pytest.mark.slow
def test_a_service_of_two_rounds_goes_where_more_cargo_waits() -> None:
    ports, berths = "ALAT;KURYK;TURKMENBASHI", "ALT_RAIL;KUR_RAIL;TKB_RAIL"
    pooled = changed(
        VIEW, "crossing/services",
        ports={"KURYK_FERRY": ports}, berths={"KURYK_FERRY": berths}, count={"KURYK_FERRY": 12, "TKB_FERRY": 0},
    )  # fmt: skip

    simulation = simulate(pooled, replications=2, seed=5)

    assert simulation.mean("service", "KURYK_FERRY", "calls KURYK") > 100.0
    assert simulation.mean("service", "KURYK_FERRY", "calls TURKMENBASHI") > 100.0


@pytest.mark.slow
@pytest.mark.parametrize("rule", ["fifo", "priority", "most_cargo", "shortest"])
def test_every_queue_rule_runs_and_carries_all_cargo(rule: str) -> None:
    view = changed(VIEW, "crossing/berths", queue_rule={"ALT_RAIL": rule})
    light = simulate(view, Options(load_factor=0.5), replications=2, seed=5)

    assert light.mean("cargo", "truck", "sailed") == pytest.approx(0.5 * 58169, rel=0.05)


def test_ships_on_a_timetable_leave_at_its_hours() -> None:
    view = changed(
        VIEW,
        "crossing/services",
        sailing_rule={"TKB_ROPAX": "timetable"},
        headway_h={"TKB_ROPAX": 24.0},
    )
    crossing = check_crossing(read_crossing(view))
    model, places = build_model(crossing, replace(SHORT, warm_up_h=0.0))

    facts = gather_facts(run_kernel(model, 2000.0, 1))
    loaded = facts.of(Event.LOADED, places.ports["TURKMENBASHI"])
    own = loaded[np.isin(loaded["entity"], places.vessels["TKB_ROPAX"])]

    # loading that runs past the hour ends when the last truck is aboard
    assert own.size > 20
    late = np.mod(own["time_h"], 24.0)
    assert np.mean(late < 1e-6) > 0.5


def test_the_summary_keeps_its_promised_shape(year: Simulation) -> None:
    answer = json.loads(json.dumps(summarise(year)))

    assert set(answer) >= {"waits", "throughput", "occupancy", "replications", "seed", "unstable"}
    assert set(answer["waits"]) == {"wagon", "truck", "teu"}
    for waits in answer["waits"].values():
        assert waits["p50_h"] <= waits["p90_h"] <= waits["p99_h"]
        for statistic in ("mean_h", "p50_h", "p90_h", "p99_h"):
            low, high = waits["ci95"][statistic]
            assert low <= waits[statistic] <= high
    assert all(math.isfinite(share["mean"]) for share in answer["occupancy"].values())


def test_the_frame_has_a_row_a_number_without_gaps(year: Simulation) -> None:
    frame = year.frame()

    assert frame.height == len(year.keys)
    assert frame.null_count().sum_horizontal().item() == 0
    assert frame["mean"].is_finite().all()


def test_an_interval_of_hours_does_not_reach_below_zero() -> None:
    key = ("cargo", "boxes", "mean_h")
    made = Simulation(2030, 0, (key,), np.array([[1.0], [99.0]]), ())

    low, high = made.interval(*key)

    assert low == 0.0
    assert high == pytest.approx(50.0 + 12.706 * 49.0, rel=1e-3)
