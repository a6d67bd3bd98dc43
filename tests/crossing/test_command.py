"""The command parses, calls one function, prints."""

import json

import pytest
from typer.testing import CliRunner

from tests.crossing.packaged import crossing_view
from transcaspian.case import read
from transcaspian.case.tables import YearView
from transcaspian.cli.crossing import app


class PackagedCrossing:
    """A case of which only the crossing is there."""

    def scenario_names(self) -> list[str]:
        return ["reference"]

    def at(self, year: int, scenario: str, projects: tuple[str, ...]) -> YearView:
        assert (scenario, projects) == ("reference", ())
        return crossing_view(year)


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setattr(read, "read_case", lambda _: PackagedCrossing())
    return CliRunner()


def test_json_is_one_object_with_the_promised_keys(runner: CliRunner) -> None:
    words = ["simulate", "trans-caspian", "--year", "2024", "--replications", "2", "--json"]

    result = runner.invoke(app, words)

    answer = json.loads(result.stdout)
    assert result.exit_code == 0
    assert answer["replications"] == 2
    assert {"mean_h", "p50_h", "p90_h", "p99_h", "ci95"} <= set(answer["waits"]["truck"])


def test_people_get_a_table_of_waits(runner: CliRunner) -> None:
    result = runner.invoke(
        app, ["simulate", "trans-caspian", "--year", "2024", "--replications", "2"]
    )

    assert result.exit_code == 0
    assert "Waits in 2024" in result.stdout
    assert "Alat rail ferry berths" in result.stdout


def test_a_search_gives_the_cheapest_and_every_combination(runner: CliRunner) -> None:
    words = ["search", "trans-caspian", "--year", "2024", "--vessels", "AKTAU_KMTF=3,4"]
    words += ["--limit-h", "200", "--share", "0.5", "--replications", "2", "--json"]

    answer = json.loads(runner.invoke(app, words).stdout)

    assert answer["cheapest"]["AKTAU_KMTF"] == 3
    assert len(answer["combinations"]) == 2


def test_counts_that_are_no_numbers_are_wrong_usage(runner: CliRunner) -> None:
    assert runner.invoke(app, ["search", "--vessels", "AKTAU_KMTF"]).exit_code == 2
