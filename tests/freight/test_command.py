import json

import numpy as np
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


def test_a_scale_asks_for_the_stochastic_equilibrium(arguments):
    options = ["--theta", "0.2", "--distance-weight", "2", "--json"]
    answer = json.loads(runner.invoke(app, [*arguments, *options]).stdout)
    assert answer["objective"] is None
    # Twenty trips share ways of 6 and 18 by the logit; hardly any wait on the second.
    share = 1.0 / (1.0 + np.exp(0.2 * 12.0))
    assert answer["tstt"] == pytest.approx(20.0 * (6.0 + 12.0 * share), rel=1e-3)


def test_a_scale_and_the_system_optimum_exclude_each_other(arguments):
    assert runner.invoke(app, [*arguments, "--theta", "1", "--system-optimum"]).exit_code == 2
