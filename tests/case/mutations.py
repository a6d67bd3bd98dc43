"""Files of a case as other programs write, damage or abuse them: variants of each kind, by number.

They go through the same hands as the corruptions: one file is changed, what is said of it is looked
at, the file is put back.
"""

import io
from collections.abc import Callable
from pathlib import Path

import polars as pl

from tests.case.corruptions import PROFILES, Corruption, Generator, set_cell, written

SETTING_VALUES = (
    "&a 2025",
    "*a",
    "!!bool maybe",
    "!!int ''",
    "!!float x",
    "!!timestamp soon",
    "!!python/name:os.system",
    "!new 5",
    "[" * 300,
    "{a: " * 300,
    "yes",
    "On",
    "1:30",
    "0o17",
    "017",
    "0x1F",
    "1_000",
    ".nan",
    "-.inf",
    "9" * 5_000,
    "'",
    "{soon: [&a x, *a]}",
    "2024-13-45",
    "\t5",
)
ENDLESS = ("NaN", "nan", "-nan", "inf", "-inf", "Infinity", "1e400", "-1e400", "1e308", "9e15")
TRUE_WORDS = ("yes", "T", "WAHR", "True", "true ", " true", "Y", "1.0", "on", "vrai", "TRUE.")
UNSEEN = ("\u200b", "\ufeff", "\u00ad", "\u202e", "\u2060", "\x7f")
ENCODINGS = ("utf-16", "utf-32", "utf-16-be", "utf-32-le")
SEPARATORS = (";", "\t", "|")


