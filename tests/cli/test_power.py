import json

import polars as pl
import pytest
from typer.testing import CliRunner

from tests.power.test_matpower import CASE, write
from tests.power.test_pypsa_network import folder
from transcaspian.cli import power as cli_power
from transcaspian.cli.power import app
from transcaspian.errors import InputError
from transcaspian.power.grid_output import FORMATS
from transcaspian.power.matpower import SUSCEPTANCES
from transcaspian.power.optimise import METHODS, GridOptions


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


def two_buses(tmp_path, **more):
    """A cheap plant may grow in A, a cable takes 50 MW to B, where a dear plant helps."""
    parts = {
        "buses": "name\nA\nB\n",
        "snapshots": "snapshot,objective\n0,1\n1,1\n",
        "loads": "name,bus,p_set\ntown,B,80\n",
        "generators": "name,bus,p_nom,p_nom_extendable,capital_cost,marginal_cost\n"
        "cheap,A,10,True,1,5\ndear,B,100,False,0,50\n",
        "links": "name,bus0,bus1,p_nom\ncable,A,B,50\n",
        **more,
    }
    place = tmp_path / "net"
    place.mkdir()
    for name, text in parts.items():
        (place / f"{name}.csv").write_text(text)
    return place


def test_tables_give_prices_dispatch_and_built_capacity(tmp_path):
    source = two_buses(tmp_path)
    outcome = CliRunner().invoke(app, ["solve", str(source), "--json", "--tables"])
    assert outcome.exit_code == 0
    tables = json.loads(outcome.stdout)["tables"]
    prices = {(row["snapshot"], row["bus"]): row["price_per_mwh"] for row in tables["prices"]}
    assert prices[0, "B"] == pytest.approx(50.0)
    assert prices[0, "A"] + prices[1, "A"] == pytest.approx(5.0 + 5.0 + 1.0)
    output = {
        (row["snapshot"], row["name"], row["quantity"]): row["value"] for row in tables["dispatch"]
    }
    assert output[1, "dear", "p_mw"] == pytest.approx(30.0)
    assert output[1, "cable", "p0_mw"] == pytest.approx(50.0)
    built = {row["name"]: (row["given"], row["optimal"]) for row in tables["capacity"]}
    assert built["cheap"] == pytest.approx((10.0, 50.0))
    assert built["dear"] == pytest.approx((100.0, 100.0))


def test_what_is_spent_by_the_tables_is_the_objective(tmp_path):
    source = two_buses(tmp_path)
    outcome = CliRunner().invoke(app, ["solve", str(source), "--json", "--tables"])
    values = json.loads(outcome.stdout)
    cost = {"cheap": 5.0, "dear": 50.0}
    spent = sum(
        cost[row["name"]] * row["value"]
        for row in values["tables"]["dispatch"]
        if row["component"] == "generator"
    )
    built = sum(
        row["cost_per_unit"] * row["optimal"]
        for row in values["tables"]["capacity"]
        if row["is_extendable"]
    )
    assert spent + built == pytest.approx(values["objective"])


def test_without_the_option_the_object_has_no_tables(tmp_path):
    outcome = CliRunner().invoke(app, ["solve", str(two_buses(tmp_path)), "--json"])
    assert "tables" not in json.loads(outcome.stdout)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_tables_are_written_to_a_folder(tmp_path, kind):
    source, out = two_buses(tmp_path), tmp_path / "out"
    words = ["solve", str(source), "--out", str(out), "--format", kind, "--json"]
    outcome = CliRunner().invoke(app, words)
    assert outcome.exit_code == 0
    assert json.loads(outcome.stdout)["out"] == str(out)
    read = pl.read_parquet if kind == "parquet" else pl.read_csv
    assert {file.name for file in out.iterdir()} == {
        f"{name}.{kind}" for name in ("prices", "dispatch", "capacity")
    }
    assert read(out / f"prices.{kind}").height == 4
    assert read(out / f"capacity.{kind}").filter(name="cheap")["optimal"][0] == pytest.approx(50)


def test_a_folder_that_holds_something_is_never_written_to(tmp_path):
    source, out = two_buses(tmp_path), tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("mine")
    outcome = CliRunner().invoke(app, ["solve", str(source), "--out", str(out)])
    assert isinstance(outcome.exception, InputError)
    assert "not empty" in str(outcome.exception)
    assert [file.name for file in out.iterdir()] == ["mine.txt"]


def test_people_see_the_tables_too(tmp_path):
    outcome = CliRunner().invoke(app, ["solve", str(two_buses(tmp_path)), "--tables"])
    assert "price_per_mwh" in outcome.stdout
    assert "cheap" in outcome.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--method", "foo"], ["foo", "windows", "benders"]),
        (["--gap", "-1"], ["-1.0", "above 0"]),
        (["--gap", "nan"], ["nan", "above 0"]),
        (["--susceptance", "zz"], ["zz", "x/(r2+x2)"]),
        (["--format", "xls"], ["xls", "parquet"]),
    ],
)
def test_an_option_that_cannot_be_is_wrong_usage_whatever_the_source(tmp_path, words, says):
    outcome = CliRunner().invoke(app, ["solve", str(two_buses(tmp_path)), *words])
    assert outcome.exit_code == 2
    for word in says:
        assert word in outcome.stderr


def test_a_susceptance_that_counts_nothing_is_listed_as_ignored(tmp_path):
    words = ["solve", str(two_buses(tmp_path)), "--susceptance", "1/x", "--json"]
    assert (
        "--susceptance (of MATPOWER cases)"
        in json.loads(CliRunner().invoke(app, words).stdout)["ignored"]
    )


def test_what_pays_without_limit_is_named(tmp_path):
    plants = "name,bus,p_nom,p_nom_extendable,capital_cost,marginal_cost\n"
    source = two_buses(
        tmp_path,
        generators=plants + "mint,B,0,True,-3,5\ndear,B,100,False,0,50\n",
    )
    outcome = CliRunner().invoke(app, ["solve", str(source), "--json"])
    assert outcome.exit_code == 1
    values = json.loads(outcome.stdout)
    assert values["status"] == "unbounded"
    assert "capacity of generator mint" in values["conflict"]
    assert "dear" not in values["conflict"]


def test_a_program_without_finite_numbers_is_named_and_not_solved(tmp_path):
    source = two_buses(tmp_path, loads="name,bus,p_set\ntown,B,1e30\n")
    outcome = CliRunner().invoke(app, ["solve", str(source), "--json"])
    assert isinstance(outcome.exception, InputError)
    assert "1e+30" in str(outcome.exception).replace("1e30", "1e+30")


def test_options_of_the_library_are_checked_all_at_once():
    with pytest.raises(InputError) as caught:
        GridOptions(method="foo", gap=-1.0, workers=0, time_limit_s=0.0)
    assert len(caught.value.problems) == 4
    assert "benders" in str(caught.value)


def test_the_command_offers_every_method_of_the_library():
    assert cli_power.METHODS == METHODS
    assert tuple(SUSCEPTANCES) == cli_power.SUSCEPTANCES
    assert cli_power.FORMATS == FORMATS
