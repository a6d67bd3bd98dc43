"""Hundreds of damaged and rewritten PyPSA folders: each is refused by file, or solved right.

What is right comes from `small_networks`, which reads with pandas and solves with scipy.
"""

import csv
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.power.small_networks import FILES, least_cost, write_folder
from transcaspian.errors import InputError
from transcaspian.lp import Status
from transcaspian.power import read_pypsa, solve
from transcaspian.power.csv_rows import read_csv_rows

Changes = dict[str, str | bytes | None]
SEED = 20261130
FEWEST = 330  # variants in this file
NUMBERS = {
    "buses.csv": ("v_nom",),
    "snapshots.csv": ("objective", "stores", "generators"),
    "carriers.csv": ("co2_emissions",),
    "loads-p_set.csv": ("city", "mine"),
    "generators.csv": ("p_nom", "marginal_cost", "efficiency", "capital_cost", "p_max_pu"),
    "generators-p_max_pu.csv": ("wind",),
    "links.csv": ("p_nom", "efficiency", "p_min_pu", "marginal_cost"),
    "global_constraints.csv": ("constant",),
}
NO_NUMBERS = ("inf", "-inf", "nan", "1e400", "1_0", "50%", "=10*2", "#DIV/0!", "٣", "2030-01-01")
YES_OR_NO = ("yes", "no", "T", "WAHR", "Y", "on", "2", "tr\u0443e", "-1", "x")


def table(text: str) -> list[list[str]]:
    return [line.split(",") for line in text.splitlines()]


def joined(rows: list[list[str]]) -> str:
    return "".join(",".join(row) + "\n" for row in rows)


def with_cell(file: str, row: int, column: str, cell: str) -> Changes:
    rows = table(FILES[file])
    rows[row][rows[0].index(column)] = cell
    return {file: joined(rows)}


def is_clear(error: InputError) -> bool:
    return bool(error.problems) and all(p.file and p.message and p.cure for p in error.problems)


def answer(folder: Path) -> float | str:
    """Return the objective, 'infeasible', or 'refused' after looking at the error."""
    try:
        result = solve(read_pypsa(folder))
    except InputError as error:
        return "refused" if is_clear(error) else "refused without words"
    if result.status is Status.INFEASIBLE:
        return "infeasible"
    assert result.status is Status.OPTIMAL
    return result.objective


def expected(folder: Path) -> float | str:
    cost = least_cost(folder)
    return "infeasible" if cost is None else cost


