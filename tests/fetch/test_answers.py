"""Answers of the services are read as described; anything else is refused with its reason."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.fetch.service import LOAD_COLUMN, N_HOUR, made_up_load, made_up_weather
from transcaspian.errors import FetchError
from transcaspian.fetch.gaps import fill_gaps
from transcaspian.fetch.nasa_power import point_address, read_weather
from transcaspian.fetch.opsd import read_loads
from transcaspian.fetch.place import without_leap_day

Change = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="module")
def answer() -> str:
    return json.dumps(made_up_weather(43.0, 52.0))


def stored(tmp_path: Path, content: object) -> Path:
    file = tmp_path / "answer.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return file


def test_weather_of_an_answer_has_every_hour_in_our_units(tmp_path: Path, answer: str) -> None:
    weather = read_weather(stored(tmp_path, answer), 2016)

    given = json.loads(answer)["properties"]["parameter"]
    assert weather.ghi_w_m2.size == N_HOUR
    assert weather.ghi_w_m2[5] == given["ALLSKY_SFC_SW_DWN"]["2016010105"]
    assert weather.wind_50m_m_s[-1] == given["WS50M"]["2016123123"]
    assert (weather.lat, weather.lon, weather.elevation_m) == (43.0, 52.0, 20.0)
    assert weather.filled_hours == 0


def test_kilowatt_hours_become_watts(tmp_path: Path, answer: str) -> None:
    content = json.loads(answer)
    series = content["properties"]["parameter"]["ALLSKY_SFC_SW_DWN"]
    content["properties"]["parameter"]["ALLSKY_SFC_SW_DWN"] = {
        hour: value / 1000.0 for hour, value in series.items()
    }
    content["parameters"]["ALLSKY_SFC_SW_DWN"]["units"] = "kW-hr/m^2"

    weather = read_weather(stored(tmp_path, content), 2016)

    assert weather.ghi_w_m2 == pytest.approx(np.array(list(series.values())))


def test_missing_hours_are_bridged_and_counted(tmp_path: Path, answer: str) -> None:
    content = json.loads(answer)
    wind = content["properties"]["parameter"]["WS50M"]
    wind |= {"2016030110": 4.0, "2016030111": -999.0, "2016030112": -999.0, "2016030113": 7.0}

    weather = read_weather(stored(tmp_path, content), 2016)

    place = list(wind).index("2016030110")
    assert weather.wind_50m_m_s[place : place + 4] == pytest.approx([4.0, 5.0, 6.0, 7.0])
    assert weather.filled_hours == 2


def no_hour(content: dict[str, Any]) -> None:
    del content["properties"]["parameter"]["T2M"]["2016070112"]


def long_gap(content: dict[str, Any]) -> None:
    series = content["properties"]["parameter"]["T2M"]
    series |= {f"20160701{hour:02d}": -999.0 for hour in range(8)}


def words(content: dict[str, Any]) -> None:
    content["properties"]["parameter"]["T2M"]["2016070112"] = "warm"


def local_time(content: dict[str, Any]) -> None:
    content["header"]["time_standard"] = "LST"


def other_unit(content: dict[str, Any]) -> None:
    content["parameters"]["T2M"]["units"] = "K"


def kelvin(content: dict[str, Any]) -> None:
    content["properties"]["parameter"]["T2M"]["2016070112"] = 295.0


def no_parameter(content: dict[str, Any]) -> None:
    del content["properties"]["parameter"]["WS10M"]


def no_place(content: dict[str, Any]) -> None:
    content["geometry"] = {"type": "Point", "coordinates": [52.0, 43.0]}


def a_message(content: dict[str, Any]) -> None:
    content.clear()
    content["messages"] = ["We are down for maintenance."]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (no_hour, "T2M lacks 1 hours, the first 2016070112"),
        (long_gap, "T2M lacks 8 hours in a row"),
        (words, "no number"),
        (local_time, "'LST', not in UTC"),
        (other_unit, "T2M is in 'K'; known are C"),
        (kelvin, "T2M is 295 in hour 2016070112"),
        (no_parameter, r"no properties\.parameter\.WS10M"),
        (no_place, "longitude, latitude and elevation"),
        (a_message, "no header"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_another_answer_than_described_is_refused(
    tmp_path: Path, answer: str, change: Change, reason: str
) -> None:
    content = json.loads(answer)
    change(content)

    with pytest.raises(FetchError, match=reason):
        read_weather(stored(tmp_path, content), 2016)


def test_a_page_instead_of_json_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="not JSON"):
        read_weather(stored(tmp_path, "<html>Sorry</html>"), 2016)


def test_the_request_names_place_year_and_time_standard() -> None:
    address = point_address(43.65, 51.2, 2016)

    assert "latitude=43.65&longitude=51.2&start=20160101&end=20161231" in address
    assert "time-standard=UTC" in address


def load_file(tmp_path: Path, content: bytes) -> Path:
    file = tmp_path / "load.csv"
    file.write_bytes(content)
    return file


def test_load_of_the_countries_that_the_file_has_comes_back(tmp_path: Path) -> None:
    file = load_file(tmp_path, made_up_load({"RO": 6000.0, "HU": 4500.0}))

    (load,) = read_loads(file, ["KZ", "RO"], 2016)

    assert load.country == "RO"
    assert load.load_mw.size == N_HOUR
    assert load.load_mw.mean() == pytest.approx(6000.0, rel=1e-6)


def test_hours_without_load_are_bridged_and_counted(tmp_path: Path) -> None:
    file = load_file(tmp_path, made_up_load({"RO": 6000.0}, empty={"RO": slice(100, 104)}))

    (load,) = read_loads(file, ["RO"], 2016)

    assert load.filled_hours == 4
    assert np.diff(load.load_mw[99:105]) == pytest.approx(np.diff(load.load_mw[99:105])[0])


@pytest.mark.parametrize(
    ("content", "year", "reason"),
    [
        (made_up_load({"RO": 1.0}, empty={"RO": slice(9, 20)}), 2016, "RO lacks 11 hours in a row"),
        (made_up_load({"RO": 1.0}), 2017, "lacks 8760 of the 8760 hours of 2017"),
        (b"<html>,Sorry</html>\n", 2016, "no column utc_timestamp"),
        (b"", 2016, "no CSV table"),
        (f"utc_timestamp,RO{LOAD_COLUMN}\nsoon,1\n".encode(), 2016, "no time or no number"),
        (f"utc_timestamp,RO{LOAD_COLUMN}\n2016,x\n".encode(), 2016, "no time or no number"),
    ],
    ids=["gap", "year", "page", "empty", "time", "number"],
)
def test_another_file_than_described_is_refused(
    tmp_path: Path, content: bytes, year: int, reason: str
) -> None:
    with pytest.raises(FetchError, match=reason):
        read_loads(load_file(tmp_path, content), ["RO"], year)


def test_gaps_at_the_ends_take_the_nearest_value() -> None:
    filled, count = fill_gaps(np.array([np.nan, 2.0, np.nan, 4.0, np.nan]), "x")

    assert filled.tolist() == [2.0, 2.0, 3.0, 4.0, 4.0]
    assert count == 3


def test_the_leap_day_is_left_out() -> None:
    days = np.repeat(np.arange(366.0), 24)

    kept = without_leap_day(days)

    assert kept.size == 8760
    assert 59.0 not in kept  # 29 February is the sixtieth day
    assert {58.0, 60.0} <= set(kept)
