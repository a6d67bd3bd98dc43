"""A simulated curve takes the place of a link's own time and delay, and of its terminals'."""

import numpy as np
import pytest

from tests.freight.corridors import view
from transcaspian.errors import InputError
from transcaspian.freight import CrossingCurve, assign_case, freight_tables

LINK = {"link": "A-Z", "node0": "A", "node1": "Z", "capacity": 500.0, "time_h": 7.0}
BOTH_WAYS = [
    {"origin": "A", "destination": "Z", "tonnes": 600e3},
    {"origin": "Z", "destination": "A", "tonnes": 400e3},
]
CURVE = CrossingCurve(
    "A-Z",
    counts_teu=False,
    volume=np.array([0.0, 1000.0, 2000.0]),
    forward_h=np.array([50.0, 80.0, 300.0]),
    backward_h=np.array([40.0, 60.0, 90.0]),
    capacity=1500.0,
    terminals=(),
)


def hours(curve: CrossingCurve = CURVE) -> dict[str, float]:
    links = freight_tables(assign_case(view([LINK], BOTH_WAYS), curves=[curve]))["freight_links"]
    return dict(links.select("direction", "time_h").iter_rows())


def test_each_direction_has_its_own_hours_at_the_traffic_of_both() -> None:
    # 600 and 400 kt load the crossing with 1,000: the middle point of both curves.
    assert hours() == pytest.approx({"0-1": 80.0, "1-0": 60.0})


def test_volume_and_capacity_are_those_of_both_directions() -> None:
    links = freight_tables(assign_case(view([LINK], BOTH_WAYS), curves=[CURVE]))["freight_links"]

    assert links["volume"].to_list() == pytest.approx([1000.0, 1000.0])
    assert links["capacity"].to_list() == [1500.0, 1500.0]


def test_without_a_curve_the_link_keeps_its_formula() -> None:
    links = freight_tables(assign_case(view([LINK], BOTH_WAYS)))["freight_links"]

    assert links["volume"].to_list() == pytest.approx([600.0, 400.0])


def test_shippers_leave_a_crossing_as_its_hours_rise() -> None:
    road = {"link": "road", "node0": "A", "node1": "Z", "time_h": 120.0}
    steep = CrossingCurve(
        "A-Z", False, CURVE.volume, 10.0 * CURVE.forward_h, 10.0 * CURVE.backward_h, 1500.0, ()
    )

    def by_sea(curve: CrossingCurve) -> float:
        tables = freight_tables(assign_case(view([LINK, road], BOTH_WAYS), curves=[curve]))
        links = tables["freight_links"]
        return float(links.filter(link="A-Z")["tonnes"].sum())

    assert by_sea(steep) < by_sea(CURVE)


def test_a_curve_for_an_unknown_link_is_refused() -> None:
    wrong = CrossingCurve(
        "B-Z", False, CURVE.volume, CURVE.forward_h, CURVE.backward_h, 1500.0, ("QUAY",)
    )

    with pytest.raises(InputError) as error:
        hours(wrong)

    assert {problem.column for problem in error.value.problems} == {"link", "terminal"}