class Mutations(Generator):
    """Draws files of others; `draw` and `names` are those of the corruptions."""

    def __init__(self, folder: Path, names: list[str], seed: int) -> None:
        super().__init__(folder, names, seed)
        self.kinds: list[Callable[[], Corruption]] = [
            self.setting,
            self.no_finite_number,
            self.word_for_true,
            self.unseen_character,
            self.encoding,
            self.separator,
            self.zero_byte,
            self.long_cell,
            self.rows_of_commas,
            self.repeated_key,
            self.damaged_series,
            self.series_of_other_things,
            self.variant,
            self.early_spending,
            self.row_and_all_rows,
        ]

    def setting(self) -> Corruption:
        lines = (self.folder / "case.yaml").read_text("utf-8").splitlines()
        number = int(self.random.integers(4, len(lines)))  # from the first that is a number
        key, value = lines[number].split(":")[0], self.one(list(SETTING_VALUES))
        lines[number] = f"{key}: {value}"
        content = "\n".join(lines).encode()
        row = None if value in ("'", "\t5", "9" * 5_000) else number + 1
        return Corruption(f"{key}: {value[:20]}", "case.yaml", content, True, row)

    def no_finite_number(self) -> Corruption:
        name, cells, line, column = self.place(lambda column: column.kind in ("float", "int"))
        value = self.one(list(ENDLESS))
        set_cell(cells, line, column.name, value)
        return Corruption(value, *written(name, cells), True, line, column.name)

    def word_for_true(self) -> Corruption:
        name, cells, line, column = self.place(lambda column: column.kind == "bool")
        value = self.one(list(TRUE_WORDS))
        set_cell(cells, line, column.name, value)
        return Corruption(value, *written(name, cells), True, line, column.name)

    def unseen_character(self) -> Corruption:
        name, cells, line, column = self.place(
            lambda column: column.kind == "text" and bool(column.references or column.choices)
        )
        text = cells[line - 1][cells[0].index(column.name)] or "x"
        cut = int(self.random.integers(len(text) + 1))
        set_cell(cells, line, column.name, text[:cut] + self.one(list(UNSEEN)) + text[cut:])
        return Corruption("unseen", *written(name, cells), True, line, column.name)

    def encoding(self) -> Corruption:
        name, cells = self.table()
        file, content = written(name, cells)
        encoding = self.one([*ENCODINGS, "latin-1", "cp1251"])
        if encoding in ENCODINGS:
            return Corruption(encoding, file, content.decode().encode(encoding), True, 1, "")
        line = self.line(cells)
        cells[line - 1] = ["Жé"[encoding == "latin-1"], *cells[line - 1][1:]]
        text = written(name, cells)[1].decode()
        return Corruption(encoding, file, text.encode(encoding, "replace"), True, line, "")

    def separator(self) -> Corruption:
        name, cells = self.table()
        mark, quote = self.one(list(SEPARATORS)), self.one(["", '"'])
        lines = [mark.join(f"{quote}{cell}{quote}" for cell in row) for row in cells]
        content = "\n".join(lines).encode()
        return Corruption(f"{mark!r}{quote}", f"{name}.csv", content, True, 1, "")

    def zero_byte(self) -> Corruption:
        name, cells = self.table()
        line = self.line(cells)
        place = int(self.random.integers(len(cells[0])))
        cells[line - 1] = [
            cell + "\0" * (number == place) for number, cell in enumerate(cells[line - 1])
        ]
        return Corruption("zero byte", *written(name, cells), True, line, "")

    def long_cell(self) -> Corruption:
        """A cell that spreads over a quote that never closes, or over more than a reader holds."""
        name, cells = self.table()
        line = self.line(cells)
        cells[line - 1] = ["\x01", *cells[line - 1][1:]]
        file, content = written(name, cells)
        long = self.one(['"open', '"' + "x" * 140_000 + '"', '"a"b"'])
        return Corruption(long[:5], file, content.replace(b"\x01", long.encode()), True, line, "")

    def rows_of_commas(self) -> Corruption:
        name, cells = self.table()
        for _ in range(int(self.random.integers(1, 4))):
            cells.insert(self.line(cells), [""] * len(cells[0]))
        return Corruption("commas", *written(name, cells), must_fail=False, is_same=True)

    def repeated_key(self) -> Corruption:
        name, cells = self.table()
        cells.insert(1, list(cells[self.line(cells) - 1]))
        return Corruption("repeated", *written(name, cells), must_fail=True)

    def damaged_series(self) -> Corruption:
        """Overwrite what the footer of the file says, or cut it."""
        content = bytearray((self.folder / PROFILES).read_bytes())
        if self.random.integers(2):
            content = content[: int(self.random.integers(len(content) - 1))]
        else:
            place = len(content) - int(self.random.integers(1, 9))
            content[place] ^= 0xFF
        return Corruption("damaged series", PROFILES, bytes(content), True, 0, "")

    def series_of_other_things(self) -> Corruption:
        frame = pl.read_parquet(self.folder / PROFILES)
        name = self.one(frame.columns)
        hour = int(self.random.integers(frame.height))
        wrong = self.one(["nan", "inf", "-1", "1e300", "text", "null"])
        if wrong == "text":
            frame, row = frame.with_columns(pl.lit("x").alias(name)), 0
        else:
            values = frame[name].to_list()
            values[hour] = None if wrong == "null" else float(wrong)
            frame, row = frame.with_columns(pl.Series(name, values, pl.Float64)), hour + 1
        stream = io.BytesIO()
        frame.write_parquet(stream)
        return Corruption(f"series {wrong}", PROFILES, stream.getvalue(), True, row, name)

    def variant(self) -> Corruption:
        """Variants in a circle of one to three, or in a row."""
        name = "projects/projects"
        cells = self.cells(name)
        order = [int(line) for line in self.random.permutation(range(2, len(cells) + 1))]
        length = int(self.random.integers(1, len(order) + 1))
        is_circle = length == 1 or bool(self.random.integers(2))
        circle = order[:length]
        place = cells[0].index("project")
        for line, other in zip(circle, [*circle[1:], circle[0]], strict=True):
            if is_circle or other != circle[0]:
                set_cell(cells, line, "variant_of", cells[other - 1][place])
        must_fail = is_circle or length > 2
        row = circle[0] if must_fail else None
        return Corruption("variant", *written(name, cells), must_fail, row, "variant_of")

    def early_spending(self) -> Corruption:
        name = "projects/spending"
        cells = self.cells(name)
        line = self.line(cells)
        set_cell(cells, line, "year", str(int(self.random.integers(1990, 2008))))
        return Corruption("early", *written(name, cells), True, line, "year")

    def row_and_all_rows(self) -> Corruption:
        """Two members of a cluster change a row and all rows, or one row, in ways that differ."""
        name = "projects/changes"
        cells = self.cells(name)
        rows = ["*", "EPORT-rail-ferry"]
        operations = ["set", "add", "multiply"]
        first, second = self.one(operations), self.one(operations)
        years = [("", ""), ("2026", "2030"), ("2031", "")]
        span, other = (years[int(self.random.integers(3))] for _ in range(2))
        at = [self.one(rows), self.one(rows)]
        added = [
            ["PORT", "freight/terminals", at[0], "capacity", first, "2", *span],
            ["FERRY", "freight/terminals", at[1], "capacity", second, "3", *other],
        ]
        cells = [row for row in cells if row[1] != "freight/terminals"]
        cells += [[*row, "assumption", "assumed", ""] for row in added]
        overlap = "" in (span[0], other[0]) or span == other
        clash = overlap and (first != second or first == "set")
        return Corruption(
            f"{at} {first} {second} {span} {other}",
            *written(name, cells),
            must_fail=clash,
            row=2,
            column="cluster",
            names_file="projects/clusters.csv",
        )
