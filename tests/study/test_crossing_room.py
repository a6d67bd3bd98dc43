"""The simulated crossing joined to freight: one curve a fleet, no hour twice, traffic on the grid."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import polars as pl
import pytest

from transcaspian.case.read import read_case
from transcaspian.case.tables import Case, YearView
from transcaspian.errors import InputError
from transcaspian.freight.corridor import collect_paths
from transcaspian.freight.frames import freight_tables
from transcaspian.study.crossing_room import (
    CrossingRoom,
    JoinedResult,
    freight_curves,
    has_same_crossing,
    shared_links,
    simulate_mix,
)
from transcaspian.study.crossing_tables import CROSSING_TABLES, crossing_tables
from transcaspian.study.freight_room import catalogue_views

YEAR = 2024
FEEDER = "KZ_AAU-AZ_ALT-sea-feeder"


@pytest.fixture(scope="module")
def case() -> Case:
    return read_case()


@pytest.fixture(scope="module")
def room() -> CrossingRoom:
    return CrossingRoom()


@pytest.fixture(scope="module")
def joined(case: Case, room: CrossingRoom) -> JoinedResult:
    return room.assign(case.at(YEAR), collect_paths(catalogue_views(case)))


def with_tables(view: YearView, **tables: pl.DataFrame) -> YearView:
    named: Mapping[str, pl.DataFrame] = {
        name.replace("__", "/"): frame for name, frame in tables.items()
    }
    return replace(view, tables=MappingProxyType({**view.tables, **named}))


def test_a_link_of_the_crossing_takes_the_hours_of_its_curve(joined: JoinedResult) -> None:
    links = freight_tables(joined.freight)["freight_links"].filter(pl.col("link") == FEEDER)
    curves = {(curve.port0, curve.port1, curve.cargo): curve for curve in joined.grid.curves()}  # type: ignore[union-attr]

    for direction, pair in (("0-1", ("AKTAU", "ALAT", "teu")), ("1-0", ("ALAT", "AKTAU", "teu"))):
        (hours,) = links.filter(pl.col("direction") == direction)["time_h"]
        units = joined.factors[pair] * joined.crossing.units(pair)
        # Freight's curve is smooth between the points where that of the crossing is straight.
        assert hours == pytest.approx(curves[pair].at(units), rel=0.1)


def test_no_hour_is_counted_twice(joined: JoinedResult) -> None:
    terminals = freight_tables(joined.freight)["freight_terminals"]
    inside = terminals.filter(pl.col("terminal").is_in(["AKTAU_CONTAINER", "ALAT_CONTAINER"]))

    assert inside["time_h"].to_list() == [0.0] * inside.height
    assert (inside["tonnes"] > 0.0).any()


def test_the_load_of_a_crossing_is_the_traffic_of_both_directions(joined: JoinedResult) -> None:
    links = freight_tables(joined.freight)["freight_links"].filter(pl.col("link") == FEEDER)
    (shared,) = [link for link in shared_links_of(joined) if link.link == FEEDER]

    units = links["teu"].sum() / shared.load_per_unit

    both = sum(joined.crossing.units(pair) for pair in (shared.forward, shared.backward))
    assert joined.factors[shared.forward] == pytest.approx(units / both, rel=1e-6)
    assert links["volume"].n_unique() == 1


def shared_links_of(joined: JoinedResult) -> list:  # type: ignore[type-arg]
    return shared_links(read_case().at(joined.freight.year))


def test_the_base_year_sends_about_as_much_across_as_was_counted(joined: JoinedResult) -> None:
    # Nothing published says how many lorries cross from Turkmenbashi, so nothing is fitted to them.
    free = {("TURKMENBASHI", "ALAT", "truck"), ("ALAT", "TURKMENBASHI", "truck")}
    for pair, factor in joined.factors.items():
        assert factor == pytest.approx(1.0, abs=0.2 if pair in free else 0.1), pair


def test_projects_that_leave_the_crossing_alone_meet_the_same_curves(
    case: Case, room: CrossingRoom
) -> None:
    without, with_rail = case.at(YEAR), case.at(YEAR, projects=["TRIPP_RAIL"])
    with_ships = case.at(YEAR, projects=["ADP_SHIPS"])

    assert has_same_crossing(without, with_rail)
    assert not has_same_crossing(without, with_ships)
    for curve, again in zip(room.curves(without), room.curves(with_rail), strict=True):
        assert (curve.forward_h == again.forward_h).all()


def test_a_source_or_a_note_does_not_change_a_curve(case: Case) -> None:
    view = case.at(YEAR)
    ports = view.tables["crossing/ports"].with_columns(note=pl.lit("other words"))

    assert has_same_crossing(view, with_tables(view, crossing__ports=ports))


@pytest.mark.slow
def test_traffic_beyond_the_grid_is_simulated_again(case: Case, room: CrossingRoom) -> None:
    view = case.at(YEAR)
    small = view.tables["crossing/arrivals"].with_columns(pl.col("units") / 4.0)

    found = room.assign(with_tables(view, crossing__arrivals=small))

    assert found.grid is not None
    assert max(found.grid.runs) > 2.3
    assert all(found.grid.covers(factor) for factor in found.factors.values())


def test_a_case_without_shared_links_keeps_its_own_formula(case: Case, room: CrossingRoom) -> None:
    view = case.at(YEAR)
    none = view.tables["crossing/links"].clear()

    assert room.curves(with_tables(view, crossing__links=none)) == []


def test_a_link_whose_cargo_nobody_sends_is_named(case: Case) -> None:
    view = case.at(YEAR)
    wrong = view.tables["crossing/links"].with_columns(cargo=pl.lit("teu"))

    with pytest.raises(InputError) as error:
        shared_links(with_tables(view, crossing__links=wrong))

    assert len(error.value.problems) == 2  # Kuryk sends no boxes, Turkmenbashi does
    assert "KZ_KUR-AZ_ALT-ferry-rail" in str(error.value.problems[0])


def test_the_capacity_of_a_crossing_is_what_its_ships_carried_at_the_most(
    joined: JoinedResult, case: Case
) -> None:
    assert joined.grid is not None
    for curve in freight_curves(joined.grid, shared_links(case.at(YEAR))):
        assert 0.0 < curve.capacity <= 1.1 * curve.volume[-1]
        assert (np.diff(curve.forward_h) >= 0.0).all()


def test_tables_of_the_crossing_agree_with_each_other(joined: JoinedResult) -> None:
    tables = crossing_tables(joined)

    assert tuple(tables) == CROSSING_TABLES
    waits, resources = tables["crossing_wait_year"], tables["crossing_resource_year"]
    services = tables["crossing_service_year"]
    assert (waits["crossing_h"] > waits["wait_h"]).all()
    assert resources["occupancy"].is_between(0.0, 1.0 + 1e-9).all()
    shares = services.select(pl.sum_horizontal(r"^share_.*$")).to_series()
    np.testing.assert_allclose(shares, 1.0, atol=0.02)


def test_the_mix_of_the_equilibrium_waits_about_as_long_as_the_curves_say(
    joined: JoinedResult,
) -> None:
    simulation = simulate_mix(joined)
    assert joined.grid is not None
    for curve in joined.grid.curves():
        pair = (curve.port0, curve.port1, curve.cargo)
        if pair in joined.factors:
            said = curve.at(joined.factors[pair] * joined.crossing.units(pair))
            low, high = simulation.interval("pair", f"{pair[2]} {pair[0]}-{pair[1]}", "crossing_h")
            assert low - 0.15 * said <= said <= high + 0.15 * said
