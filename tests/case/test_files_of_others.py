"""Files that others made or damaged: read right, or refused in one error that says where."""

import os
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from transcaspian.case import exchange, files
from transcaspian.case.copy import copy_case
from transcaspian.case.read import read_case
from transcaspian.errors import InputError, Problem

DEFLATE, LZMA, BZIP2 = zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2


def refusal(action: Callable[[], object]) -> InputError:
    with pytest.raises(InputError) as caught:
        action()
    return caught.value


def problems_of(folder: Path) -> list[Problem]:
    return list(refusal(lambda: read_case(folder)).problems)


def import_case(source: Path) -> Path:
    return exchange.import_case(source, source.parent / "imported", read_case)


def zipped(case: Path, packing: int = DEFLATE, extra: dict[str, bytes] | None = None) -> Path:
    target = case.parent / "case.zip"
    with zipfile.ZipFile(target, "w", packing) as archive:
        for file in sorted(case.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(case).as_posix())
        for name, content in (extra or {}).items():
            archive.writestr(name, content)
    return target


def damage(source: Path, member: str) -> None:
    """Overwrite the packed bytes of one member, its entry in the list left as it is."""
    with zipfile.ZipFile(source) as archive:
        info = archive.getinfo(member)
    content = bytearray(source.read_bytes())
    name, more = struct.unpack_from("<HH", content, info.header_offset + 26)
    start = info.header_offset + 30 + name + more
    # LZMA starts with nine bytes of properties; without them it would be another fault.
    content[start + 9 : start + info.compress_size] = b"\xff" * (info.compress_size - 9)
    source.write_bytes(content)


@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, DEFLATE, LZMA, BZIP2])
def test_a_damaged_member_is_said_to_be_damaged(case_folder: Path, packing: int) -> None:
    source = zipped(case_folder, packing)
    damage(source, "sources.csv")

    error = refusal(lambda: import_case(source))

    assert error.message.startswith("'case.zip' can't be unpacked: ")
    assert not list(case_folder.parent.glob(".import*"))


@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, DEFLATE, LZMA, BZIP2])
def test_every_way_of_packing_comes_in(case_folder: Path, packing: int) -> None:
    assert read_case(import_case(zipped(case_folder, packing))).name == "two-shores"


def test_a_name_that_is_not_utf8_is_said_to_be_none(case_folder: Path) -> None:
    source = zipped(case_folder, extra={"power/ée.csv": b"x"})
    source.write_bytes(source.read_bytes().replace("ée".encode(), b"\xffee"))

    assert "name is not UTF-8" in refusal(lambda: import_case(source)).message


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (".", "no name"),
        ("./.", "no name"),
        ("power", "a folder as well"),
        ("Sources.CSV", "stands there twice"),
        ("power/../../x.csv", "leads out"),
        ("power/a\nb.csv", "no file can be called"),
        (f"power/{'x' * 300}.csv", "too long"),
    ],
)
def test_a_member_with_a_strange_name_is_named(case_folder: Path, name: str, words: str) -> None:
    error = refusal(lambda: import_case(zipped(case_folder, extra={name: b"x"})))

    assert any(words in problem.message for problem in error.problems), error


def test_a_small_zip_that_grows_to_much_is_refused_before_it_does(case_folder: Path) -> None:
    source = zipped(case_folder, extra={"notes.csv": bytes(40_000_000)})

    (problem,) = refusal(lambda: import_case(source)).problems

    assert "times as large as the zip" in problem.message


def test_a_zip_of_too_many_members_is_refused(case_folder: Path) -> None:
    source = zipped(case_folder, extra={f"x/{number}.csv": b"" for number in range(2_001)})

    assert "up to 2000 are taken" in refusal(lambda: import_case(source)).message


def test_links_that_lead_in_circles_are_named_and_not_followed(case_folder: Path) -> None:
    (case_folder / "a").symlink_to(".")
    (case_folder / "b").symlink_to(".")

    found = refusal(lambda: import_case(case_folder)).problems

    assert [(problem.file, problem.message) for problem in found] == [
        ("a", "It is a link."),
        ("b", "It is a link."),
    ]


def test_dangling_links_and_pipes_are_named(case_folder: Path) -> None:
    (case_folder / "gone.csv").symlink_to("nowhere")
    os.mkfifo(case_folder / "power" / "pipe.csv")

    found = refusal(lambda: import_case(case_folder)).problems

    assert [problem.file for problem in found] == ["gone.csv", "power/pipe.csv"]


