import json

import pytest
from typer.testing import CliRunner

from tests.freight.test_read import NET, TRIPS
from transcaspian.cli.freight import app

runner = CliRunner()


@pytest.fixture
def arguments(tmp_path):
    net, trips = tmp_path / "x_net.tntp", tmp_path / "x_trips.tntp"
    net.write_text(NET)
    trips.write_text(TRIPS)
    return ["assign", "--net", str(net), "--trips", str(trips), "--gap", "1e-10"]


def test_json_holds_the_figures_of_the_contract(arguments):
    answer = json.loads(runner.invoke(app, [*arguments, "--json"]).stdout)
    assert set(answer) == {"objective", "tstt", "relative_gap", "iterations", "time_s"}
    assert (answer["objective"], answer["tstt"], answer["relative_gap"]) == (0.0, 0.0, 0.0)


def test_weights_of_distance_and_toll_are_paid(arguments):
    answer = json.loads(runner.invoke(app, [*arguments, "--distance-weight", "2", "--json"]).stdout)
    assert answer["tstt"] == pytest.approx(20.0 * 3.0 * 2.0)
    assert answer["objective"] == pytest.approx(20.0 * 3.0 * 2.0)


def test_people_get_the_same_figures_in_words(arguments):
    output = runner.invoke(app, arguments).stdout
    assert [line.split("  ")[0] for line in output.splitlines()] == [
        "Objective",
        "Total cost",
        "Relative gap",
        "Iterations",
        "Time",
    ]


def test_a_missing_option_is_wrong_usage(arguments):
    assert runner.invoke(app, arguments[:3]).exit_code == 2
