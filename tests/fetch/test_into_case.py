"""Fetched series stand in the case with their source, or the case is as it was."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.fetch.service import Reply, made_up_load, made_up_weather, nasa, serve
from transcaspian.case.read import find_case, read_case
from transcaspian.cli.main import main
from transcaspian.errors import FetchError, InputError, NotFoundError
from transcaspian.fetch import series as fetched_series
from transcaspian.fetch.download import Courtesy
from transcaspian.fetch.load import LoadOptions, fetch_load
from transcaspian.fetch.nasa_power import read_weather
from transcaspian.fetch.place import without_leap_day
from transcaspian.fetch.turbine import hub_wind_m_s, wind_output
from transcaspian.fetch.weather import WeatherOptions, fetch_weather

QUICK = Courtesy(timeout_s=5.0, attempts=1, wait_s=0.0)


def snapshot(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and ".fetch" not in file.parts
    }


def info(folder: Path, profile: str) -> dict[str, str]:
    with (folder / "power/profile_info.csv").open(encoding="utf-8", newline="") as stream:
        return next(row for row in csv.DictReader(stream) if row["profile"] == profile)


def weather_options(address: str, **other: object) -> WeatherOptions:
    return WeatherOptions(address=f"{address}/point", courtesy=QUICK, **other)  # type: ignore[arg-type]


def europeanise(folder: Path) -> None:
    """Let the two shores have codes that the load file has."""
    for name in ("economy/countries", "power/buses"):
        file = folder / f"{name}.csv"
        text = file.read_text("utf-8").replace("EA,", "RO,").replace("WE,", "HU,")
        file.write_text(text, "utf-8")
    for file in folder.rglob("*.csv"):
        with file.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.reader(stream))
        swap = {"EA": "RO", "WE": "HU"}
        with file.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows(
                [[swap.get(cell, cell) for cell in row] for row in rows]
            )


def test_wind_of_the_case_becomes_that_of_the_weather(case_folder: Path) -> None:
    with serve(nasa) as service:
        (row,) = fetch_weather(case_folder, read_case, weather_options(service.address))

    file = case_folder / "expected.json"
    file.write_text(json.dumps(made_up_weather(43.0, 52.0)), "utf-8")
    expected = without_leap_day(wind_output(hub_wind_m_s(read_weather(file, 2016))))
    case = read_case(case_folder)
    assert case.profiles["wind_E"] == pytest.approx(expected, abs=1e-6)
    assert row["mean"] == pytest.approx(expected.mean())
    assert info(case_folder, "wind_E")["source"] == "nasa-power"
    assert info(case_folder, "wind_E")["confidence"] == "derived"
    assert "nasa-power" in case.tables["sources"]["key"]


def test_other_series_stay_as_they_are(case_folder: Path) -> None:
    before = pl.read_parquet(case_folder / "power/profiles.parquet")
    with serve(nasa) as service:
        fetch_weather(case_folder, read_case, weather_options(service.address))

    after = pl.read_parquet(case_folder / "power/profiles.parquet")

    assert after.columns == before.columns
    assert after.drop("wind_E").equals(before.drop("wind_E"))


def test_wind_at_sea_does_not_become_land_wind(case_folder: Path) -> None:
    for name in ("power/generators", "power/carriers"):
        file = case_folder / f"{name}.csv"
        text = file.read_text("utf-8").replace(",wind,", ",wind_offshore,")
        text = text.replace("wind,wind_offshore,wind", "wind_offshore,wind_offshore,wind")
        file.write_text(text, "utf-8")
    before = snapshot(case_folder)
    said: list[str] = []
    with serve(nasa) as service:
        options = weather_options(service.address)
        rows = fetch_weather(case_folder, read_case, options, progress=said.append)

    assert rows == []
    assert service.requests == []
    assert "wind_E stays as it is" in said[0]
    assert snapshot(case_folder) == before


def test_means_are_kept_where_asked(case_folder: Path) -> None:
    before = read_case(case_folder).profiles["wind_E"].mean()
    with serve(nasa) as service:
        options = weather_options(service.address, keep_means=True)
        (row,) = fetch_weather(case_folder, read_case, options)

    assert read_case(case_folder).profiles["wind_E"].mean() == pytest.approx(before, abs=1e-6)
    assert row["factor"] != 1.0


def test_a_mean_that_no_wind_gives_is_refused(case_folder: Path) -> None:
    file = case_folder / "power/profiles.parquet"
    frame = pl.read_parquet(file).with_columns(wind_E=pl.lit(0.99))
    frame.write_parquet(file)
    described = case_folder / "power/profile_info.csv"
    described.write_text(
        described.read_text("utf-8").replace("wind_E,wind,E,0.4", "wind_E,wind,E,0.99"), "utf-8"
    )
    before = snapshot(case_folder)
    with serve(nasa) as service:
        options = weather_options(service.address, keep_means=True)
        with pytest.raises(FetchError, match="no factor between"):
            fetch_weather(case_folder, read_case, options)

    assert snapshot(case_folder) == before


def test_solar_profiles_are_made_too(case_folder: Path) -> None:
    pytest.importorskip("pvlib", reason="not run: needs pvlib")
    file = case_folder / "power/profiles.parquet"
    pl.read_parquet(file).with_columns(solar_E=pl.lit(0.2)).write_parquet(file)
    with (case_folder / "power/profile_info.csv").open("a", encoding="utf-8") as stream:
        stream.write("solar_E,solar,E,0.2,assumption,assumed,\n")
    with serve(nasa) as service:
        rows = fetch_weather(case_folder, read_case, weather_options(service.address))

    solar = read_case(case_folder).profiles["solar_E"]
    assert [row["profile"] for row in rows] == ["wind_E", "solar_E"]
    assert len(service.requests) == 1  # both from one answer
    assert 0.1 < solar.mean() < 0.35
    assert (solar.reshape(365, 24)[:, 20] == 0.0).all()  # night at 52 degrees east


def test_load_of_the_file_is_put_in_over_its_mean(case_folder: Path) -> None:
    europeanise(case_folder)
    body = made_up_load({"RO": 6000.0, "AT": 7000.0})
    with serve(lambda *_: Reply(body)) as service:
        options = LoadOptions(address=f"{service.address}/load.csv", courtesy=QUICK)
        (row,) = fetch_load(case_folder, read_case, options)

    case = read_case(case_folder)
    assert (row["profile"], row["country"]) == ("load_E", "RO")
    assert row["mean_mw"] == pytest.approx(6000.0)
    hour = np.arange(48)
    assert case.profiles["load_E"][:48] == pytest.approx(
        1 + 0.2 * np.sin(2 * np.pi * hour / 24), abs=1e-5
    )
    loads = case.tables["power/loads"]
    assert loads["source"].to_list() == ["opsd-time-series", "assumption"]
    assert info(case_folder, "load_W")["source"] == "assumption"


def test_a_bus_that_the_file_lacks_is_named_when_asked_for(case_folder: Path) -> None:
    europeanise(case_folder)
    with serve(lambda *_: Reply(made_up_load({"RO": 6000.0}))) as service:
        options = LoadOptions(("E", "W"), f"{service.address}/load.csv", QUICK)
        with pytest.raises(FetchError, match="no load of the countries of W"):
            fetch_load(case_folder, read_case, options)


def test_answers_that_have_arrived_are_not_asked_for_again(case_folder: Path) -> None:
    with (case_folder / "power/profile_info.csv").open("a", encoding="utf-8") as stream:
        stream.write("wind_W,wind,W,0.3,assumption,assumed,\n")
    file = case_folder / "power/profiles.parquet"
    pl.read_parquet(file).with_columns(wind_W=pl.lit(0.3)).write_parquet(file)
    before = snapshot(case_folder)

    def once(path: str, _: dict[str, str], number: int) -> Reply:
        return nasa(path) if number == 1 else Reply(b"", 503)

    with serve(once) as service, pytest.raises(FetchError, match="HTTP 503"):
        fetch_weather(case_folder, read_case, weather_options(service.address))
    assert snapshot(case_folder) == before

    with serve(nasa) as service:
        rows = fetch_weather(case_folder, read_case, weather_options(service.address))
    assert len(service.requests) == 1  # the answer for E was there
    assert [row["profile"] for row in rows] == ["wind_E", "wind_W"]


def test_series_that_break_a_rule_leave_the_case_alone(case_folder: Path) -> None:
    source = fetched_series.Source("x", "x", "x", "x", "", "CC0-1.0", "x")
    bad = fetched_series.NewSeries("wind_E", np.full(8760, 1.5), "derived", "")
    before = snapshot(case_folder)

    with pytest.raises(InputError, match="nothing was changed") as caught:
        fetched_series.put_series(case_folder, [bad], source, read_case)

    assert "above 1" in str(caught.value)
    assert snapshot(case_folder) == before


def test_a_stop_between_two_files_is_made_good_by_the_next_call(
    case_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = fetched_series.Source("x", "x", "x", "x", "", "CC0-1.0", "x")
    good = fetched_series.NewSeries("wind_E", np.full(8760, 0.25), "derived", "")
    whole: Callable[[Path, Path], Path] = Path.replace
    moved: list[str] = []

    def stops_at_the_second(self: Path, target: Path) -> Path:
        if "ready" in self.parts and self.name != "list":
            if moved:
                raise KeyboardInterrupt
            moved.append(self.name)
        return whole(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", stops_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            fetched_series.put_series(case_folder, [good], source, read_case)
    with pytest.raises(InputError):  # half of it: the case says so itself
        read_case(case_folder)

    fetched_series.finish_pending(case_folder)

    assert read_case(case_folder).profiles["wind_E"] == pytest.approx(0.25)


def test_the_packaged_case_is_not_written_to() -> None:
    path = find_case()
    with pytest.raises(InputError, match="transcaspian new"):
        fetch_weather(path, read_case, packaged=[path])


def test_unknown_folders_and_buses_are_named(case_folder: Path) -> None:
    with pytest.raises(NotFoundError, match="nowhere"):
        fetch_weather(case_folder / "nowhere", read_case)
    with pytest.raises(NotFoundError, match="'Q'"):
        fetch_weather(case_folder, read_case, WeatherOptions(buses=("Q",)))


def test_licences_name_the_source_of_the_series(case_folder: Path) -> None:
    names = [
        file.relative_to(case_folder).with_suffix("").as_posix()
        for file in case_folder.rglob("*.csv")
    ]
    lines = ["table,licence,attribution,note"]
    lines += [f"{name},Apache-2.0,us," for name in [*names, "power/profiles", "LICENCES"]]
    (case_folder / "LICENCES.csv").write_text("\n".join(lines) + "\n", "utf-8")
    with serve(nasa) as service:
        for _ in range(2):  # twice says it once
            fetch_weather(case_folder, read_case, weather_options(service.address))

    licences = read_case(case_folder).tables["LICENCES"]
    (row,) = licences.filter(pl.col("table") == "power/profiles").iter_rows(named=True)
    assert row["licence"] == "Apache-2.0 AND LicenseRef-NASA-open-data"
    assert row["attribution"] == "us; NASA Langley Research Center (LaRC) POWER Project"


@pytest.mark.parametrize("as_json", [True, False])
def test_the_commands_report_what_changed(
    case_folder: Path, capsys: pytest.CaptureFixture[str], as_json: bool
) -> None:
    with serve(nasa) as service:
        words = ["fetch", "weather", str(case_folder), "--kinds", "wind"]
        words += ["--address", f"{service.address}/x", *(["--json"] if as_json else [])]
        with pytest.raises(SystemExit) as caught:
            main(words)

    said = capsys.readouterr()
    assert caught.value.code == 0
    assert "E: weather of 2016 at 43, 52" in said.err
    if as_json:
        assert [row["profile"] for row in json.loads(said.out)["profiles"]] == ["wind_E"]
    else:
        assert "wind_E" in said.out


def test_the_command_for_load_reports_errors_as_json(
    case_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serve(lambda *_: Reply(b"gone", 404)) as service, pytest.raises(SystemExit) as caught:
        main(["fetch", "load", str(case_folder), "--address", f"{service.address}/x", "--json"])

    error = json.loads(capsys.readouterr().out)["error"]
    assert caught.value.code == 1
    assert error["type"] == "FetchError"
    assert "HTTP 404" in error["message"]
