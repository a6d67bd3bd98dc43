"""The cells of one sheet, from its XML: text, kind, and no more of them than the limits allow."""

import re

from transcaspian.workbook.kinds import Kind, Sheet, SheetError, cell_name
from transcaspian.workbook.parts import Attributes, Book, parse, unescape
from transcaspian.workbook.styles import date_text, number_text

__all__ = ["read_cells"]

MOST_CELLS = 5_000_000  # of one sheet, empty ones before a full one included; 8,760 h x 500 series
LAST_ROW, LAST_PLACE = 1_048_576, 16_383  # a sheet has no more
CELL = re.compile(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})")
BOOLEANS = {"1": "TRUE", "0": "FALSE", "true": "TRUE", "false": "FALSE"}
LONGEST_CELL = 32_767  # characters, Excel's limit
ORDINARY = frozenset(("", "n"))


def read_cells(book: Book, name: str) -> Sheet:
    """Return the cells of the sheet; SheetError with its row where one can't be read."""
    reader = _Reader(book, name)
    try:
        parse(book.archive, book.sheets[name], reader.start, reader.end, reader.text)
    except SheetError as error:
        raise SheetError(name, error.row or reader.row, error.message) from error
    return Sheet(name, dict(sorted(reader.rows.items())), reader.kinds)


