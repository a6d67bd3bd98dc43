import random
import zipfile
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from tests.register.examples import PROMISE, TAIL, make
from transcaspian.errors import InputError, NotFoundError
from transcaspian.register.check import check_tables
from transcaspian.register.columns import TABLES
from transcaspian.register.export_tables import write_workbook
from transcaspian.register.read import (
    packaged_folder,
    parse_rows,
    read_packaged,
    read_register,
    read_tables,
)


def test_the_packaged_register_holds_everything_that_was_collected() -> None:
    register = read_packaged()
    counts = {
        name: register[name].height
        for name in (
            "instruments",
            "bodies",
            "commitments",
            "observations",
            "forecasts",
            "projects",
            "funds",
            "culture_days",
        )
    }
    assert counts == {
        "instruments": 67,
        "bodies": 70,
        "commitments": 79,
        "observations": 191,
        "forecasts": 61,
        "projects": 23,
        "funds": 25,
        "culture_days": 6,
    }
    # Three more than collected are filled by runs of the models only.
    assert (
        register["indicators"]
        .filter(~register["indicators"]["id"].str.starts_with("ind-model-"))
        .height
        == 46
    )


def test_every_row_of_the_packaged_register_has_a_source_and_a_confidence() -> None:
    for name, table in TABLES.items():
        if any(column.name == "source" for column in table.columns):
            frame = read_packaged()[name]
            assert frame["source"].null_count() == 0, name
            assert frame["confidence"].null_count() == 0, name


def test_no_person_is_named_as_the_office_that_said_it() -> None:
    offices = set(read_packaged()["forecasts"]["office"])
    assert all(
        any(
            word in office
            for word in (
                "President",
                "Minist",
                "Rail",
                "Telecom",
                "TITR",
                "KTZ",
                "GECO",
                "ACWA",
                "IEEE",
                "Signatories",
                "AZCON",
                "Samruk",
                "KMG",
                "AD Ports",
                "AIFC",
                "Consulate",
                "ENTSO-E",
                "KEGOC",
                "Report",
                "Shipyard",
            )
        )
        for office in offices
    )


def _copy(tmp_path: Path, **replaced: str) -> Path:
    folder = tmp_path / "register"
    folder.mkdir()
    for file in packaged_folder().glob("*.csv"):
        (folder / file.name).write_text(
            replaced.get(file.stem, file.read_text(encoding="utf-8")), encoding="utf-8"
        )
    (tmp_path / "sources.csv").write_bytes((packaged_folder().parent / "sources.csv").read_bytes())
    return folder


def test_a_copy_of_the_packaged_folder_reads_the_same(tmp_path: Path) -> None:
    found = read_register(_copy(tmp_path))
    assert all(found[name].equals(read_packaged()[name]) for name in TABLES)


def test_every_problem_of_a_folder_is_listed_with_its_line(tmp_path: Path) -> None:
    lines = (packaged_folder() / "observations.csv").read_text(encoding="utf-8").splitlines()
    lines[4] = lines[4].replace("ind-trade", "ind-trde", 1)
    lines[9] = lines[9].replace("2022-Q1", "2022-Q7", 1)
    with pytest.raises(InputError) as error:
        read_register(_copy(tmp_path, observations="\n".join(lines) + "\n"))
    assert [(problem.file, problem.row, problem.column) for problem in error.value.problems] == [
        ("observations.csv", 10, "period"),
        ("observations.csv", 5, "indicator"),
    ]


@pytest.mark.parametrize("number", ["1e400", "inf", "nan", "1e16", "12,5", "0x10"])
def test_an_absurd_number_is_refused(number: str) -> None:
    with pytest.raises(InputError):
        parse_rows(
            "observations",
            [
                {
                    "indicator": "ind",
                    "period": "2025",
                    "value": number,
                    "unit": "Mt",
                    "kind": "actual",
                    "compiler": "A",
                    **TAIL,
                }
            ],
        )


@pytest.mark.parametrize(
    "key", ["../../etc/passwd", "=1+1", "a\nb", "-x", "a;b", "<script>", "x" * 200]
)
def test_a_key_that_could_do_harm_elsewhere_is_refused(key: str, tmp_path: Path) -> None:
    folder = tmp_path / "register"
    folder.mkdir()

    def read_with_the_key() -> None:
        register = make({"id": key})
        for name in ("sources", "compilers", "indicators", "commitments"):
            register[name].write_csv(folder / f"{name}.csv")
        read_register(folder)

    with pytest.raises(InputError):
        read_with_the_key()


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        '=HYPERLINK("http://x","y")',
        "@SUM(A1)",
        " =1",
        "\t=1",
        "+cmd|' /C calc'!A0",
        "-2+3+cmd|' /C calc'!A0",
        "-SUM(A1)",
    ],
)
def test_a_text_that_a_spreadsheet_would_run_is_refused(text: str) -> None:
    register = make({"note": "x"})
    rows = register["commitments"].with_columns(note=pl.lit(text))
    (problem,) = check_tables(dict(register.tables) | {"commitments": rows}, {})
    assert problem.column == "note"
    assert "formula" in problem.message or "control" in problem.message