@pytest.mark.parametrize("ending", [".zip", ".xlsx"])
@pytest.mark.parametrize("name", ["secret.txt", "power/secret.csv", "deep"])
def test_nothing_behind_a_link_is_packed(case_folder: Path, ending: str, name: str) -> None:
    outside = case_folder.parent / "outside"
    outside.mkdir()
    (outside / "secret").write_text("password", "utf-8")
    (case_folder / name).symlink_to(outside if name == "deep" else outside / "secret")
    target = case_folder.parent / f"case{ending}"

    error = refusal(lambda: exchange.export_case(case_folder, target, lambda _: None))

    assert name in str(error)
    assert "It is a link." in str(error)
    assert not target.exists()


def test_a_folder_too_large_for_a_case_is_not_copied(
    case_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LARGEST_CASE", 1_000)

    with pytest.raises(InputError, match="too large for a case"):
        copy_case(case_folder, case_folder.parent / "copy")


BOMB = "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}' if level else 'x'] * 9)}]\n"
    for level in range(9)
)


@pytest.mark.parametrize(
    ("old", "new", "row", "words"),
    [
        ("base_year: 2025", f"base_year: 2025\n{BOMB}", 7, "anchor"),
        ("[2025, 2030]", "&x [2025, 2030]", 7, "anchor"),
        ("base_year: 2025", "base_year: *nothing", 6, "alias"),
        ("price_year: 2024", "price_year: !!bool maybe", 5, "The tag"),
        ("price_year: 2024", "price_year: !!int ''", 5, "The tag"),
        ("price_year: 2024", "price_year: !!python/object:os.system x", 5, "The tag"),
        ("title: Two shores", "title: " + "[" * 5_000, 3, "more than 4 deep"),
        ("title: Two shores", "title: " + "{a: " * 5_000, 3, "more than 4 deep"),
        ("price_year: 2024", "price_year: yes", 5, "true or false"),
        ("price_year: 2024", "price_year: 33:44", 5, "no plain whole number"),
        ("price_year: 2024", "price_year: 0x7E8", 5, "no plain whole number"),
        ("price_year: 2024", "price_year: 2_024", 5, "no plain whole number"),
        ("price_year: 2024", "price_year: .inf", 5, "no plain number"),
        ("price_year: 2024", f"price_year: {'9' * 6_000}", 5, "no plain whole number"),
        ("price_year: 2024", "? [a, b]\n: 5", 5, "name of a setting is a word"),
        ("price_year: 2024", "<<: {price_year: 2024}", 5, "name of a setting is a word"),
        ("title: Two shores", f"title: [{'x' * 5_000}]", 3, "…"),
        ("title: Two shores", f"title: {'x' * 100_000}", 0, "more than 100000 characters"),
    ],
)
def test_settings_say_plain_values_and_nothing_else(
    case_folder: Path, old: str, new: str, row: int, words: str
) -> None:
    file = case_folder / "case.yaml"
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")

    found = problems_of(case_folder)

    assert {problem.file for problem in found} == {"case.yaml"}
    assert any(problem.row == row and words in problem.message for problem in found), found
    assert max(len(str(problem)) for problem in found) < 1_000


def test_settings_in_two_documents_are_refused(case_folder: Path) -> None:
    file = case_folder / "case.yaml"
    file.write_text(f"{file.read_text('utf-8')}---\nname: other\n", "utf-8")

    (problem,) = problems_of(case_folder)

    assert problem.message == "The file is not valid YAML."


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace(",", ";"), "separated by semicolons"),
        (lambda text: text.replace(",", "\t"), "separated by tabs"),
        (lambda text: text.replace(",", "|"), "separated by bars"),
        (lambda text: '"' + text.replace(",", '";"').replace("\n", '"\n"'), "by semicolons"),
        (lambda text: f"sep=;\n{text}", "not the header"),
        (lambda text: text.replace("East", "É" + "ast").encode("latin-1"), "byte 0xC9"),
        (lambda text: text.encode("utf-16"), "is UTF-16"),
        (lambda text: text.encode("utf-32"), "is UTF-32"),
        (lambda text: text.encode("utf-16-le"), "zero byte"),
        (lambda text: text.replace("East", "Ea\0st"), "zero byte"),
        (lambda text: text.replace("East", f'"{"x" * 140_000}"'), "larger than field limit"),
        (lambda text: text.replace("East", f'"{"x" * 140_000}'), "can't be read"),
        (lambda text: text.replace("EA,", "E\u200bA,"), "can't be seen"),
        (lambda text: "," * 100_000 + "\n" + text, "100001 columns"),
        (lambda _: "", "empty"),
        (lambda _: "\n\n \n", "empty"),
    ],
)
def test_a_table_as_other_programs_save_it_is_said_to_be_that(
    case_folder: Path, change: Callable[[str], str | bytes], words: str
) -> None:
    file = case_folder / "economy" / "countries.csv"
    changed = change(file.read_text("utf-8"))
    file.write_bytes(changed if isinstance(changed, bytes) else changed.encode())

    found = problems_of(case_folder)

    assert any(
        problem.file == "economy/countries.csv" and words in problem.message for problem in found
    ), found