class _Reader:
    """What the parser says of a sheet, gathered cell by cell."""

    def __init__(self, book: Book, name: str) -> None:
        self.book = book
        self.name = name
        self.rows: dict[int, list[str]] = {}
        self.kinds: dict[tuple[int, int], Kind] = {}
        self.count = 0
        self.row = 0
        self.place = -1
        self.values: Attributes = {}
        self.pieces: dict[str, list[str] | None] = {"v": None, "f": None, "t": None}
        self.open = ""  # the element whose text is gathered
        self.pronounced = 0

    def start(self, tag: str, values: Attributes) -> None:
        if tag == "c":
            self.values = values
            self.pieces = {"v": None, "f": None, "t": None}
            self.row, self.place = self._where(values)
        elif tag in ("v", "f", "t") and not self.pronounced:
            self._open_piece(tag)
        elif tag == "row":
            self.row = self._row(values)
            self.place = -1
        elif tag == "rPh":
            self.pronounced += 1
        elif tag == "mergeCell":
            self._merge(values.get("ref", ""))

    def end(self, tag: str) -> None:
        if tag == "c":
            self._add()
        elif tag == self.open:
            self.open = ""
        elif tag == "rPh":
            self.pronounced -= 1

    def text(self, data: str) -> None:
        if self.open:
            piece = self.pieces[self.open]
            if piece is not None:
                piece.append(data)

    def _open_piece(self, tag: str) -> None:
        """Gather the text that follows; only texts may come in several pieces."""
        if self.pieces[tag] is None:
            self.pieces[tag] = []
        elif tag != "t":
            raise self._wrong("holds two values, or two formulas")
        self.open = tag

    def _row(self, values: Attributes) -> int:
        text = values.get("r")
        if text is None:
            return self.row + 1
        if not text.isdecimal() or not 1 <= int(text[:8]) <= LAST_ROW:
            raise SheetError(self.name, 0, f"the row number {text[:20]!r} is none")
        return int(text)

    def _where(self, values: Attributes) -> tuple[int, int]:
        text = values.get("r")
        if text is None:
            place = self.place + 1
        else:
            row, place = _position(text)
            if row != self.row:
                raise SheetError(self.name, self.row, f"the cell {text[:20]!r} stands in it")
        if place > LAST_PLACE:
            raise SheetError(self.name, self.row, f"{place + 1} columns are too many")
        return self.row, place

    def _add(self) -> None:
        text, kind = self._cell()
        if not text:
            return
        row = self.rows.setdefault(self.row, [])
        missing = self.place - len(row)
        if missing < 0:
            if row[self.place]:
                where = cell_name(self.row, self.place)
                raise SheetError(self.name, self.row, f"the cell {where} stands there twice")
            row[self.place] = text
        else:
            self.count += missing + 1
            if self.count > MOST_CELLS:
                message = f"it has more than {MOST_CELLS} cells: clear what is not needed"
                raise SheetError(self.name, self.row, message)
            row.extend([""] * missing)
            row.append(text)
        if kind is not None:
            self.kinds[self.row, self.place] = kind

    def _cell(self) -> tuple[str, Kind | None]:
        kind = self.values.get("t", "")
        value, formula = self.pieces["v"], self.pieces["f"]
        stored = "".join(value) if value else ""
        self._refuse_unread("v" if kind == "inlineStr" else "t")
        if formula is not None and self._is_not_calculated(kind, value, stored):
            return f"={''.join(formula)}", "formula"
        if kind in ORDINARY:
            return self._number(stored) if stored.strip() else ("", None)
        return self._other(kind, stored)

    def _refuse_unread(self, piece: str) -> None:
        """Refuse a cell that holds something where a cell of its kind has nothing."""
        unread = "".join(self.pieces[piece] or []).strip()
        if unread:
            raise self._wrong(f"holds {unread[:40]!r}, but not as a cell of its kind does")

    def _is_not_calculated(self, kind: str, value: list[str] | None, stored: str) -> bool:
        """Return whether a formula has no value yet; programs that can't calculate write 0."""
        if kind == "str":
            return value is None
        if not stored.strip():
            return True
        return self.book.is_uncalculated and kind in ORDINARY and stored.strip() == "0"

    def _number(self, stored: str) -> tuple[str, Kind | None]:
        text = number_text(stored.strip())
        if text is None:
            raise self._wrong(f"holds {stored[:40]!r}, which is no finite number")
        look = self._look()
        if look == "percent":
            return text, "percent"
        if look != "date":
            return text, None
        day = date_text(text, from_1904=self.book.from_1904)
        if day is None:
            raise self._wrong(f"is shown as a date, but there is none of number {text}")
        return day, "date"

    def _look(self) -> str:
        style = self.values.get("s", "0")
        looks = self.book.looks
        if style == "0" and not looks:
            return ""
        if not style.isdecimal() or int(style[:9]) >= len(looks):
            raise self._wrong(f"has the style {style[:20]!r}, which is not there")
        return looks[int(style)]

    def _other(self, kind: str, stored: str) -> tuple[str, Kind | None]:
        if kind == "s":
            texts = self.book.texts
            if not stored.isdecimal() or int(stored[:9]) >= len(texts):
                raise self._wrong(f"holds the shared text {stored[:20]!r}, which is not there")
            return self._text(texts[int(stored)]), None
        if kind == "inlineStr":
            return self._text(unescape("".join(self.pieces["t"] or []))), None
        if kind == "str":
            return self._text(unescape(stored)), None
        if kind == "b":
            if stored.strip() not in BOOLEANS:
                raise self._wrong(f"holds {stored[:20]!r}, which is neither true nor false")
            return BOOLEANS[stored.strip()], "boolean"
        if kind == "e":
            return stored or "#ERROR", "error"
        if kind == "d":
            return stored.strip().removesuffix("Z").replace("T00:00:00", ""), "date"
        raise self._wrong(f"is of the kind {kind[:20]!r}, which there is not")

    def _text(self, text: str) -> str:
        if len(text) > LONGEST_CELL:
            raise self._wrong(f"holds {len(text)} characters; a cell has up to {LONGEST_CELL}")
        return text

    def _wrong(self, message: str) -> SheetError:
        return SheetError(self.name, self.row, f"{cell_name(self.row, self.place)} {message}")

    def _merge(self, reference: str) -> None:
        """Mark the first of merged cells: what it holds is said of the others too."""
        first, _, last = reference.partition(":")
        if last and first != last:
            row, place = _position(first)
            if place < len(self.rows.get(row, ())) and self.rows[row][place]:
                self.kinds.setdefault((row, place), "merged")


def _position(text: str) -> tuple[int, int]:
    match = CELL.fullmatch(text)
    if match is None:
        raise SheetError("", 0, f"{text[:20]!r} is no cell")
    place = 0
    for letter in match[1]:
        place = place * 26 + ord(letter) - ord("A") + 1
    row = int(match[2])
    if row > LAST_ROW or place > LAST_PLACE + 1:
        raise SheetError("", 0, f"{text[:20]!r} is no cell")
    return row, place - 1
