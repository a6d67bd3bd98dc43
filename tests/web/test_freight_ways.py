"""The page on freight: the paths that cargo takes, the exits it leaves by, forecasts of others."""

from pathlib import Path

import polars as pl
import pytest
from starlette.testclient import TestClient

from tests.web.made_up import FIRST
from tests.web.test_pages import data_of, results, table_of

PAGE = f"/runs/{FIRST}/freight"


def test_paths_are_those_of_the_year_and_project_and_name_their_places(
    client: TestClient, run_folders: tuple[Path, Path]
) -> None:
    shown = table_of(data_of(client, f"{PAGE}?year=2030&with=PORT"), "paths")
    of_run = results(run_folders, "freight_route_path_year").filter(
        pl.col("scenario") == "reference", pl.col("run") == "PORT", pl.col("year") == 2030
    )

    assert shown.height == of_run.height > 0
    assert shown["kt"].sum() == pytest.approx(of_run["tonnes"].sum() / 1e3)
    assert any("Aktau seaport · Alat (Port of Baku)" in way for way in shown["way"])


def test_every_year_of_an_exit_is_the_sum_of_its_flows(
    client: TestClient, run_folders: tuple[Path, Path]
) -> None:
    shown = table_of(data_of(client, PAGE), "exits")
    exits = results(run_folders, "freight_exit_year").filter(
        pl.col("scenario") == "reference", pl.col("run") == "reference"
    )
    total = exits.group_by("year").agg(mt=pl.col("tonnes").sum() / 1e6)

    assert shown["name"].to_list() == ["Over the water"]
    for year, mt in total.iter_rows():
        assert shown[str(year)][0] == pytest.approx(mt)


def test_what_a_project_moves_between_exits_equals_the_change_of_tonnes(
    client: TestClient, run_folders: tuple[Path, Path]
) -> None:
    data = data_of(client, f"{PAGE}?year=2030&with=PORT")
    shifts = results(run_folders, "freight_exit_shift_year").filter(
        pl.col("scenario") == "reference", pl.col("run") == "PORT", pl.col("year") == 2030,
        pl.col("tonnes") >= 5e3,
    )  # fmt: skip

    shown = [table for table in data["tables"] if table["key"] == "exit-shifts"]

    assert bool(shown) == (shifts.height > 0)
    if shown:
        assert table_of(data, "exit-shifts")["mt"].sum() == pytest.approx(
            shifts["tonnes"].sum() / 1e6
        )
    assert not any(table["key"] == "exit-shifts" for table in data_of(client, PAGE)["tables"])


def test_a_forecast_stands_beside_the_model_with_its_reason(
    client: TestClient, run_folders: tuple[Path, Path]
) -> None:
    shown = table_of(data_of(client, PAGE), "outlooks")
    modelled = results(run_folders, "freight_outlooks")["modelled"][0]

    row = shown.row(0, named=True)
    assert row["published"] == 9
    assert row["modelled"] == pytest.approx(modelled)
    assert row["reason"] == "It counts on a bridge"
