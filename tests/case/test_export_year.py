"""One year of a case goes out as a map or a PyPSA network: everything at its place, same optimum."""

import json
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.power import pypsa_networks
from transcaspian.case.exchange import import_case
from transcaspian.case.geojson import LINES, PLACES, POINTS, geojson_of
from transcaspian.case.read import read_case
from transcaspian.case.tables import Case
from transcaspian.cli.export_year import export_year
from transcaspian.cli.main import main
from transcaspian.errors import InputError, NotFoundError
from transcaspian.power import PowerOptions, read_pypsa, solve, solve_year
from transcaspian.power.pypsa_export import export_pypsa, label_year
from transcaspian.power.year import read_year


def features(case: Case, *projects: str, year: int = 2030) -> dict[str, dict[str, Any]]:
    content = json.loads(geojson_of(case, case.at(year, "reference", projects), "reference", []))
    return {feature["id"]: feature for feature in content["features"]}


def test_every_row_with_a_place_is_a_feature(small_case: Case) -> None:
    view = small_case.at(2030)
    found = features(small_case)

    for table in (*PLACES, *LINES, *POINTS):
        rows = [name for name in found if name.startswith(f"{table}/")]
        assert len(rows) == view.tables[table].height, table


def test_places_are_longitude_first(small_case: Case) -> None:
    bus = features(small_case)["power/buses/E"]

    assert bus["geometry"] == {"type": "Point", "coordinates": [52.0, 43.0]}
    assert bus["properties"]["table"] == "power/buses"
    assert "lon" not in bus["properties"]


def test_links_run_from_their_first_end_to_their_second(small_case: Case) -> None:
    link = features(small_case)["power/links/E-W"]

    assert link["geometry"]["coordinates"] == [[52.0, 43.0], [49.0, 40.0]]


def line_of(case: Case, west: float, east: float) -> Any:
    """Return the geometry of the link E-W where its ends E and W have these longitudes."""
    buses = case.tables["power/buses"].with_columns(
        lon=pl.col("bus").replace_strict({"E": west, "W": east}, default=pl.col("lon"))
    )
    moved = replace(case, tables=dict(case.tables) | {"power/buses": buses})
    return features(moved)["power/links/E-W"]["geometry"]


@pytest.mark.parametrize(
    ("start", "end", "lat"), [(179.0, -178.0, 42.0), (-178.0, 179.0, 41.0), (120.0, -120.0, 41.5)]
)
def test_a_line_across_180_degrees_is_cut_there(
    small_case: Case, start: float, end: float, lat: float
) -> None:
    edge = 180.0 if start > 0.0 else -180.0

    assert line_of(small_case, start, end) == {
        "type": "MultiLineString",
        "coordinates": [[[start, 43.0], [edge, lat]], [[-edge, lat], [end, 40.0]]],
    }


@pytest.mark.parametrize(
    ("start", "end", "drawn"),
    [
        (180.0, -179.0, (-180.0, -179.0)),
        (-179.0, 180.0, (-179.0, -180.0)),
        (180.0, -180.0, (-180.0, -180.0)),
        (179.0, 180.0, (179.0, 180.0)),
        (-90.0, 90.0, (-90.0, 90.0)),
    ],
)
def test_a_line_that_ends_at_180_degrees_stays_on_its_side(
    small_case: Case, start: float, end: float, drawn: tuple[float, float]
) -> None:
    assert line_of(small_case, start, end) == {
        "type": "LineString",
        "coordinates": [[drawn[0], 43.0], [drawn[1], 40.0]],
    }


def test_properties_are_those_of_the_year_with_the_projects(small_case: Case) -> None:
    without = features(small_case)["power/links/E-W"]["properties"]
    with_cable = features(small_case, "CABLE")["power/links/E-W"]["properties"]

    assert (without["p_nom_mw"], with_cable["p_nom_mw"]) == (0.0, 300.0)
    assert without["source"] == "assumption"


def test_a_project_lies_where_it_changes_something(small_case: Case) -> None:
    found = features(small_case)

    cable = found["projects/projects/CABLE"]

    assert cable["geometry"] == found["power/links/E-W"]["geometry"]
    assert cable["properties"]["capex_musd"] > 0


def test_units_of_columns_stand_beside_the_features(small_case: Case) -> None:
    content = json.loads(geojson_of(small_case, small_case.at(2030), "reference", []))

    assert content["units"]["power/links"]["p_nom_mw"] == "MW"
    assert content["units"]["freight/links"]["distance_km"] == "km"
    columns = set(features(small_case)["power/links/E-W"]["properties"])
    assert set(content["units"]["power/links"]) <= columns


