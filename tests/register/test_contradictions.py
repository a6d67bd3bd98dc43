from datetime import date

from tests.register.examples import forecast, make, observation
from transcaspian.register.contradictions import Contradiction, find_contradictions, gap_series
from transcaspian.register.read import read_packaged
from transcaspian.register.tables import Register

DAY = date(2026, 4, 30)


def found_in(register: Register, kind: str) -> list[Contradiction]:
    return [item for item in find_contradictions(register, DAY) if item.kind == kind]


def test_two_compilers_with_different_figures_stand_side_by_side() -> None:
    (item,) = found_in(
        make(observations=[observation("2024", 5.0), observation("2024", 4.0, compiler="B")]),
        "figures",
    )
    assert [(figure.who, figure.value) for figure in item.figures] == [("A", 5.0), ("B", 4.0)]
    assert (item.gap, item.gap_share) == (1.0, 0.2)


def test_figures_that_agree_after_rounding_do_not_contradict() -> None:
    rows = [observation("2024", 4.48), observation("2024", 4.5, compiler="B")]
    assert found_in(make(observations=rows), "figures") == []


def test_figures_of_different_scope_do_not_contradict() -> None:
    rows = [observation("2024", 4.48), observation("2024", 3.3, compiler="B", scope="rail")]
    assert found_in(make(observations=rows), "figures") == []


def test_a_revision_by_the_same_compiler_is_no_contradiction() -> None:
    rows = [
        observation("2024", 5.0, known_on="2025-01-01"),
        observation("2024", 4.0, known_on="2025-06-01"),
    ]
    assert found_in(make(observations=rows), "figures") == []


def test_nine_months_above_the_year_contradict_it() -> None:
    rows = [observation("2022-M01-09", 1.84, kind="ytd"), observation("2022", 1.7, compiler="B")]
    (item,) = found_in(make(observations=rows), "part_exceeds_whole")
    assert round(item.gap, 2) == 0.14


def test_offices_that_last_gave_different_dates_contradict_each_other() -> None:
    said = [forecast("2025-09-17", "2028", "AZCON"), forecast("2025-10-20", "2027", "Fund")]
    (item,) = found_in(make(forecasts=said), "dates")
    assert item.gap == 366.0


def test_an_office_that_changed_its_mind_does_not_contradict_itself() -> None:
    assert (
        found_in(
            make(forecasts=[forecast("2025-09-17", "2028"), forecast("2025-10-20", "2027")]),
            "dates",
        )
        == []
    )


def test_statements_older_than_a_year_are_forgotten() -> None:
    said = [forecast("2025-04-29", "2028", "AZCON"), forecast("2025-10-20", "2027", "Fund")]
    assert found_in(make(forecasts=said), "dates") == []


def test_the_known_contradictions_of_the_packaged_register_are_found() -> None:
    subjects = {
        (item.kind, item.subject, item.about) for item in find_contradictions(read_packaged(), DAY)
    }
    assert {
        ("figures", "ind-trade", "2022"),
        ("figures", "ind-trade", "2023"),
        ("figures", "ind-trade", "2024-H1"),
        ("figures", "ind-btc", "2025"),
        ("part_exceeds_whole", "ind-titr-mt", "2022-M01-09 against 2022"),
        ("dates", "com-ships-2", "date announced"),
        ("dates", "com-titr-10mt", "date announced"),
        ("dates", "com-zang-az-2026", "date announced"),
    } <= subjects


def test_no_figure_is_an_average_of_others() -> None:
    values = {row["value"] for row in read_packaged()["observations"].iter_rows(named=True)}
    for item in find_contradictions(read_packaged(), DAY):
        if item.kind in {"figures", "part_exceeds_whole"}:
            assert {figure.value for figure in item.figures} <= values


def test_the_mirror_gap_of_trade_equals_the_one_worked_out_by_hand() -> None:
    register = read_packaged()
    gaps = gap_series(register, "ind-trade", ["AZ-ME", "AZ-SCC", "IGC"], ["KZ-BNS"])
    found = {
        period: round(value, 1) for period, value in gaps.select("period", "value").iter_rows()
    }
    by_hand = {
        row["period"]: row["value"]
        for row in register["observations"].iter_rows(named=True)
        if row["indicator"] == "ind-trade-gap"
    }
    assert {period: found[period] for period in by_hand} == by_hand


def test_nothing_is_contradicted_before_the_second_figure_was_published() -> None:
    early = find_contradictions(read_packaged(), date(2023, 4, 6))
    assert not any(item.about == "2022" for item in early)
