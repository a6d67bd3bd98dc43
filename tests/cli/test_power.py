import json

import pytest
from typer.testing import CliRunner

from tests.power.test_matpower import CASE, write
from tests.power.test_pypsa_network import folder
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


def test_losses_of_cables_come_from_a_table(tmp_path):
    network = folder(tmp_path, links="name,bus0,bus1,p_nom\ncable,A,B,200\n")
    table = tmp_path / "table.txt"
    table.write_text("link,standing_pu,converter_pu,ohmic_pu,segments\ncable,0,0.1,0,1\n")
    outcome = CliRunner().invoke(app, ["solve", str(network), "--losses", str(table), "--json"])
    values = json.loads(outcome.stdout)
    # 80 MW for an hour and 140 MW for two, a tenth lost of what is sent.
    assert values["objective"] == pytest.approx(10 * (80 + 2 * 140) / 0.9)
    assert values["burning"] == []
    assert values["note"] == ""
