import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from transcaspian.cli import register as commands
from transcaspian.errors import TranscaspianError
from transcaspian.register.read import packaged_folder
from transcaspian.register.status import STATUSES

WIDTH = 100
NEW_FIGURE = [
    "observe",
    "ind-btc",
    "2026-Q1",
    "0.4",
    "--kind",
    "ytd",
    "--compiler",
    "KMG",
    "--source",
    "trend-4142173",
    "--known-on",
    "2026-04-10",
    "--author",
    "Analyst",
]
READING = [
    ["status"],
    ["list"],
    ["list", "observations"],
    ["show", "com-btc-15"],
    ["due"],
    ["overdue"],
    ["slips"],
    ["outlook"],
    ["outlook", "zang-az-2026"],
    ["outlook", "com-trade-1bn"],
    ["outlook", "--score"],
    ["contradictions"],
    ["quality"],
    ["brief"],
    ["brief", "KMG"],
    ["history", "com-btc-15"],
]

app = typer.Typer()
app.add_typer(commands.app, name="register")


def run(*words: str) -> Result:
    result = CliRunner().invoke(app, ["register", *words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def run_json(*words: str) -> dict[str, object]:
    result = run(*words, "--json")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    return found


def with_day(words: list[str]) -> list[str]:
    return words if words[0] in {"list", "history"} else [*words, "--as-of", "2026-04-30"]


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_tables_fit_a_terminal_of_a_hundred_columns(words: list[str]) -> None:
    lines = run(*with_day(words)).stdout.splitlines()
    assert len(lines) > 3
    assert max(len(line) for line in lines) <= WIDTH


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_json_is_exactly_one_object(words: list[str]) -> None:
    run_json(*with_day(words))


def test_status_has_the_shape_of_the_contract() -> None:
    found = run_json("status", "--as-of", "2026-04-30")
    assert found["as_of"] == "2026-04-30"
    commitments = found["commitments"]
    assert isinstance(commitments, list)
    assert len(commitments) == 79
    for commitment in commitments:
        assert {"id", "status", "rule", "evidence"} <= set(commitment)
        assert commitment["status"] in STATUSES
        assert isinstance(commitment["evidence"], list)


def test_status_can_be_limited_to_one_word_and_one_field() -> None:
    found = run_json("status", "--as-of", "2026-04-30", "--only", "at_risk", "--field", "energy")
    assert isinstance(found["commitments"], list)
    assert {item["id"] for item in found["commitments"]} == {
        "com-az-res-30",
        "com-az-res-2027",
        "com-btc-15",
        "com-btc-7-2027",
    }


def test_a_word_that_is_no_status_is_refused() -> None:
    with pytest.raises(TranscaspianError, match="no status"):
        run("status", "--only", "fine")


def test_a_day_can_be_given_in_words() -> None:
    assert run_json("status", "--as-of", "mid 2026")["as_of"] == "2026-06-30"


def test_an_absurd_day_is_refused() -> None:
    with pytest.raises(TranscaspianError, match="not a date"):
        run("status", "--as-of", "30000-01-01")


def test_pages_of_a_list_follow_one_another_without_gaps() -> None:
    names: list[str] = []
    after = ""
    while True:
        page = run_json("list", "commitments", "--limit", "30", "--after", after)
        assert isinstance(page["rows"], list)
        names += [row["id"] for row in page["rows"]]
        after = str(page["next"])
        if not after:
            break
    assert len(names) == len(set(names)) == 79
    assert names == sorted(names)


def test_show_gathers_what_hangs_on_a_promise() -> None:
    found = run_json("show", "com-btc-15", "--as-of", "2026-04-30")
    assert found["verdict"]["status"] == "at_risk"  # type: ignore[index]
    assert {"forecasts", "observations", "links"} <= set(found["related"])  # type: ignore[arg-type]


def test_show_suggests_the_nearest_name() -> None:
    with pytest.raises(TranscaspianError, match="com-fibre"):
        run("show", "com-fiber")


def test_the_first_write_makes_the_database_and_says_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    found = run_json(*NEW_FIGURE)
    file = tmp_path / "transcaspian" / "register.sqlite"
    assert found["db"] == f"sqlite:///{file}"
    assert found["appended"] == {"observations": 1}
    words = ("list", "observations", "--where", "period=2026-Q1")
    # From then on every command reads it; the packaged register is there by its name.
    for db, rows in (((), 2), (("--db", str(file)), 2), (("--db", "packaged"), 1)):
        assert len(run_json(*words, *db)["rows"]) == rows  # type: ignore[arg-type]
    assert run_json("history", "ind-btc|2026-Q1|ytd|KMG||2026-04-10")["entries"]


def test_what_was_written_is_what_status_and_due_read_and_their_heading_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    day = ("--as-of", "2026-11-30")
    assert run_json("status", *day)["register"]["read"] == "packaged"  # type: ignore[index]
    said = ("--said-on", "2026-10-01", "--office", "ADY", "--source", "trend-4142173")
    run_json("forecast", "zang-az-2026", "2027-03", *said)
    assert "2027-03-31" not in run("due", *day, "--quarter", "2026-Q4").stdout
    quarter = run_json("due", *day, "--quarter", "2027-Q1")
    assert "com-zang-az-2026" in {item["id"] for item in quarter["items"]}  # type: ignore[attr-defined]
    assert str(quarter["register"]["read"]).endswith("register.sqlite")  # type: ignore[index]
    assert "register.sqlite" in run("status", *day).stdout.replace("\n", "")


def test_the_packaged_register_is_never_written_to() -> None:
    with pytest.raises(TranscaspianError, match="never written"):
        run(*NEW_FIGURE, "--db", "packaged")


def test_a_brief_without_subject_is_one_screen() -> None:
    text = run("brief", "--as-of", "2026-11-30").stdout
    lines = text.splitlines()
    assert len(lines) <= 40
    assert max(len(line) for line in lines) <= WIDTH
    for word in ("Due this quarter", "Slipped", "Overdue", "Nobody can know", "2026-12-31 late"):
        assert word in text
    found = run_json("brief", "--as-of", "2026-11-30")
    assert "com-zang-az-2026" in {item["id"] for item in found["slipped"]}  # type: ignore[attr-defined]
    assert len({item["id"] for item in found["due"]}) == len(found["due"])  # type: ignore[attr-defined, arg-type]


def test_a_new_figure_changes_the_status_and_undo_changes_it_back(address: str) -> None:
    def status() -> str:
        found = run_json("status", "--as-of", "2026-04-30", "--db", address)
        return next(item["rule"] for item in found["commitments"] if item["id"] == "com-btc-7-2027")  # type: ignore[attr-defined]

    run_json(*NEW_FIGURE, "--db", address)
    assert status() == "pace_of_year_below_path"
    run_json("undo", "--author", "Analyst", "--db", address)
    assert status() == "below_path"


def test_a_forecast_in_words_is_kept_with_its_precision(sqlite_address: str) -> None:
    run_json(
        "forecast",
        "com-fibre",
        "mid 2027",
        "--said-on",
        "2026-04-20",
        "--office",
        "Ministry",
        "--source",
        "founding-brief",
        "--author",
        "Analyst",
        "--db",
        sqlite_address,
    )
    found = run_json("list", "forecasts", "--where", "said_on=2026-04-20", "--db", sqlite_address)
    assert found["rows"][0]["due"] == "2027-06~"  # type: ignore[index]
    assert (
        run_json(
            "status",
            "--as-of",
            "2026-04-30",
            "--only",
            "at_risk",
            "--field",
            "digital",
            "--db",
            sqlite_address,
        )["commitments"][0]["rule"]
        == "announced_after_due"
    )  # type: ignore[index]


def test_a_correction_stands_in_the_history(sqlite_address: str) -> None:
    run_json(*NEW_FIGURE, "--db", sqlite_address)
    corrected = [*NEW_FIGURE, "--message", "Typing error", "--db", sqlite_address]
    corrected[3] = "0.5"
    run_json(*corrected)
    key = "ind-btc|2026-Q1|ytd|KMG||2026-04-10"
    entries = run_json("history", key, "--db", sqlite_address)["entries"]
    assert [(entry["values"]["value"], entry["message"]) for entry in entries] == [
        (0.4, ""),
        (0.5, "Typing error"),
    ]  # type: ignore[attr-defined]


def test_adding_with_an_old_revision_is_refused(sqlite_address: str) -> None:
    row = [
        "add",
        "compilers",
        "code=NEW",
        "name=New office",
        "--author",
        "Analyst",
        "--db",
        sqlite_address,
        "--expected-revision",
        "0",
    ]
    run_json(*row)
    row[3] = "name=Other office"
    with pytest.raises(TranscaspianError, match="revision 1, not 0"):
        run(*row)


def test_an_internal_row_is_shown_to_its_own_role_only(sqlite_address: str) -> None:
    run_json(*NEW_FIGURE, "--internal", "--db", sqlite_address)
    listing = ["list", "observations", "--where", "period=2026-Q1", "--db", sqlite_address]
    assert len(run_json(*listing)["rows"]) == 1  # type: ignore[arg-type]
    assert len(run_json(*listing, "--role", "internal")["rows"]) == 2  # type: ignore[arg-type]
    with pytest.raises(TranscaspianError):
        run("history", "ind-btc|2026-Q1|ytd|KMG||2026-04-10", "--db", sqlite_address)


def test_importing_the_packaged_folder_appends_nothing(sqlite_address: str) -> None:
    found = run_json(
        "import", str(packaged_folder()), "--author", "Analyst", "--db", sqlite_address
    )
    assert (found["change"], found["appended"]) == (0, {})


def test_a_file_of_any_name_is_imported_into_the_table_given(
    sqlite_address: str, tmp_path: Path
) -> None:
    file = tmp_path / "from the ministry.csv"
    file.write_text("code,name\nNEW,New office\n")
    words = ["import", str(file), "--author", "Analyst", "--db", sqlite_address]
    with pytest.raises(TranscaspianError, match="--table"):
        run(*words)
    assert run_json(*words, "--table", "compilers")["appended"] == {"compilers": 1}


def test_export_says_which_file_it_wrote(tmp_path: Path) -> None:
    target = tmp_path / "calendar.ics"
    assert run_json("export", "ical", str(target), "--as-of", "2026-04-30")["files"] == [
        str(target)
    ]
    assert target.read_bytes().startswith(b"BEGIN:VCALENDAR")


def test_an_unknown_form_of_export_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TranscaspianError, match="no form of export"):
        run("export", "pdf", str(tmp_path / "x"))


def test_every_command_and_option_has_help() -> None:
    group = typer.main.get_command(commands.app)
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        assert command.help, name
        for parameter in command.params:
            if parameter.param_type_name == "option" and parameter.name != "help":
                assert parameter.help, f"{name} {parameter.name}"


def test_the_words_of_the_contract_are_all_there() -> None:
    group = typer.main.get_command(commands.app)
    wanted = {
        "status",
        "list",
        "show",
        "add",
        "observe",
        "forecast",
        "due",
        "slips",
        "contradictions",
        "brief",
        "history",
        "undo",
        "import",
        "export",
    }
    assert wanted <= set(group.commands)  # type: ignore[attr-defined]


def test_a_column_given_twice_is_refused(sqlite_address: str) -> None:
    with pytest.raises(TranscaspianError, match="given twice"):
        run("add", "compilers", "code=A", "code=B", "--db", sqlite_address)


def test_a_wrong_row_is_refused_with_every_problem(sqlite_address: str) -> None:
    with pytest.raises(TranscaspianError) as error:
        run(
            "add",
            "observations",
            "indicator=nothing",
            "period=20x5",
            "value=1",
            "unit=Mt",
            "kind=actual",
            "compiler=nobody",
            "known_on=2026-01-01",
            "source=none",
            "confidence=reported",
            "--author",
            "A",
            "--db",
            sqlite_address,
        )
    assert {problem.column for problem in error.value.problems} == {
        "indicator",
        "period",
        "compiler",
        "source",
    }


def test_show_and_outlook_say_the_same_of_a_promise() -> None:
    day = ("--as-of", "2026-11-30")
    (alone,) = run_json("outlook", "zang-az-2026", *day)["outlooks"]  # type: ignore[misc]
    assert run_json("show", "com-zang-az-2026", *day)["outlook"] == alone
    assert run_json("show", "body-ady", *day)["outlook"] is None


def test_a_score_of_one_promise_is_refused() -> None:
    with pytest.raises(TranscaspianError, match="leave the key away"):
        run("outlook", "com-trade-1bn", "--score")