@pytest.mark.parametrize("text", ["-5 % in a year (2024)", "+994 12", "- first, second", "a = b"])
def test_a_text_that_begins_with_a_sign_is_taken(text: str) -> None:
    assert check_tables(make({"note": text}).tables, {}) == []


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"path": "compound", "baseline": "0"}, "path"),
        ({"kind": "recurring", "recurrence": ""}, "measure"),
        ({"kind": "recurring", "measure": "flow"}, "recurrence"),
        ({"baseline_on": ""}, "baseline_on"),
        ({"unit": ""}, "unit"),
        ({"due": "some day"}, "due"),
        ({"due": "2026-02-30"}, "due"),
        ({"recurrence": "FREQ=SECONDLY"}, "recurrence"),
        ({"owner": "nobody"}, "owner"),
        ({"title": "bell\x07"}, "title"),
        ({"title": "no character \ufffe"}, "title"),
        ({"recurrence": "FREQ=YEARLY;COUNT=1000000000"}, "recurrence"),
        ({"recurrence": "FREQ=YEARLY;COUNT=0"}, "recurrence"),
        ({"recurrence": "FREQ=YEARLY;COUNT=many"}, "recurrence"),
        ({"measure": "flow", "recurrence": "FREQ=WEEKLY"}, "recurrence"),
        ({"measure": "flow", "recurrence": "FREQ=MONTHLY;INTERVAL=3"}, "recurrence"),
    ],
)
def test_a_promise_that_makes_no_sense_is_refused(
    change: dict[str, str], column: str, tmp_path: Path
) -> None:
    register = make(change)
    folder = tmp_path / "register"
    folder.mkdir()
    for name in ("sources", "compilers", "indicators", "commitments"):
        register[name].write_csv(folder / f"{name}.csv")
    with pytest.raises(InputError) as error:
        read_register(folder)
    assert column in {problem.column for problem in error.value.problems}


@pytest.mark.parametrize(
    "name",
    ["../commitments.csv", "/commitments.csv", "a/../../commitments.csv", "..\\commitments.csv"],
)
def test_a_zip_whose_paths_climb_is_refused(name: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        archive.writestr(name, "id\n")
    with pytest.raises(InputError) as error:
        read_tables(tmp_path / "bad.zip")
    assert "leaves the archive" in str(error.value)


@pytest.mark.parametrize("ending", [".zip", ".xlsx"])
def test_a_packed_file_with_wrong_bytes_is_read_or_refused_with_a_clear_error(
    ending: str, tmp_path: Path
) -> None:
    whole = tmp_path / f"whole{ending}"
    if ending == ".zip":
        with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in packaged_folder().glob("*.csv"):
                archive.write(file, file.name)
    else:
        whole.write_bytes(write_workbook(read_packaged(), date(2026, 4, 30)))
    content = whole.read_bytes()
    chance = random.Random(2026)
    refused = 0
    for _ in range(40):
        broken = bytearray(content)
        for _ in range(4):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        (tmp_path / f"broken{ending}").write_bytes(bytes(broken))
        try:
            read_tables(tmp_path / f"broken{ending}")
        except InputError:
            refused += 1
    assert refused > 20


def test_a_table_that_is_packed_twice_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "twice.zip", "w") as archive:
        archive.writestr("compilers.csv", "code,name\nA,One\n")
        archive.writestr("more/compilers.csv", "code,name\nB,Two\n")
    with pytest.raises(InputError) as error:
        read_tables(tmp_path / "twice.zip")
    assert "there already" in str(error.value)


def test_an_encrypted_archive_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "locked.zip", "w") as archive:
        archive.writestr("compilers.csv", "code,name\nA,One\n")
    content = bytearray((tmp_path / "locked.zip").read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + place] |= 1  # the flag of encryption
    (tmp_path / "locked.zip").write_bytes(bytes(content))
    with pytest.raises(InputError, match="can't be unpacked"):
        read_tables(tmp_path / "locked.zip")


def test_a_workbook_that_unpacks_to_very_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "big.xlsx").write_bytes(write_workbook(read_packaged(), date(2026, 4, 30)))
    packed = (tmp_path / "big.xlsx").stat().st_size
    monkeypatch.setattr("transcaspian.register.read.MAX_FILE_BYTES", packed + 1)
    with pytest.raises(InputError, match="unpacks to more"):
        read_tables(tmp_path / "big.xlsx")


def test_a_file_that_is_none_of_the_tables_is_refused(tmp_path: Path) -> None:
    (tmp_path / "promises.csv").write_text("id\n")
    with pytest.raises(InputError, match="no table has this name"):
        read_tables(tmp_path / "promises.csv")
    (tmp_path / "commitments.exe").write_text("id\n")
    with pytest.raises(InputError, match="can't be read"):
        read_tables(tmp_path / "commitments.exe")
    with pytest.raises(NotFoundError):
        read_tables(tmp_path / "missing.csv")


def test_what_is_known_by_a_day_never_shrinks() -> None:

    register = read_packaged()
    counts = [
        register.known_by(date(year, 6, 30))["observations"].height for year in range(2016, 2028)
    ]
    assert counts == sorted(counts)
    assert counts[-1] == 191


def test_internal_rows_and_all_that_hangs_on_them_are_hidden() -> None:
    register = make(
        {"internal": "true"},
        evidence=[
            {
                "commitment": "com",
                "happened_on": "2025-01-01",
                "kind": "done",
                "what": "Secret",
                **TAIL,
                "source": "secret",
            }
        ],
        sources=[
            {"key": "secret", "title": "Cable", "publisher": "Embassy", "licence": "internal"}
        ],
    )
    shown = register.public()
    assert shown["commitments"].height == 0
    assert shown["evidence"].height == 0
    assert "secret" not in set(shown["sources"]["key"])
    assert PROMISE["title"] not in repr(shown.tables)


def test_dates_are_kept_in_edtf_however_they_were_said() -> None:
    frame = parse_rows(
        "commitments",
        [PROMISE | {"due": "by end of 2028", "promised_on": "Q1 2020", "known_on": "2020-02"}],
    )
    assert frame.select("due", "promised_on", "known_on").row(0) == (
        "../2028-12-31",
        "2020-33",
        "2020-02",
    )
