"""Commands: what they print, where they write, how they fail."""

import json
import shutil
from pathlib import Path

import pytest

import transcaspian
from tests.small_case import write_small_case
from transcaspian.cli.main import main


def run(*words: str) -> int:
    """Run one command in this process and return its exit code."""
    with pytest.raises(SystemExit) as stop:
        main(list(words))
    code = stop.value.code
    return code if isinstance(code, int) else 0


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli")
    write_small_case(folder / "case")
    out = folder / "run"
    words = ["run", str(folder / "case"), "--out", str(out), "--years", "2030"]
    assert run(*words, "--scenarios", "reference", "--workers", "1") == 0
    return out


def test_a_run_writes_tables_manifest_and_report(run_folder: Path) -> None:
    names = {file.name for file in run_folder.iterdir()}

    assert {"manifest.json", "report.html", "projects.parquet", "ledger.parquet"} <= names


def test_the_manifest_says_how_the_run_came_about(run_folder: Path) -> None:
    manifest = json.loads((run_folder / "manifest.json").read_text("utf-8"))

    assert manifest["case"] == "two-shores"
    assert manifest["years"] == [2030]
    assert len(manifest["case_hash"]) == 64
    assert manifest["versions"]["highspy"]
    assert set(manifest["checksums"]) == {
        file.name for file in run_folder.iterdir() if file.name != "manifest.json"
    }


