"""The page on the crossing, on the packaged case: the small one has no sea."""

import json
from pathlib import Path

import polars as pl
import pytest
from starlette.testclient import TestClient

from tests.web.conftest import HERE
from tests.web.test_pages import data_of, table_of
from transcaspian.web.app import create_app
from transcaspian.web.pages import crossing_frontier
from transcaspian.web.settings import WebSettings

PAGE = "/runs/bare/crossing"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """A run of the packaged case without any result table: the page simulates by itself."""
    folder = tmp_path_factory.mktemp("crossing") / "bare"
    folder.mkdir()
    manifest = {"case": "trans-caspian", "checksums": {}, "years": [2030]}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return TestClient(create_app(WebSettings(runs=(Path(folder),))), base_url=HERE)


def test_a_month_shows_the_vessels_of_that_month_only(client: TestClient) -> None:
    data = data_of(client, f"{PAGE}?month=2")

    events = table_of(data, "vessel-events")
    assert events.height > 100
    assert set(events["time"].str.slice(0, 7)) <= {"2030-02", "2030-03"}  # to the end of the month
    assert set(events["port"]) <= {"Aktau", "Kuryk", "Alat", "Turkmenbashi"}
    assert "Alat \u2013 Kuryk: 28-wagon rail ferry, 1" in events["vessel"].to_list()


def test_lines_and_queues_are_named_in_russian_too(client: TestClient) -> None:
    data = data_of(client, f"{PAGE}?month=2&lang=ru")

    services = table_of(data, "services")["service"].to_list()
    assert "Алят \u2013 Курык: Паром на 28 вагонов" in services
    assert all("\u2013" in name for name in table_of(data, "queue-lengths")["name"])


def test_the_frontier_is_searched_when_it_is_asked_for(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crossing_frontier, "REPLICATIONS", 2)
    plain, searched = (data_of(client, f"{PAGE}{more}") for more in ("", "?frontier=teu"))

    assert "frontier" not in [chart["key"] for chart in plain["charts"]]
    assert any("Choose a cargo" in note["text"] for note in plain["notes"])
    found = table_of(searched, "frontier-values").sort("cost_musd", "within")
    assert found.height == 8  # two lines and a berth, each as it is and with one more
    best = found.filter("is_frontier")["within"].to_list()
    assert best == sorted(best)  # what costs more on the frontier is better
    for row in found.filter(~pl.col("is_frontier")).iter_rows(named=True):
        rivals = found.filter(pl.col("cost_musd") <= row["cost_musd"])
        assert rivals["within"].max() >= row["within"]  # type: ignore[operator]


def test_a_cargo_that_no_vessel_takes_is_not_found(client: TestClient) -> None:
    assert client.get(f"{PAGE}?frontier=sheep").status_code == 404
