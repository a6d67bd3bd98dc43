"""Two hundred random corruptions: each is named where it is, or leaves a case that can be read.

The corruptions come from a seed, so that a failure comes again. One folder serves them all: a
corruption changes one file, which is put back afterwards.
"""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tests.small_case import small_tables, write_small_case
from transcaspian.case.columns import Column
from transcaspian.case.read import read_case
from transcaspian.case.registry import TABLES
from transcaspian.case.tables import Case
from transcaspian.errors import InputError, Problem

COUNT = 200
SEED = 20_260
PROFILES = "power/profiles.parquet"
Cells = list[list[str]]


@dataclass(frozen=True)
class Corruption:
    """One file with other content, and what must be said of it.

    `must_fail` says that the case can't be read any more; `row` and `column` are None where the
    corruption has no single place.
    """

    what: str
    file: str
    content: bytes | None  # None: the file is gone
    must_fail: bool
    row: int | None = None
    column: str | None = None
    is_same: bool = False  # the tables must be equal to the original's


class Generator:
    """Draws corruptions of the small case."""

    def __init__(self, folder: Path) -> None:
        self.random = np.random.default_rng(SEED)
        self.folder = folder
        self.kinds: list[Callable[[], Corruption]] = [
            self.bad_cell,
            self.bad_cell,
            self.unknown_name,
            self.emptied_cell,
            self.deleted_row,
            self.repeated_row,
            self.cut_row,
            self.lengthened_row,
            self.renamed_column,
            self.deleted_column,
            self.doubled_column,
            self.deleted_file,
            self.cut_file,
            self.binary_file,
            self.other_encoding,
            self.other_line_ends,
            self.times_thousand,
            self.contradictory_change,
            self.wrong_setting,
            self.cut_profiles,
        ]

    def draw(self, number: int) -> Corruption:
        return self.kinds[number % len(self.kinds)]()

    def table(self) -> tuple[str, Cells]:
        name = self.one(sorted(small_tables()))
        text = (self.folder / f"{name}.csv").read_text("utf-8")
        return name, list(csv.reader(io.StringIO(text)))

    def one(self, choices: list[str]) -> str:
        return str(choices[int(self.random.integers(len(choices)))])

    def line(self, cells: Cells) -> int:
        """Return the line of one row; the header is line 1."""
        return int(self.random.integers(2, len(cells) + 1))

    def place(self, fits: Callable[[Column], bool]) -> tuple[str, Cells, int, Column]:
        """Return a table, its cells, and line and column of a cell whose column fits."""
        while True:
            name, cells = self.table()
            columns = [
                column
                for column in TABLES[name].all_columns()
                if fits(column) and column.name in cells[0]
            ]
            if columns:
                column = columns[int(self.random.integers(len(columns)))]
                return name, cells, self.line(cells), column

    def bad_cell(self) -> Corruption:
        name, cells, line, column = self.place(lambda column: column.kind in ("float", "int"))
        words = ["many", "nan", "inf", "-inf", "1e300", "0,5", "1 000", " 5", "5 ", "#REF!", "٣"]
        value = self.one(words)
        set_cell(cells, line, column.name, value)
        return Corruption(f"{value!r}", *written(name, cells), True, line, column.name)

    def unknown_name(self) -> Corruption:
        name, cells, line, column = self.place(
            lambda column: bool(column.references or column.choices)
        )
        set_cell(cells, line, column.name, "Atlantis")
        return Corruption("unknown name", *written(name, cells), True, line, column.name)

    def emptied_cell(self) -> Corruption:
        name, cells, line, column = self.place(
            lambda column: column.required and column.default is None
        )
        set_cell(cells, line, column.name, "")
        return Corruption("empty cell", *written(name, cells), True, line, column.name)

    def deleted_row(self) -> Corruption:
        name, cells = self.table()
        del cells[self.line(cells) - 1]
        return Corruption("deleted row", *written(name, cells), must_fail=False)

    def repeated_row(self) -> Corruption:
        name, cells = self.table()
        cells.append(cells[self.line(cells) - 1])
        key = TABLES[name].key[0]
        return Corruption("repeated row", *written(name, cells), True, len(cells), key)

    def cut_row(self) -> Corruption:
        name, cells = self.table()
        line = self.line(cells)
        cells[line - 1] = cells[line - 1][:-1]
        return Corruption("cut row", *written(name, cells), True, line, "")

    def lengthened_row(self) -> Corruption:
        name, cells = self.table()
        line = self.line(cells)
        cells[line - 1] = [*cells[line - 1], "more"]
        return Corruption("long row", *written(name, cells), True, line, "")

    def renamed_column(self) -> Corruption:
        name, cells = self.table()
        column = self.one(cells[0])
        cells[0][cells[0].index(column)] = f"{column}_x"
        return Corruption("renamed column", *written(name, cells), True, 1, f"{column}_x")

    def deleted_column(self) -> Corruption:
        name, cells, _, column = self.place(
            lambda column: column.required and column.default is None
        )
        place = cells[0].index(column.name)
        cells = [row[:place] + row[place + 1 :] for row in cells]
        return Corruption("deleted column", *written(name, cells), True, 1, column.name)

    def doubled_column(self) -> Corruption:
        name, cells = self.table()
        place = int(self.random.integers(len(cells[0])))
        column = cells[0][place]
        cells = [[*row, row[place]] for row in cells]
        return Corruption("doubled column", *written(name, cells), True, 1, column)

    def deleted_file(self) -> Corruption:
        needed = [name for name in sorted(small_tables()) if not TABLES[name].optional]
        return Corruption("deleted file", f"{self.one(needed)}.csv", None, True, 0, "")

    def cut_file(self) -> Corruption:
        """Cut the file in the middle of a row: what is left of that row is too short."""
        name, cells = self.table()
        file, content = written(name, cells)
        ends = [place for place, byte in enumerate(content) if byte == ord("\n")]
        line = self.line(cells)
        start = ends[line - 2] + 1
        return Corruption("cut file", file, content[: start + 1], True, line, "")

    def binary_file(self) -> Corruption:
        name, _ = self.table()
        noise = b"\x89PNG\r\n\x1a\n\x00" + self.random.bytes(200)
        return Corruption("binary", f"{name}.csv", noise, must_fail=True)

    def other_encoding(self) -> Corruption:
        name, cells = self.table()
        file, content = written(name, cells)
        encoding = self.one(["utf-16", "utf-16-le", "utf-32", "utf-8-sig"])
        is_same = encoding == "utf-8-sig"
        other = content.decode("utf-8").encode(encoding)
        return Corruption(encoding, file, other, not is_same, is_same=is_same)

    def other_line_ends(self) -> Corruption:
        name, cells = self.table()
        file, content = written(name, cells)
        end = self.one(["\r\n", "\r", "\n\n"]).encode()
        return Corruption(f"{end!r}", file, content.replace(b"\n", end), False, is_same=True)

    def times_thousand(self) -> Corruption:
        """Give a cell in a unit a thousand times smaller, where its range can tell."""
        while True:
            name, cells, line, column = self.place(
                lambda column: column.kind == "float" and column.maximum is not None
            )
            text = cells[line - 1][cells[0].index(column.name)]
            assert column.maximum is not None
            if text and 1000 * float(text) > column.maximum:
                set_cell(cells, line, column.name, str(1000 * float(text)))
                return Corruption("times 1000", *written(name, cells), True, line, column.name)

    def contradictory_change(self) -> Corruption:
        name = "scenarios/changes"
        cells = list(csv.reader(io.StringIO((self.folder / f"{name}.csv").read_text("utf-8"))))
        cells.append(list(cells[1]))
        set_cell(cells, 3, "value", str(self.random.integers(1, 9)))
        set_cell(cells, 3, "from_year", str(self.random.integers(2020, 2040)))
        return Corruption("contradiction", *written(name, cells), True, 3, "from_year")

    def wrong_setting(self) -> Corruption:
        lines = (self.folder / "case.yaml").read_text("utf-8").splitlines()
        number = int(self.random.integers(len(lines)))
        key = lines[number].split(":")[0]
        lines[number] = f"{key}: [soon]"
        content = "\n".join(lines).encode()
        return Corruption(f"setting {key}", "case.yaml", content, True, number + 1)

    def cut_profiles(self) -> Corruption:
        content = (self.folder / PROFILES).read_bytes()
        size = int(self.random.integers(len(content)))
        return Corruption("cut profiles", PROFILES, content[:size], True, 0, "")


