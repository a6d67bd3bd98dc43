import json

import pytest

from transcaspian.cli.appraise import app
from transcaspian.errors import InputError


def run(capsys, *words):
    app([str(word) for word in words], standalone_mode=False)
    return capsys.readouterr().out


def test_cashflow_prints_one_json_object_of_the_contract(tmp_path, capsys):
    file = tmp_path / "flow.csv"
    file.write_text("year,benefit,cost\n2025,0,100\n2026,132,0\n")
    found = json.loads(run(capsys, "cashflow", file, "--rate", "0.1", "--json"))
    assert found["npv"] == pytest.approx(20.0)
    assert found["irr"] == pytest.approx([0.32])
    assert found["bcr"] == pytest.approx(1.2)
    assert found["payback"] == pytest.approx(100.0 / 132.0)
    assert found["note"] is None


def test_first_year_discounted_moves_value_and_not_ratio_or_rate(tmp_path, capsys):
    file = tmp_path / "flow.csv"
    file.write_text("year,benefit,cost\n2025,0,100\n2026,132,0\n")
    words = ("cashflow", file, "--rate", "0.1", "--json", "--first-year-discounted")
    found = json.loads(run(capsys, *words))
    assert found["npv"] == pytest.approx(20.0 / 1.1)
    assert found["bcr"] == pytest.approx(1.2)
    assert found["irr"] == pytest.approx([0.32])


def test_a_flow_without_rate_prints_an_empty_list_and_a_note(tmp_path, capsys):
    file = tmp_path / "flow.csv"
    file.write_text("year,net\n2025,5\n2026,6\n")
    found = json.loads(run(capsys, "cashflow", file, "--rate", "0.1", "--json"))
    assert found["irr"] == []
    assert "never changes sign" in found["note"]
    assert found["bcr"] is None


def test_the_text_for_people_names_the_conventions(tmp_path, capsys):
    file = tmp_path / "flow.csv"
    file.write_text("year,net\n2025,-5\n2026,6\n")
    assert "missing years are zero" in run(capsys, "cashflow", file, "--rate", "0.1")


def test_a_negative_rate_may_be_given(tmp_path, capsys):
    file = tmp_path / "flow.csv"
    file.write_text("year,net\n0,1\n1,1\n")
    assert json.loads(run(capsys, "cashflow", file, "--rate", "-0.5", "--json"))["npv"] == 3.0


def test_a_rate_of_minus_one_is_refused(tmp_path):
    file = tmp_path / "flow.csv"
    file.write_text("year,net\n0,1\n1,1\n")
    with pytest.raises(InputError, match="above -1"):
        app(["cashflow", str(file), "--rate", "-1"], standalone_mode=False)
