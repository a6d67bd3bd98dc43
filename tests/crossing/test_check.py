"""Every way in which a crossing makes no sense is found before anything runs."""

import pytest

from tests.crossing.packaged import changed, crossing_view
from transcaspian.case.tables import YearView
from transcaspian.crossing.check import check_crossing
from transcaspian.crossing.programs import Options
from transcaspian.crossing.replicate import simulate
from transcaspian.crossing.tables import payload_t, read_crossing
from transcaspian.errors import InputError, NotFoundError

VIEW = crossing_view(2024)


def messages(view: YearView) -> str:
    with pytest.raises(InputError) as caught:
        check_crossing(read_crossing(view))
    return "\n".join(str(problem) for problem in caught.value.problems)


@pytest.mark.parametrize("year", [2023, 2024, 2025, 2030, 2035, 2040])
def test_the_packaged_crossing_is_sound_in_every_year(year: int) -> None:
    check_crossing(read_crossing(crossing_view(year)))


@pytest.mark.parametrize(
    ("table", "column", "values", "found"),
    [
        ("services", "vessel", {"KURYK_RORO": "ROPAX"}, "RORO: vessel without a route"),
        ("services", "ports", {"KURYK_RORO": "ALAT"}, "vessel without a route"),
        ("services", "ports", {"KURYK_RORO": "ALAT;BAKU"}, "port 'BAKU' is unknown"),
        ("services", "ports", {"AKTAU_KMTF": "TURKMENBASHI;AKTAU"}, "is not in 'TURKMENBASHI'"),
        ("services", "berths", {"KURYK_RORO": "ALT_ROAD"}, "1 berths for 2 ports"),
        ("services", "cargoes", {"KURYK_RORO": "teu"}, "no rate for 'teu'"),
        ("services", "cargoes", {"KURYK_RORO": "gold"}, "cargo 'gold' is unknown"),
        ("services", "cargoes", {"KURYK_RORO": ""}, "carries nothing"),
        ("services", "sailing_rule", {"KURYK_RORO": "timetable"}, "headway_h"),
        ("services", "max_wait_h", {"KURYK_RORO": None}, "max_wait_h"),
        ("services", "count", {"TKB_FEEDER": 0}, "no vessel carries 'teu'"),
        ("vessels", "draught_laden_m", {"RORO": 2.0}, "not above the light draught"),
        ("ports", "usable_draught_m", {"ALAT": 3.3}, "lets no cargo of 'KURYK_FERRY' in"),
        (
            "visits",
            "berth",
            {"AAU_GRAIN_SHIPS": "AAU_OIL"},
            "AAU_GRAIN: a berth that nobody can use",
        ),
        ("berths", "cranes", {"ALT_BOX": 1}, "fewer than the 2 that a vessel needs"),
        ("arrivals", "siding", {"wagon_KURYK_ALAT": "ALT_RAIL"}, "'ALT_RAIL' is not in 'KURYK'"),
        ("weathers", "mean_spell_h", {"SEA": 9000.0}, "is a year or more"),
    ],
)
def test_a_broken_crossing_is_refused_with_the_name_of_what_is_wrong(
    table: str, column: str, values: dict[str, object], found: str
) -> None:
    view = changed(VIEW, f"crossing/{table}", **{column: values})

    assert found in messages(view)


def test_all_problems_are_found_at_once() -> None:
    view = changed(VIEW, "crossing/vessels", draught_laden_m={"RORO": 2.0, "ROPAX": 2.0})

    assert messages(view).count("not above the light draught") == 2


def test_a_month_without_closed_share_is_refused() -> None:
    closures = VIEW.tables["crossing/closures"]
    view = YearView(2024, {**VIEW.tables, "crossing/closures": closures.slice(1)}, {})

    assert "month 1 is missing" in messages(view)


def test_a_year_without_services_has_no_crossing() -> None:
    with pytest.raises(NotFoundError, match="no crossing in 1999"):
        read_crossing(crossing_view(1999))


def test_an_unknown_path_of_the_sea_is_refused_by_name() -> None:
    with pytest.raises(NotFoundError, match="known are"):
        read_crossing(VIEW, sea_level_path="up")


@pytest.mark.parametrize(("replications", "half_width"), [(0, None), (501, None), (5, 0.0)])
def test_replications_without_sense_are_refused(
    replications: int, half_width: float | None
) -> None:
    with pytest.raises(InputError):
        simulate(VIEW, Options(), replications=replications, half_width_h=half_width)


def test_payload_is_linear_between_light_and_laden_draught() -> None:
    vessel = {"payload_t": 1000.0, "draught_light_m": 3.0, "draught_laden_m": 5.0}

    assert [payload_t(vessel, d) for d in (2.0, 3.0, 3.5, 4.0, 5.0, 7.0)] == [
        0,
        0,
        250,
        500,
        1000,
        1000,
    ]


def test_the_sea_falls_and_the_draught_with_it_unless_it_is_dredged() -> None:
    later = crossing_view(2035)
    kept = read_crossing(later)
    undredged = read_crossing(changed(later, "crossing/ports", dredged_m={"ALAT": 0.0}))

    assert kept.draught_m("ALAT") == pytest.approx(4.0)
    assert undredged.draught_m("ALAT") == pytest.approx(4.0 - (30.6 - 29.2))
