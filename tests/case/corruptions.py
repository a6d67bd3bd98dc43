"""Random corruptions of a case: one file changed, and what must be said of it.

They come from a seed, so that a failure comes again. One folder serves them all: a corruption
changes one file, which is put back afterwards.
"""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from transcaspian.case.columns import Column
from transcaspian.case.read import read_case
from transcaspian.case.registry import TABLES
from transcaspian.case.tables import Case
from transcaspian.errors import InputError, Problem

COUNT = 200
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
    names_file: str = ""  # where the problem shows, if not in the corrupted file


class Generator:
    """Draws corruptions of the case in a folder; `names` are its tables that hold rows."""

    def __init__(self, folder: Path, names: Sequence[str], seed: int) -> None:
        self.seed = seed
        self.random = np.random.default_rng(seed)
        self.folder = folder
        self.names = sorted(names)
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
            self.renamed_key,
            self.moved_columns,
            self.quoted_cells,
            self.decimal_comma,
            self.unreadable_profiles,
        ]

    def draw(self, number: int) -> Corruption:
        """Return one corruption, the same whichever others are drawn."""
        self.random = np.random.default_rng((self.seed, number))
        return self.kinds[number % len(self.kinds)]()

    def table(self) -> tuple[str, Cells]:
        name = self.one(self.names)
        return name, self.cells(name)

    def cells(self, name: str) -> Cells:
        text = (self.folder / f"{name}.csv").read_bytes().decode("utf-8")
        return list(csv.reader(io.StringIO(text, newline="")))

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
        needed = [name for name in self.names if not TABLES[name].optional]
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
        """Change a cell again from a later year on, where the first change never ends."""
        name = "scenarios/changes"
        cells = self.cells(name)
        begins, ends = cells[0].index("from_year"), cells[0].index("to_year")
        open_rows = [row for row in cells[1:] if not row[ends]]
        cells.append(list(open_rows[int(self.random.integers(len(open_rows)))]))
        later = int(cells[-1][begins] or 2020) + int(self.random.integers(1, 9))
        set_cell(cells, len(cells), "from_year", str(later))
        return Corruption("contradiction", *written(name, cells), True, len(cells), "from_year")

    def renamed_key(self) -> Corruption:
        """Rename a thing in its own table while another still speaks of it."""
        links = [
            (column.references.rsplit(".", 1), name, column.name)
            for name in self.names
            for column in TABLES[name].all_columns()
            if column.references and not column.list_of
        ]
        while True:
            (target, key), name, column = links[int(self.random.integers(len(links)))]
            if target == name or target not in self.names:
                continue
            there = self.cells(name)
            used = {row[there[0].index(column)] for row in there[1:]} - {""}
            cells = self.cells(target)
            lines = [
                line
                for line, row in enumerate(cells[1:], start=2)
                if row[cells[0].index(key)] in used
            ]
            if lines and key == TABLES[target].key[0]:
                line = lines[int(self.random.integers(len(lines)))]
                set_cell(cells, line, key, "Atlantis")
                file, content = written(target, cells)
                return Corruption("renamed key", file, content, True, names_file=f"{name}.csv")

    def moved_columns(self) -> Corruption:
        name, cells = self.table()
        order = self.random.permutation(len(cells[0]))
        moved = [[row[place] for place in order] for row in cells]
        return Corruption("moved columns", *written(name, moved), False, is_same=True)

    def quoted_cells(self) -> Corruption:
        name, cells = self.table()
        stream = io.StringIO()
        csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(cells)
        content = stream.getvalue().encode()
        return Corruption("quoted", f"{name}.csv", content, False, is_same=True)

    def decimal_comma(self) -> Corruption:
        """Save a table as spreadsheets of many countries do: semicolons and decimal commas."""
        name, cells = self.table()
        lines = [";".join(cell.replace(".", ",") for cell in row) for row in cells]
        return Corruption("semicolons", f"{name}.csv", "\n".join(lines).encode(), True)

    def unreadable_profiles(self) -> Corruption:
        noise = b"PAR1" + self.random.bytes(300) + b"PAR1"
        return Corruption("noise for profiles", PROFILES, noise, True, 0, "")

    def wrong_setting(self) -> Corruption:
        lines = (self.folder / "case.yaml").read_text("utf-8").splitlines()
        numbers = [place for place, line in enumerate(lines) if line[:1].isalpha()]
        number = numbers[int(self.random.integers(len(numbers)))]
        key = lines[number].split(":")[0]
        lines[number] = f"{key}: {{soon: 0}}"  # fits no setting
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
        problem.file == (corruption.names_file or corruption.file)
        and corruption.row in (None, problem.row)
        and corruption.column in (None, problem.column)
    )


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


def failures(
    folder: Path, names_of_tables: Sequence[str], seed: int, first: int, last: int
) -> Iterator[str]:
    """Yield what went wrong with the corruptions `first` to `last` of those that a seed draws."""
    yield from failures_of(Generator(folder, names_of_tables, seed), first, last)


def failures_of(generator: Generator, first: int, last: int) -> Iterator[str]:
    """Yield what went wrong with the corruptions `first` to `last` of a generator."""
    folder = generator.folder
    original = read_case(folder)
    for number in range(first, last):
        corruption = generator.draw(number)
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
