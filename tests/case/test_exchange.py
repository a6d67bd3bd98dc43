"""A case goes out to one file and comes in again, whole or not at all."""

import csv
import io
import json
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import fastexcel
import polars as pl
import pytest

from transcaspian.case import exchange
from transcaspian.case.read import read_case
from transcaspian.cli.main import main
from transcaspian.errors import InputError, NotFoundError, Problem


def export_case(source: Path, target: Path) -> Path:
    return exchange.export_case(source, target, read_case)


def import_case(source: Path, folder: Path) -> Path:
    return exchange.import_case(source, folder, read_case)


def cells(folder: Path) -> dict[str, list[list[str]]]:
    return {
        file.relative_to(folder).as_posix(): list(
            csv.reader(io.StringIO(file.read_bytes().decode("utf-8"), newline=""))
        )
        for file in sorted(folder.rglob("*.csv"))
    }


def problems_of(action: Callable[[], object]) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        action()
    return caught.value.problems


def make_zip(file: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file


@pytest.mark.parametrize("ending", [".zip", ".xlsx"])
def test_what_goes_out_comes_in_without_loss(case_folder: Path, ending: str) -> None:
    target = case_folder.parent / f"case{ending}"
    back = case_folder.parent / "back"

    export_case(case_folder, target)
    import_case(target, back)

    assert cells(back) == cells(case_folder)
    assert (back / "case.yaml").read_bytes() == (case_folder / "case.yaml").read_bytes()
    series = "power/profiles.parquet"
    assert pl.read_parquet(back / series).equals(pl.read_parquet(case_folder / series))
    assert sorted(path.name for path in case_folder.parent.iterdir()) == sorted(
        ["back", target.name, case_folder.name]
    )


def test_a_zip_of_the_same_case_has_the_same_bytes(case_folder: Path) -> None:
    first = export_case(case_folder, case_folder.parent / "1.zip")
    (case_folder / "case.yaml").touch()
    second = export_case(case_folder, case_folder.parent / "2.zip")

    assert first.read_bytes() == second.read_bytes()


def test_a_zipped_folder_is_found_below_its_name(case_folder: Path) -> None:
    members = {
        f"two-shores/{file.relative_to(case_folder).as_posix()}": file.read_bytes()
        for file in case_folder.rglob("*")
        if file.is_file()
    }
    source = make_zip(case_folder.parent / "x.zip", members | {"__MACOSX/._case.yaml": b""})

    back = import_case(source, case_folder.parent / "back")

    assert cells(back) == cells(case_folder)


def test_a_folder_comes_in_as_a_copy(case_folder: Path) -> None:
    back = import_case(case_folder, case_folder.parent / "back")

    assert cells(back) == cells(case_folder)


@pytest.mark.parametrize("name", ["../case.yaml", "/case.yaml", "a/../../x.csv", "C:/x.csv"])
def test_members_that_lead_out_of_the_folder_are_refused(tmp_path: Path, name: str) -> None:
    source = make_zip(tmp_path / "x.zip", {name: b"x"})

    (problem,) = problems_of(lambda: import_case(source, tmp_path / "deep" / "case"))

    assert problem.message == "The path leads out of the folder."
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["x.zip"]


def test_links_in_a_zip_are_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("case.yaml")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")

    (problem,) = problems_of(lambda: import_case(tmp_path / "x.zip", tmp_path / "case"))

    assert problem.message == "The member is a link."


def test_a_zip_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "LARGEST_CASE", 10)
    source = make_zip(tmp_path / "x.zip", {"case.yaml": b"x" * 11})

    (problem,) = problems_of(lambda: import_case(source, tmp_path / "case"))

    assert "larger than 10 bytes" in problem.message


def test_a_file_that_is_no_zip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"PK but no more")

    with pytest.raises(InputError, match="can't be unpacked"):
        import_case(tmp_path / "x.zip", tmp_path / "case")


def test_a_full_target_is_left_alone(case_folder: Path) -> None:
    with pytest.raises(InputError, match="exists already"):
        import_case(case_folder, case_folder.parent)


def test_a_missing_source_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="nowhere"):
        import_case(tmp_path / "nowhere.zip", tmp_path / "case")


def test_an_unknown_ending_lists_the_known_ones(case_folder: Path) -> None:
    with pytest.raises(InputError, match=r"\.zip nor in \.xlsx"):
        export_case(case_folder, case_folder.parent / "case.ods")


def test_an_existing_file_is_not_overwritten(case_folder: Path) -> None:
    target = case_folder.parent / "case.zip"
    target.write_bytes(b"mine")

    with pytest.raises(InputError, match="exists already"):
        export_case(case_folder, target)

    assert target.read_bytes() == b"mine"


def test_a_case_with_problems_does_not_come_in_and_leaves_nothing(case_folder: Path) -> None:
    file = case_folder / "power" / "buses.csv"
    file.write_text(file.read_text("utf-8").replace("zone", "zonne", 1), "utf-8")

    (problem, *_) = problems_of(lambda: import_case(case_folder, case_folder.parent / "back"))

    assert (problem.file, problem.row, problem.column) == ("power/buses.csv", 2, "kind")
    assert [path.name for path in case_folder.parent.iterdir()] == [case_folder.name]


def test_problems_of_a_workbook_are_named_by_sheet_and_its_row(case_folder: Path) -> None:
    file = case_folder / "power" / "buses.csv"
    lines = file.read_text("utf-8").splitlines()
    lines[1] += '"a remark' + "\n" + 'on two lines"'  # so that line and row differ
    lines[2] = lines[2].replace("zone", "zonne")
    file.write_text("\n".join(lines) + "\n", "utf-8")
    target = exchange.export_case(
        case_folder, case_folder.parent / "case.xlsx", lambda _: "unchecked"
    )

    (problem, *_) = problems_of(lambda: import_case(target, case_folder.parent / "back"))

    assert (problem.file, problem.row, problem.column) == ("sheet 'power.buses'", 4, "kind")


def test_the_first_sheet_lists_the_others(case_folder: Path) -> None:
    target = export_case(case_folder, case_folder.parent / "case.xlsx")

    book = fastexcel.read_excel(target)

    listed = book.load_sheet("tables").to_polars()["sheet"].to_list()
    assert ["tables", *listed] == book.sheet_names


def test_the_commands_say_where_the_case_went(
    case_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target, back = case_folder.parent / "case.zip", case_folder.parent / "back"
    said = []

    for words in (["export", str(case_folder), str(target)], ["import", str(target), str(back)]):
        with pytest.raises(SystemExit) as caught:
            main([*words, "--json"])
        said.append((caught.value.code, json.loads(capsys.readouterr().out)))

    assert said == [(0, {"path": str(target)}), (0, {"path": str(back)})]