def test_the_packaged_map_names_openstreetmap() -> None:
    case = read_case()

    content = json.loads(geojson_of(case, case.at(2030), "reference", []))

    assert any("OpenStreetMap" in text for text in content["attribution"])
    located = [name for name in content["features"] if name["id"].startswith("projects/")]
    assert len(located) > 25  # all but those outside the models


def test_pypsa_finds_the_same_optimum_in_the_exported_year(
    small_case: Case, tmp_path: Path
) -> None:
    import pypsa

    view = small_case.at(2030, "reference", ("CABLE",))
    ours = solve_year(view, PowerOptions(n_hour=168, workers=1))
    year = read_year(view, 168)
    export_pypsa(year.grid, tmp_path / "x", label_year(year, view.tables["power/buses"], "x"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pandas and PyPSA, about their own future
        network = pypsa.Network(tmp_path / "x")
        theirs = pypsa_networks.optimise(network)

    assert theirs == pytest.approx(ours.objective_usd, rel=1e-6)
    assert network.buses.loc["E", "x"] == 52.0
    assert network.generators.loc["E_wind", "carrier"] == "wind"
    assert network.generators.loc["E_coal", "p_nom"] == 1000.0
    assert str(network.snapshots[1]) == "2030-01-01 01:00:00"


def test_our_reader_finds_the_same_optimum_in_the_exported_year(
    small_case: Case, tmp_path: Path
) -> None:
    view = small_case.at(2030, "dear_gas")
    year = read_year(view, 720)
    export_pypsa(year.grid, tmp_path / "x", label_year(year, view.tables["power/buses"], "x"))

    there = solve(read_pypsa(tmp_path / "x"))

    here = solve_year(view, PowerOptions(n_hour=720, workers=1))
    assert there.objective == pytest.approx(here.objective_usd, rel=1e-9)


def test_the_leap_day_is_no_snapshot(small_case: Case) -> None:
    year = read_year(small_case.at(2030))

    labels = label_year(year, small_case.tables["power/buses"], "x")

    assert len(set(labels.hours)) == 8760
    assert labels.hours[-1] == "2030-12-31 23:00:00"


def test_a_year_goes_out_whole_or_not_at_all(small_case: Case, tmp_path: Path) -> None:
    target = tmp_path / "map.geojson"
    with pytest.raises(NotFoundError, match="2031"):
        export_year(small_case, target, 2031, None, ())
    with pytest.raises(NotFoundError, match="boom"):
        export_year(small_case, target, None, "boom", ())
    assert list(tmp_path.iterdir()) == []

    export_year(small_case, target, None, None, ())
    with pytest.raises(InputError, match="exists already"):
        export_year(small_case, target, None, None, ())
    assert json.loads(target.read_text("utf-8"))["year"] == 2025
    assert [path.name for path in tmp_path.iterdir()] == ["map.geojson"]


def said(words: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, Any]:
    with pytest.raises(SystemExit) as caught:
        main(words)
    out = capsys.readouterr().out
    return int(caught.value.code or 0), json.loads(out) if out else None


def test_the_command_writes_a_map_of_the_year_and_scenario(
    case_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "x.geojson"
    words = ["export", str(case_folder), str(target), "--year", "2030", "--scenario", "dear_gas"]

    code, answer = said([*words, "--projects", "CABLE", "--json"], capsys)

    assert code == 0
    assert answer["scenario"] == "dear_gas"
    assert answer["projects"] == ["CABLE"]
    assert json.loads(target.read_text("utf-8"))["scenario"] == "dear_gas"


def test_a_workbook_of_one_year_is_wrong_usage(
    case_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _ = said(["export", str(case_folder), str(tmp_path / "x.xlsx"), "--year", "2030"], capsys)

    assert code == 2


@pytest.mark.parametrize("name", ["x.geojson", "x.nc", "case9.m"])
def test_maps_and_networks_do_not_come_in_as_cases(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("{}")

    with pytest.raises(InputError, match="no case"):
        import_case(tmp_path / name, tmp_path / "new", read_case)


def test_a_pypsa_folder_does_not_come_in_as_a_case(small_case: Case, tmp_path: Path) -> None:
    export_year(small_case, tmp_path / "network", None, None, ())

    with pytest.raises(InputError, match="power solve"):
        import_case(tmp_path / "network", tmp_path / "new", read_case)
