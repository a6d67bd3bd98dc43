"""`register record DIR` and `run --db`: from a run folder to figures beside the observed ones."""

import json
from pathlib import Path

import pytest

from tests.register.test_runs import manifest, tables
from tests.small_case import write_small_case
from transcaspian.cli.main import main
from transcaspian.results.tables import Results
from transcaspian.results.write import write_results


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, object]]:
    """Run one command with --json; return its exit code and the object it printed."""
    with pytest.raises(SystemExit) as stop:
        main([*words, "--json"])
    found = json.loads(capsys.readouterr().out)
    assert isinstance(found, dict)
    return (stop.value.code if isinstance(stop.value.code, int) else 0), found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_results(Results(tables(), manifest()), tmp_path / "run", "<html></html>")


def test_a_run_folder_is_recorded_once(
    folder: Path, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("register", "record", str(folder), "--db", address, "--author", "Analyst")
    code, found = run(capsys, *words)
    _, again = run(capsys, *words)
    assert (code, found["appended"]) == (0, {"sources": 1, "observations": 2})
    assert (again["run"], again["appended"], again["unchanged"]) == (found["run"], {}, 3)


def test_the_history_says_who_recorded_a_run_and_why(
    folder: Path, sqlite_address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("register", "record", str(folder), "--db", sqlite_address, "--author", "Analyst")
    key = str(run(capsys, *words)[1]["run"])
    (entry,) = run(capsys, "register", "history", key, "--db", sqlite_address)[1]["entries"]  # type: ignore[misc, attr-defined]
    assert (entry["author"], entry["message"]) == ("Analyst", f"Indicators of run {key}")


def test_show_prints_the_models_beside_the_promise(
    folder: Path, sqlite_address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, "register", "record", str(folder), "--db", sqlite_address)
    for words in (["show", "com-titr-10mt"], ["show", "ind-titr-mt"], ["brief", "transport"]):
        with pytest.raises(SystemExit):
            main(["register", *words, "--db", sqlite_address])
        text = capsys.readouterr().out
        assert "Models beside promises" in text
        assert max(len(line) for line in text.splitlines()) <= 100


def test_a_folder_that_is_no_run_is_refused(
    tmp_path: Path, sqlite_address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = run(capsys, "register", "record", str(tmp_path), "--db", sqlite_address)
    assert (code, found["error"]["type"]) == (1, "NotFoundError")  # type: ignore[index]


def test_a_case_is_run_straight_into_the_register(
    tmp_path: Path, sqlite_address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    case, out = write_small_case(tmp_path / "case"), tmp_path / "out"
    words = ("run", str(case), "--out", str(out), "--years", "2030", "--only", "power")
    code, found = run(
        capsys, *words, "--scenarios", "reference", "--workers", "1", "--db", sqlite_address
    )
    recorded = found["recorded"]
    assert code == 0
    assert isinstance(recorded, dict)
    assert recorded["rows"] > 1
    # Recording the folder it wrote finds the same run there.
    _, again = run(capsys, "register", "record", str(out), "--db", sqlite_address)
    assert (again["run"], again["appended"]) == (recorded["run"], {})
    listing = ("register", "list", "observations", "--where", "kind=model")
    _, models = run(capsys, *listing, "--db", sqlite_address)
    rows = models["rows"]
    assert isinstance(rows, list)
    assert {row["source"] for row in rows} == {recorded["run"]}
    assert {row["indicator"] for row in rows} >= {"ind-model-co2", "ind-model-cable-mw"}


def test_a_register_that_cannot_be_written_is_said_before_the_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case, out = write_small_case(tmp_path / "case"), tmp_path / "out"
    code, found = run(capsys, "run", str(case), "--out", str(out), "--db", "mysql://here/there")
    assert (code, found["error"]["type"]) == (1, "InputError")  # type: ignore[index]
    assert not out.exists()