def refused(folder: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        read_pypsa(folder)
    return caught.value


def bad_numbers() -> Iterator[tuple[str, str, str, Changes]]:
    """Give file, column, cell and changes with one cell that is no number to count with."""
    for file, columns in NUMBERS.items():
        for column in columns:
            for cell in NO_NUMBERS:
                if (column, cell) not in (("p_nom", "inf"),):
                    yield file, column, cell, with_cell(file, 1, column, cell)


def bad_words() -> Iterator[tuple[str, str, Changes]]:
    for word in YES_OR_NO:
        for column in ("p_nom_extendable", "active"):
            yield "generators.csv", column, with_cell("generators.csv", 2, column, word)
    for word in ("=<", "=>", "le", "<>", "!=", "≤", "less"):
        yield "global_constraints.csv", "sense", with_cell("global_constraints.csv", 1, "sense", word)  # fmt: skip
    for word in ("CO2_emissions", "co2", "gas", "name"):
        changes = with_cell("global_constraints.csv", 1, "carrier_attribute", word)
        yield "global_constraints.csv", "carrier_attribute", changes
    for word in ("primary energy", "Primary_energy", "cap"):
        yield "global_constraints.csv", "type", with_cell("global_constraints.csv", 1, "type", word)
    for file, column in (("links.csv", "bus0"), ("links.csv", "bus1"), ("loads.csv", "bus"), ("generators.csv", "bus")):  # fmt: skip
        for word in ("", "North", " north", "nowhere"):
            yield file, column, with_cell(file, 1, column, word)


def same_meaning() -> Iterator[tuple[str, Changes]]:
    """Give ways to write the same network."""
    for name, text in FILES.items():
        yield f"mark {name}", {name: b"\xef\xbb\xbf" + text.encode()}
        yield f"utf-16 {name}", {name: text.encode("utf-16")}
        yield f"crlf {name}", {name: text.replace("\n", "\r\n")}
        yield f"blank lines {name}", {name: text.replace("\n", "\n\n") + "\n,,\n"}
        yield f"commas at the end {name}", {name: text.replace("\n", ",,\n")}
        yield f"no last end of line {name}", {name: text.rstrip("\n")}
        quoted = joined([[f'"{cell}"' for cell in row] for row in table(text)])
        yield f"quotes {name}", {name: quoted}
    for word in ("1", "1.0", "true", "TRUE", " True ", "True"):
        yield f"yes as {word!r}", with_cell("generators.csv", 2, "p_nom_extendable", word)
    for word in ("0", "0.0", "false", "FALSE", " False", "", "NA"):
        yield f"no as {word!r}", with_cell("generators.csv", 1, "p_nom_extendable", word)
    for word in ("<=", "<", " <= "):
        yield f"sense {word!r}", with_cell("global_constraints.csv", 1, "sense", word)
    for word in ("9e1", "90.0", " 90", "+90", "090"):
        yield f"number {word!r}", with_cell("generators.csv", 1, "p_nom", word)
    for name in ("costs-2030.csv", "readme-notes.csv", "notes.csv"):
        yield f"stray {name}", {name: 'who,what\nme,"any; thing"\n'}
    outlines = 'name,geometry\nland,"POLYGON ((' + "1.5 2.5, " * 30_000 + '1 1))"\n'
    yield "outlines of countries", {"shapes.csv": outlines}
    yield "a long note", {"buses.csv": FILES["buses.csv"].replace("AC\nsouth", "AC\nsouth").replace("carrier", "carrier,note").replace(",AC\n", f",AC,{'x' * 200_000}\n")}  # fmt: skip
    yield "results that stand by", {"loads-p.csv": "snapshot,city\nmorning,lots\n"}


def damage(seed: int) -> Iterator[tuple[str, Changes]]:
    """Give files cut off, with a byte put in, taken out or changed, a row or a file twice or lost."""
    rng = np.random.default_rng(seed)
    names = sorted(FILES)
    for k in range(70):
        name = names[k % len(names)]
        content = FILES[name].encode()
        yield f"cut {name}", {name: content[: int(rng.integers(1, len(content)))]}
    for k in range(90):
        name = names[k % len(names)]
        content = bytearray(FILES[name].encode())
        at, byte = int(rng.integers(len(content))), int(rng.choice([*b',;\n"0-9.eXz\x00', 0xE4]))
        kind = k // len(names) % 3
        content[at : at + (kind != 0)] = bytes([byte]) * (kind != 2)
        yield f"{('put in', 'change', 'take out')[kind]} {name}", {name: bytes(content)}
    for name in names:
        yield f"without {name}", {name: None}
        yield f"empty {name}", {name: ""}
        rows = table(FILES[name])
        yield f"header of {name}", {name: joined(rows[:1])}
        yield f"last row of {name} twice", {name: joined([*rows, rows[-1]])}


def test_every_cell_that_is_no_number_is_named_with_file_row_and_column(tmp_path):
    for k, (file, column, cell, changes) in enumerate(bad_numbers()):
        error = refused(write_folder(tmp_path / str(k), changes))
        places = [(p.file, p.row, p.column) for p in error.problems]
        assert (file, 2, column) in places, (file, column, cell, str(error))


def test_every_word_that_is_not_known_is_named_with_file_row_and_column(tmp_path):
    for k, (file, column, changes) in enumerate(bad_words()):
        error = refused(write_folder(tmp_path / str(k), changes))
        assert any((p.file, p.column) == (file, column) and p.row > 1 for p in error.problems), str(
            error
        )


def test_ways_to_write_the_same_network_cost_the_same(tmp_path):
    cost = least_cost(write_folder(tmp_path / "plain"))
    for k, (what, changes) in enumerate(same_meaning()):
        found = answer(write_folder(tmp_path / str(k), changes))
        assert found == pytest.approx(cost, rel=1e-9), what


@pytest.mark.parametrize("sign", [";", "\t", "|"])
def test_files_with_other_signs_between_cells_are_named(tmp_path, sign):
    for k, (name, text) in enumerate(FILES.items()):
        error = refused(write_folder(tmp_path / str(k), {name: text.replace(",", sign)}))
        assert [(p.file, p.row) for p in error.problems] == [(name, 1)]
        assert "columns are parted by" in error.problems[0].message


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16-le", "utf-32"])
def test_files_of_other_encodings_are_named(tmp_path, encoding):
    for k, (name, text) in enumerate(FILES.items()):
        content = text.replace("north", "Süd").replace("night", "nächtens").replace("gas", "Öl")
        content = content.replace("air", "Rückhalt").encode(encoding)
        error = refused(write_folder(tmp_path / str(k), {name: content}))
        assert error.problems[0].file == name
        assert re.search("UTF-8|plain text|UTF-16", str(error))


def test_damaged_files_are_refused_or_solved_as_they_now_read(tmp_path):
    verdicts: dict[str, int] = {"refused": 0, "solved": 0}
    for k, (what, changes) in enumerate(damage(SEED)):
        folder = write_folder(tmp_path / str(k), changes)
        found = answer(folder)
        if found == "refused":
            verdicts["refused"] += 1
            continue
        right = expected(folder)
        verdicts["solved"] += 1
        if isinstance(right, float):
            assert found == pytest.approx(right, rel=1e-7, abs=1e-6), (what, changes)
        else:
            assert found == right, (what, changes)
    assert verdicts["refused"] > 100, verdicts
    assert verdicts["solved"] > 20, verdicts


def test_duplicates_are_named_with_both_rows(tmp_path):
    for k, name in enumerate(("buses", "generators", "links", "loads", "carriers")):
        rows = table(FILES[f"{name}.csv"])
        changes: Changes = {f"{name}.csv": joined([*rows, rows[1]])}
        error = refused(write_folder(tmp_path / name, changes))
        assert any("is given before, in row 2" in p.message for p in error.problems)
        header = joined([[*rows[0], rows[0][-1]], *([*row, row[-1]] for row in rows[1:])])
        error = refused(write_folder(tmp_path / f"{name}{k}", {f"{name}.csv": header}))
        assert "the heading is given more than once" in str(error)


def spaced(heading: str) -> str:
    return heading.replace("_", " ")


@pytest.mark.parametrize("change", [str.upper, str.title, spaced])
def test_headings_that_nearly_name_an_attribute_are_refused(tmp_path, change: Callable[[str], str]):
    for k, column in enumerate(("marginal_cost", "p_nom", "p_nom_extendable", "efficiency")):
        text = FILES["generators.csv"].replace(f",{column},", f",{change(column)},", 1)
        if change(column) != column:
            error = refused(write_folder(tmp_path / str(k), {"generators.csv": text}))
            assert f"{column!r} is the nearest" in str(error)


def test_there_are_hundreds_of_variants():
    count = sum(1 for part in (bad_numbers(), bad_words(), same_meaning(), damage(SEED)) for _ in part)  # fmt: skip
    count += 7 * len(FILES)  # signs between cells and encodings
    assert count >= FEWEST, count
    print(f"{count} variants of PyPSA folders")  # noqa: T201


def test_reading_a_network_leaves_the_longest_cell_of_other_readers_alone(tmp_path: Path) -> None:
    before = csv.field_size_limit()
    file = tmp_path / "buses.csv"
    file.write_text(f'name,note\na,"{"x" * 200_000}"\n', encoding="utf-8")

    rows = read_csv_rows(file)

    assert len(rows.rows[0][1]) == 200_000
    assert csv.field_size_limit() == before