def test_rows_of_commas_alone_are_passed_over(case_folder: Path) -> None:
    before = read_case(case_folder).tables["economy/countries"]
    file = case_folder / "economy" / "countries.csv"
    lines = file.read_text("utf-8").splitlines()
    commas = "," * lines[0].count(",")
    file.write_text("\n".join([lines[0], commas, *lines[1:], commas, ""]), "utf-8")

    assert read_case(case_folder).tables["economy/countries"].equals(before)


@pytest.mark.parametrize("place", [4, -400, -40, -9])
def test_damaged_series_are_no_valid_parquet(case_folder: Path, place: int) -> None:
    file = case_folder / "power" / "profiles.parquet"
    content = bytearray(file.read_bytes())
    content[place : place + 8] = b"\xff" * 8
    file.write_bytes(content[: len(file.read_bytes())])

    found = problems_of(case_folder)

    assert {problem.file for problem in found} == {"power/profiles.parquet"}


def test_series_of_a_billion_hours_are_not_unpacked(case_folder: Path) -> None:
    file = case_folder / "power" / "profiles.parquet"
    pl.LazyFrame({"a": [0.5]}).select(pl.col("a").repeat_by(50_000_000).explode()).sink_parquet(
        file
    )

    (problem, *_) = problems_of(case_folder)

    assert "50000000 hours" in problem.message


@pytest.mark.parametrize("value", ["NaN", "nan", "inf", "-Infinity", "1e400", "1e16", "NULL"])
@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("power/link_years", "p_nom_mw"),
        ("freight/link_lengths", "distance_km"),
        ("projects/projects", "capex_musd"),
        ("projects/changes", "value"),
        ("economy/parameters", "value"),
    ],
)
def test_no_number_is_endless_or_none(
    case_folder: Path, table: str, column: str, value: str
) -> None:
    file = case_folder / f"{table}.csv"
    lines = file.read_text("utf-8").splitlines()
    place = lines[0].split(",").index(column)
    cells = lines[1].split(",")
    cells[place] = value
    file.write_text("\n".join([lines[0], ",".join(cells), *lines[2:], ""]), "utf-8")

    found = problems_of(case_folder)

    assert [(p.file, p.row, p.column) for p in found] == [(f"{table}.csv", 2, column)]


@pytest.mark.parametrize("word", ["yes", "T", "True", "true ", "WAHR", "1", "on", "vrai"])
def test_a_word_for_true_that_is_not_true_is_refused(case_folder: Path, word: str) -> None:
    file = case_folder / "projects" / "projects.csv"
    file.write_text(file.read_text("utf-8").replace(",true,", f",{word},", 1), "utf-8")

    found = problems_of(case_folder)

    assert {(p.row, p.column) for p in found} == {(2, "is_active")}


def test_wrong_cells_do_not_hide_what_is_wrong_between_tables(case_folder: Path) -> None:
    links = case_folder / "freight" / "links.csv"
    text = links.read_text("utf-8").splitlines()
    header = text[0].split(",")
    cells = text[1].split(",")
    cells[header.index("time_h")] = "-5"
    cells[header.index("node1")] = "Atlantis"
    links.write_text("\n".join([text[0], ",".join(cells), *text[2:], ""]), "utf-8")
    shares = case_folder / "projects" / "shares.csv"
    shares.write_text(shares.read_text("utf-8").replace(",0.5,", ",0.4,", 1), "utf-8")

    places = {(p.file, p.column) for p in problems_of(case_folder)}

    assert places == {
        ("freight/links.csv", "time_h"),
        ("freight/links.csv", "node1"),
        ("projects/shares.csv", "share"),
    }


def test_wrong_settings_do_not_hide_wrong_tables(case_folder: Path) -> None:
    settings = case_folder / "case.yaml"
    settings.write_text(settings.read_text("utf-8").replace("USD", "EUR"), "utf-8")
    clusters = case_folder / "projects" / "clusters.csv"
    clusters.write_text(clusters.read_text("utf-8").replace("FERRY", "SUBMARINE"), "utf-8")

    files = {problem.file for problem in problems_of(case_folder)}

    assert files == {"case.yaml", "projects/clusters.csv"}


def test_a_hundred_thousand_wrong_cells_are_counted_and_not_all_listed(case_folder: Path) -> None:
    file = case_folder / "economy" / "countries.csv"
    header, first, *_ = file.read_text("utf-8").splitlines()
    cells = first.split(",")
    cells[header.split(",").index("is_corridor")] = "maybe"
    rows = (",".join([f"C{number}", *cells[1:]]) for number in range(100_000))
    file.write_text("\n".join([header, *rows, ""]), "utf-8")

    found = [p for p in problems_of(case_folder) if p.column == "is_corridor"]

    assert len(found) == 2_001
    assert found[-1].message == "98000 more cells are wrong in the same way."
