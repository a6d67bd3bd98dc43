import json

import pytest
from typer.testing import CliRunner

from tests.power.test_matpower import CASE, write
from transcaspian.cli.power import app


def test_power_solve_prints_one_json_object_of_the_contract(tmp_path):
    outcome = CliRunner().invoke(app, ["solve", str(write(tmp_path)), "--json"])
    assert outcome.exit_code == 0
    values = json.loads(outcome.stdout)
    assert values["status"] == "optimal"
    assert values["objective"] == pytest.approx(100 + 180 * 10 + 120 * 30)
    for name in ("objective_constant", "build_s", "solve_s", "peak_mb", "ignored"):
        assert name in values


def test_power_solve_exits_with_1_where_there_is_no_optimum(tmp_path):
    source = write(tmp_path, CASE.replace("3 1 300", "3 1 2000"))
    outcome = CliRunner().invoke(app, ["solve", str(source), "--json"])
    assert outcome.exit_code == 1
    values = json.loads(outcome.stdout)
    assert values["status"] == "infeasible"
    assert values["objective"] is None


def test_the_susceptance_convention_is_an_option(tmp_path):
    source = str(write(tmp_path, R13="0.1"))
    outcome = CliRunner().invoke(app, ["solve", source, "--json", "--susceptance", "x/(r2+x2)"])
    assert json.loads(outcome.stdout)["objective"] == pytest.approx(100 + 240 * 10 + 60 * 30)