def set_cell(cells: Cells, line: int, column: str, value: str) -> None:
    cells[line - 1] = list(cells[line - 1])
    cells[line - 1][cells[0].index(column)] = value


def written(name: str, cells: Cells) -> tuple[str, bytes]:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(cells)
    return f"{name}.csv", stream.getvalue().encode()


def names(problem: Problem, corruption: Corruption) -> bool:
    """Return whether the problem stands where the corruption was made."""
    return (
        problem.file == corruption.file
        and corruption.row in (None, problem.row)
        and corruption.column in (None, problem.column)
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_case(tmp_path_factory.mktemp("corruptions") / "case")


def equal(one: Case, other: Case) -> bool:
    return all(frame.equals(other.tables[name]) for name, frame in one.tables.items())


def read_corrupted(folder: Path, corruption: Corruption) -> Case | list[Problem]:
    """Return the case with one file corrupted, or its problems; put the file back."""
    file = folder / corruption.file
    before = file.read_bytes()
    try:
        if corruption.content is None:
            file.unlink()
        else:
            file.write_bytes(corruption.content)
        return read_case(folder)
    except InputError as error:
        return list(error.problems)
    finally:
        file.write_bytes(before)


def failures(folder: Path, first: int, last: int) -> Iterator[str]:
    original = read_case(folder)
    generator = Generator(folder)
    drawn = [generator.draw(number) for number in range(COUNT)]
    for number, corruption in enumerate(drawn[first:last], first):
        found = read_corrupted(folder, corruption)
        label = f"{number}: {corruption.what} in {corruption.file}, row {corruption.row}"
        if isinstance(found, Case):
            if corruption.must_fail:
                yield f"{label} {corruption.column!r}: nothing was said"
            elif corruption.is_same and not equal(found, original):
                yield f"{label}: the case has changed"
        elif corruption.is_same or not found:
            yield f"{label}: refused {list(map(str, found))[:2]}"
        elif corruption.must_fail and not any(names(problem, corruption) for problem in found):
            yield f"{label} {corruption.column!r}: {list(map(str, found))[:2]}"
        elif not all(problem.message and problem.cure for problem in found):
            yield f"{label}: a problem without message or cure"


@pytest.mark.parametrize(
    "first",
    [0, *(pytest.param(first, marks=pytest.mark.slow) for first in range(40, COUNT, 40))],
)
def test_every_corruption_is_named_where_it_is_or_changes_nothing(folder: Path, first: int) -> None:
    assert list(failures(folder, first, first + 40)) == []