def test_show_prints_one_json_object(run_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show", str(run_folder), "projects", "--json") == 0

    answer = json.loads(capsys.readouterr().out)

    assert {row["project"] for row in answer["rows"]} == {"CABLE", "PORT", "FERRY", "SEA"}


def test_show_without_a_table_lists_them(
    run_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("show", str(run_folder), "--json") == 0

    names = {row["table"] for row in json.loads(capsys.readouterr().out)["tables"]}

    assert {"projects", "ledger", "checks"} <= names


def test_show_prints_a_whole_table_as_csv(
    run_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("show", str(run_folder), "checks", "--csv") == 0

    lines = capsys.readouterr().out.splitlines()

    assert lines[0] == "check,value,tolerance,passed,meaning"
    assert len(lines) > 7


def test_tables_for_people_fit_a_hundred_columns(
    run_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("show", str(run_folder), "power_link_year") == 0

    assert max(len(line) for line in capsys.readouterr().out.splitlines()) <= 100


def test_an_unknown_table_is_an_error_with_exit_code_1(
    run_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("show", str(run_folder), "profits", "--json") == 1

    assert json.loads(capsys.readouterr().out)["error"]["type"] == "NotFoundError"


def test_report_says_where_the_page_is(
    run_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("report", str(run_folder), "--json") == 0

    assert Path(json.loads(capsys.readouterr().out)["report"]) == run_folder / "report.html"


def test_a_changed_file_is_noticed(run_folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in run_folder.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    (copy / "checks.parquet").write_bytes(b"nothing")

    assert run("report", str(copy)) == 1


def test_a_folder_of_something_else_is_never_replaced(case_folder: Path) -> None:
    before = sorted(case_folder.rglob("*"))

    code = run(
        "run", str(case_folder), "--out", str(case_folder), "--only", "freight", "--years", "2030"
    )

    assert code == 1
    assert sorted(case_folder.rglob("*")) == before


def test_a_folder_that_cannot_take_the_run_is_said_before_any_work(
    case_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "letter").write_text("dear", "utf-8")

    assert run("run", str(case_folder), "--out", str(tmp_path / "letter"), "--json") == 1

    printed = capsys.readouterr()
    assert "not a run folder" in json.loads(printed.out)["error"]["message"]
    assert "Power" not in printed.err


def test_another_headline_rate_is_shown_by_its_name(
    case_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = case_folder / "case.yaml"
    text = file.read_text("utf-8").replace("[0.04, 0.06, 0.09, 0.12]", "[0.03, 0.05]")
    file.write_text(text.replace("headline_rate: 0.06", "headline_rate: 0.05"), "utf-8")
    words = ["--only", "freight", "--years", "2030", "--projects", "PORT", "--workers", "1"]

    assert run("run", str(case_folder), "--out", str(tmp_path / "run"), *words) == 0

    assert "NPV 5 %" in capsys.readouterr().out


def test_a_case_without_projects_is_run_all_the_same(
    case_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("projects", "changes", "spending", "shares", "clusters"):
        file = case_folder / "projects" / f"{name}.csv"
        file.write_text(file.read_text("utf-8").splitlines()[0] + "\n", "utf-8")
    words = ["--only", "freight", "--years", "2030", "--workers", "1"]

    assert run("run", str(case_folder), "--out", str(tmp_path / "run"), *words) == 0
    assert "No project was valued" in capsys.readouterr().out

    assert run("show", str(tmp_path / "run"), "projects", "--json") == 0
    assert json.loads(capsys.readouterr().out)["rows"] == []


def test_square_brackets_of_a_path_are_printed(
    run_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "a [bold] run"
    shutil.copytree(run_folder, copy)

    assert run("report", str(copy)) == 0

    assert "a [bold] run" in capsys.readouterr().out


def test_every_result_table_says_what_it_holds(
    run_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("show", str(run_folder), "--json") == 0

    tables = json.loads(capsys.readouterr().out)["tables"]

    assert [row["table"] for row in tables if not row["meaning"]] == []


def test_check_lists_every_problem_as_json(
    case_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = case_folder / "power" / "buses.csv"
    file.write_text(file.read_text("utf-8").replace("43", "north").replace("40", "south"), "utf-8")

    assert run("check", str(case_folder), "--json") == 1

    error = json.loads(capsys.readouterr().out)["error"]
    assert error["type"] == "InputError"
    assert {(p["file"], p["row"], p["column"]) for p in error["problems"]} == {
        ("power/buses.csv", 2, "lat"),
        ("power/buses.csv", 3, "lat"),
    }


def test_a_good_case_is_said_to_be_good(
    case_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("check", str(case_folder), "--json") == 0

    assert json.loads(capsys.readouterr().out)["problems"] == []


def test_new_copies_the_packaged_case(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "mine"

    assert run("new", str(folder)) == 0
    capsys.readouterr()

    assert run("check", str(folder), "--json") == 0


def test_new_never_overwrites(case_folder: Path) -> None:
    assert run("new", str(case_folder)) == 1


def test_wrong_usage_exits_with_2() -> None:
    assert run("run", "--wokers", "3") == 2


def test_errors_show_no_traceback(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", str(tmp_path / "nowhere")) == 1

    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("command", ["check", "run", "show", "report", "new"])
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(command, "--help") == 0

    assert "Usage" in capsys.readouterr().out


def test_a_run_compared_with_itself_differs_in_nothing(
    run_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("compare", str(run_folder), str(run_folder), "--json") == 0

    answer = json.loads(capsys.readouterr().out)

    assert (answer["settings"], answer["inputs"], answer["outputs"]) == ([], [], [])


def test_compare_lists_the_input_that_differs_and_what_follows(
    run_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = shutil.copytree(run_folder.parent / "case", tmp_path / "case")
    table = case / "projects" / "projects.csv"
    text = table.read_text("utf-8")
    assert ",300," in text
    table.write_text(text.replace(",300,", ",360,"), "utf-8")
    other = tmp_path / "run"
    words = ["--years", "2030", "--scenarios", "reference", "--workers", "1"]
    assert run("run", str(case), "--out", str(other), *words) == 0
    capsys.readouterr()

    assert run("compare", str(run_folder), str(other), "--json") == 0

    answer = json.loads(capsys.readouterr().out)
    assert [row["row"] for row in answer["inputs"]] == ["projects/projects | CABLE | capex_musd"]
    changed = {
        row["row"].split(" | ")[1] for row in answer["outputs"] if row["table"] == "projects"
    }
    assert changed == {"CABLE"}
    assert all(
        row["difference"] < 0 for row in answer["outputs"] if row["column"] == "npv_headline_musd"
    )


def test_compare_lists_what_a_project_changes(
    run_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = shutil.copytree(run_folder.parent / "case", tmp_path / "case")
    table = case / "projects" / "changes.csv"
    text = table.read_text("utf-8")
    assert text.count(",set,300,") == 2
    table.write_text(text.replace(",set,300,", ",set,450,", 1), "utf-8")
    other = tmp_path / "run"
    words = ["--years", "2030", "--scenarios", "reference", "--workers", "1", "--only", "power"]
    assert run("run", str(case), "--out", str(other), *words) == 0
    capsys.readouterr()

    assert run("compare", str(run_folder), str(other), "--json") == 0

    (found,) = json.loads(capsys.readouterr().out)["inputs"]
    assert found["row"] == "projects/changes | CABLE | power/links | E-W | p_nom_mw | value"
    assert (found["first"], found["second"]) == ("300", "450")


def test_a_run_that_ends_before_a_project_opens_is_led_by_a_warning(
    case_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--years", "2025", "--scenarios", "reference", "--workers", "1", "--only", "power"]

    assert run("run", str(case_folder), "--out", str(tmp_path / "run"), *words) == 0

    shown = " ".join(capsys.readouterr().out.split())
    warning = shown.index("No model year at or after the opening was solved for: Cable (2028)")
    assert warning < shown.index("break-even")
    assert "1 (0)" in shown
    assert "values_rest_on_years_in_use" in (tmp_path / "run" / "report.html").read_text("utf-8")


def test_compare_refuses_a_table_that_a_run_lacks(
    run_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("compare", str(run_folder), str(run_folder), "--tables", "nothing", "--json") == 1

    assert "nothing" in json.loads(capsys.readouterr().out)["error"]["message"]


def test_verify_solves_a_run_again_to_the_same_bits(
    run_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("verify", str(run_folder), "--workers", "1", "--json") == 0

    answer = json.loads(capsys.readouterr().out)

    assert answer["is_same"]
    assert answer["differing"] == []


def test_verify_refuses_a_case_that_has_changed_since(
    run_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = shutil.copytree(run_folder.parent / "case", tmp_path / "case")
    table = case / "projects" / "projects.csv"
    table.write_text(table.read_text("utf-8").replace(",300,", ",360,"), "utf-8")

    assert run("verify", str(run_folder), "--case", str(case), "--json") == 1

    assert "changed since" in json.loads(capsys.readouterr().out)["error"]["message"]


def test_a_second_run_takes_what_it_can_from_the_cache(run_folder: Path, tmp_path: Path) -> None:
    words = ["--years", "2030", "--scenarios", "reference", "--cache", str(tmp_path / "cache")]
    case = str(run_folder.parent / "case")

    for name in ("first", "second"):
        assert run("run", case, "--out", str(tmp_path / name), *words, "--workers", "1") == 0
        held = sorted((tmp_path / "cache").glob("*/*"))

    assert held
    first, second = (
        json.loads((tmp_path / name / "manifest.json").read_text("utf-8"))["checksums"]
        for name in ("first", "second")
    )
    first.pop("report.html")
    second.pop("report.html")
    assert first == second


def test_the_version_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])

    assert ended.value.code in (0, None)
    assert capsys.readouterr().out == f"transcaspian {transcaspian.__version__}\n"
