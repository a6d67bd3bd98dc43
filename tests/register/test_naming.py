"""Short keys and names mean the same thing in every command."""

from datetime import date

import pytest

from tests.register.examples import forecast, make, observation
from tests.register.test_cli import NEW_FIGURE, run_json
from tests.register.test_status_rules import EVENT, RHYTHM
from transcaspian.errors import InputError, NotFoundError
from transcaspian.register.brief import write_brief
from transcaspian.register.choose import only_of, read_quarter
from transcaspian.register.columns import TABLES
from transcaspian.register.naming import country_of, resolve_key
from transcaspian.register.overdue import find_overdue
from transcaspian.register.read import read_packaged

DAY = date(2026, 11, 30)
PACKAGED = read_packaged()


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("zang-az-2026", "com-zang-az-2026"),
        ("ZANG-AZ-2026", "com-zang-az-2026"),
        ("kmg", "body-kmg"),
        ("Socar", "body-socar"),
        ("tdc", "body-tripp"),
        ("Azerbaijan Railways", "body-ady"),
        ("Ministry of Transport of KZ", "body-mt-kz"),
        ("ind-trade", "ind-trade"),
        ("titr-mt", "ind-titr-mt"),
        ("horadiz-road", "prj-horadiz-road"),
        ("culture-days", "com-culture-days"),
        ("nobody", "nobody"),
    ],
)
def test_a_short_form_means_the_key_it_was_cut_from(said: str, key: str) -> None:
    assert resolve_key(PACKAGED, said) == key


@pytest.mark.parametrize("table", ["commitments", "bodies"])
def test_every_key_that_status_and_due_print_comes_back(table: str) -> None:
    keys = PACKAGED[table]["id"].to_list()
    promises = {name.removeprefix("com-") for name in PACKAGED["commitments"]["id"]}
    for key in keys:
        short = key.partition("-")[2]
        if table == "commitments" or short not in promises:
            assert resolve_key(PACKAGED, short) == key


@pytest.mark.parametrize(
    "table", ["commitments", "instruments", "indicators", "projects", "bodies", "compilers"]
)
def test_a_brief_takes_every_key(table: str) -> None:
    for key in PACKAGED[table][TABLES[table].key[0]]:
        assert write_brief(PACKAGED, key, DAY).promises >= 0


@pytest.mark.parametrize("said", ["zang-az-2026", "com-zang-az-2026"])
def test_show_history_and_list_take_short_keys(said: str) -> None:
    assert run_json("show", said)["id"] == "com-zang-az-2026"
    assert run_json("history", said)["entries"]
    rows = run_json("list", "forecasts", "--where", f"subject={said}")["rows"]
    assert len(rows) == 10  # type: ignore[arg-type]
    assert run_json("list", "commitments", "--where", "owner=ady")["rows"]


def test_writing_takes_short_keys(sqlite_address: str) -> None:
    words = [word.replace("ind-btc", "btc") for word in NEW_FIGURE]
    run_json(*words, "--db", sqlite_address)
    said = ("--said-on", "2026-10-01", "--office", "ADY", "--source", "trend-4142173")
    run_json("forecast", "zang-az-2026", "mid 2027", *said, "--db", sqlite_address)
    found = run_json("show", "zang-az-2026", "--as-of", "2026-11-30", "--db", sqlite_address)
    assert found["verdict"]["in_force"] == "2027-06~"  # type: ignore[index]
    assert run_json("history", "zang-az-2026", "--db", sqlite_address)["entries"]


@pytest.mark.parametrize("said", ["AZ", "az", "Azerbaijan", "Азербайджан", "Azərbaycan", "Baku"])
def test_a_state_is_known_by_code_name_and_capital(said: str) -> None:
    assert country_of(PACKAGED, said) == "AZ"
    assert write_brief(PACKAGED, said, DAY).promises > 20


def test_a_state_without_a_body_is_unknown() -> None:
    assert country_of(PACKAGED, "FR") is None
    with pytest.raises(NotFoundError, match="ISO code"):
        only_of(PACKAGED, country="France")
    with pytest.raises(NotFoundError, match="no body"):
        only_of(PACKAGED, owner="nobody")


def test_a_brief_on_a_quarter_has_what_falls_due_in_it() -> None:
    brief = write_brief(PACKAGED, "2026-Q4", DAY)
    assert {item.day.month for item in brief.ahead} == {10, 11, 12}
    assert "com-zang-az-2026" in {verdict.id for verdict, _ in brief.trouble}


def test_a_year_is_no_quarter() -> None:
    assert read_quarter("Q4 2026") == (date(2026, 10, 1), date(2026, 12, 31))
    with pytest.raises(InputError, match="2026-Q4"):
        read_quarter("2026")


def test_due_can_be_asked_of_an_owner_a_state_and_a_quarter() -> None:
    words = ("due", "--as-of", "2026-11-30", "--quarter", "2026-Q4")
    everything = {item["id"] for item in run_json(*words)["items"]}  # type: ignore[attr-defined]
    railways = {item["id"] for item in run_json(*words, "--owner", "ADY")["items"]}  # type: ignore[attr-defined]
    kazakh = {item["id"] for item in run_json(*words, "--country", "KZ")["items"]}  # type: ignore[attr-defined]
    assert railways == {"com-zang-az-2026", "com-am-transit"}
    assert "com-zang-az-2026" not in kazakh
    assert kazakh < everything


def test_overdue_lists_what_is_past_its_promised_day() -> None:
    names = {item.id for item in find_overdue(PACKAGED, DAY)}
    assert names == {
        "com-aktau-hub",
        "com-alat-terminal",
        "com-culture-days",
        "com-tripp-agree",
        "com-uscharter-lists",
        "com-zang-az-2026",
    }


def test_a_promise_is_overdue_from_the_day_after_its_own_until_it_is_done() -> None:
    register = make(EVENT | {"due": "mid 2026"}, forecasts=[forecast("2026-05-01", "2026")])
    assert find_overdue(register, date(2026, 6, 30)) == []
    (item,) = find_overdue(register, date(2026, 7, 1))
    assert (item.days, item.in_force, item.is_past_every_date) == (1, date(2026, 12, 31), False)
    (item,) = find_overdue(register, date(2027, 1, 1))
    assert item.is_past_every_date


def test_a_round_without_record_is_overdue() -> None:
    register = make(RHYTHM, [observation("2024-09-30", 1.0)])
    (item,) = find_overdue(register, date(2026, 1, 1))
    assert item.promised == date(2025, 12, 31)
