"""Cells of a case's workbook as people and programs leave them: variants of each kind, by number."""

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from transcaspian.case.columns import Column
from transcaspian.case.registry import TABLES

CELL = re.compile(r'<c r="([A-Z]+)(\d+)"[^>]*?(?:/>|>.*?</c>)', re.DOTALL)
ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!")
FORMULAS = (
    "<f>A1</f>",
    "<f>10000*2</f><v></v>",
    '<f t="shared" ref="A1:A9" si="0">1+1</f>',
    '<f t="shared" si="0"/><v/>',
    '<f t="array" ref="A1">SUM(B1:B9)</f>',
    "<f/>",
)
NO_NUMBERS = ("NaN", "INF", "-INF", "1e400", "1,5", "1.5 MW", "0x10", "--1", "\u0661")
FIRST_ROW = 3


@dataclass(frozen=True)
class Change:
    """One cell with other XML, and what must be said: nothing where it reads `as_before`."""

    what: str
    sheet: str
    row: int
    cell: str
    xml: str
    as_before: bool = False


class Book:
    """The workbook of a case, and its parts, to be written again with one cell changed."""

    def __init__(self, file: Path) -> None:
        with zipfile.ZipFile(file) as archive:
            self.parts = {name: archive.read(name) for name in archive.namelist()}
        book = self.parts["xl/workbook.xml"].decode()
        names = re.findall(r'<sheet name="([^"]+)"', book)
        self.sheets = {
            name: f"xl/worksheets/sheet{place}.xml"
            for place, name in enumerate(names, start=1)
            if name.replace(".", "/", 1) in TABLES
        }

    def cells(self, sheet: str) -> dict[str, str]:
        text = self.parts[self.sheets[sheet]].decode()
        return {match[1] + match[2]: match[0] for match in CELL.finditer(text)}

    def write(self, target: Path, change: Change) -> Path:
        part = self.sheets[change.sheet]
        old = self.cells(change.sheet)[change.cell]
        with zipfile.ZipFile(target, "w") as archive:
            for name, content in self.parts.items():
                text = content.replace(old.encode(), change.xml.encode(), 1)
                archive.writestr(name, text if name == part else content)
        return target


class CellMutations:
    """Draws changes of a workbook's cells."""

    def __init__(self, book: Book, seed: int) -> None:
        self.book = book
        self.seed = seed
        self.random = np.random.default_rng(seed)
        self.kinds: list[Callable[[], Change]] = [
            self.formula,
            self.error,
            self.boolean_as_number,
            self.date_as_number,
            self.date_as_name,
            self.no_number,
            self.missing_text,
            self.missing_style,
            self.unknown_kind,
            self.misplaced,
            self.repeated,
            self.far_away,
            self.formula_with_value,
            self.number_as_text,
            self.text_in_pieces,
            self.blank_beside,
        ]

    def draw(self, number: int) -> Change:
        """Return one change, the same whichever others are drawn."""
        self.random = np.random.default_rng((self.seed, number))
        return self.kinds[number % len(self.kinds)]()

    def place(self, fits: Callable[[Column], bool]) -> tuple[str, int, str, str]:
        """Return sheet, row, address and XML of a filled cell whose column fits."""
        sheets = sorted(self.book.sheets)
        while True:
            sheet = sheets[int(self.random.integers(len(sheets)))]
            columns = {c.name: c for c in TABLES[sheet.replace(".", "/", 1)].all_columns()}
            cells = self.book.cells(sheet)
            heads = {
                re.sub(r"\d", "", address): "".join(re.findall(r"<t[^>]*>([^<]*)</t>", xml))
                for address, xml in cells.items()
                if re.sub(r"[A-Z]", "", address) == "1"
            }
            fitting = [
                (address, xml)
                for address, xml in cells.items()
                if int(re.sub(r"[A-Z]", "", address)) >= FIRST_ROW
                and fits(columns[heads[re.sub(r"\d", "", address)]])
            ]
            if fitting:
                address, xml = fitting[int(self.random.integers(len(fitting)))]
                return sheet, int(re.sub(r"[A-Z]", "", address)), address, xml

    def one(self, choices: tuple[str, ...]) -> str:
        return choices[int(self.random.integers(len(choices)))]

    def any_cell(self) -> tuple[str, int, str, str]:
        return self.place(lambda _: True)

    def number(self) -> tuple[str, int, str, str]:
        return self.place(lambda column: column.kind in ("float", "int"))

    def formula(self) -> Change:
        sheet, row, cell, _ = self.any_cell()
        text = self.one(FORMULAS)
        return Change(text, sheet, row, cell, f'<c r="{cell}">{text}</c>')

    def error(self) -> Change:
        sheet, row, cell, _ = self.any_cell()
        error, formula = self.one(ERRORS), self.one(("", "<f>1/0</f>"))
        return Change(error, sheet, row, cell, f'<c r="{cell}" t="e">{formula}<v>{error}</v></c>')

    def boolean_as_number(self) -> Change:
        sheet, row, cell, _ = self.number()
        value = self.one(("0", "1", "true", "2", ""))
        return Change("boolean", sheet, row, cell, f'<c r="{cell}" t="b"><v>{value}</v></c>')

    def date_as_number(self) -> Change:
        sheet, row, cell, _ = self.number()
        day = self.one(("2026-02-03", "2026-02-03T12:00:00", "2026-02-03T00:00:00Z"))
        return Change("date", sheet, row, cell, f'<c r="{cell}" t="d"><v>{day}</v></c>')

    def date_as_name(self) -> Change:
        sheet, row, cell, _ = self.place(
            lambda column: column.kind == "text" and bool(column.references)
        )
        return Change("date", sheet, row, cell, f'<c r="{cell}" t="d"><v>2026-02-03</v></c>')

    def no_number(self) -> Change:
        sheet, row, cell, _ = self.number()
        value = self.one(NO_NUMBERS)
        return Change(value, sheet, row, cell, f'<c r="{cell}"><v>{value}</v></c>')

    def missing_text(self) -> Change:
        sheet, row, cell, _ = self.any_cell()
        value = self.one(("999999999", "-1", "x", ""))
        return Change("text", sheet, row, cell, f'<c r="{cell}" t="s"><v>{value}</v></c>')

    def missing_style(self) -> Change:
        sheet, row, cell, _ = self.number()
        style = self.one(("9999", "-1", "x", "9" * 30))
        return Change("style", sheet, row, cell, f'<c r="{cell}" s="{style}"><v>1</v></c>')

    def unknown_kind(self) -> Change:
        sheet, row, cell, _ = self.any_cell()
        return Change("kind", sheet, row, cell, f'<c r="{cell}" t="{self.one(("x", "S", "z" * 99))}"><v>1</v></c>')  # fmt: skip

    def misplaced(self) -> Change:
        sheet, row, cell, _ = self.any_cell()
        wrong = self.one((f"A{row + 1}", "A0", "1A", "A", "", "AAAA1", "A99999999", "a1"))
        return Change(wrong, sheet, row, cell, f'<c r="{wrong}"><v>1</v></c>')

    def repeated(self) -> Change:
        sheet, row, cell, xml = self.any_cell()
        return Change("repeated", sheet, row, cell, xml + xml)

    def far_away(self) -> Change:
        sheet, row, cell, xml = self.any_cell()
        far = f'<c r="{self.one(("XFD", "ZZ", "AZZ"))}{row}"><v>1</v></c>'
        return Change("far away", sheet, row, cell, xml + far)

    def formula_with_value(self) -> Change:
        sheet, row, cell, xml = self.number()
        value = "".join(re.findall(r"<v>([^<]*)</v>", xml)) or "1"
        if value == "0" or "<v>" not in xml:
            return self.formula_with_value()
        return Change("value", sheet, row, cell, f'<c r="{cell}"><f>B9*1</f><v>{value}</v></c>', True)  # fmt: skip

    def number_as_text(self) -> Change:
        sheet, row, cell, xml = self.number()
        value = "".join(re.findall(r"<(?:v|t[^>]*)>([^<]*)</(?:v|t)>", xml))
        kind = self.one(("str", "inlineStr"))
        inside = f"<v>{value}</v>" if kind == "str" else f"<is><t>{value}</t></is>"
        return Change("text", sheet, row, cell, f'<c r="{cell}" t="{kind}">{inside}</c>', True)

    def text_in_pieces(self) -> Change:
        sheet, row, cell, xml = self.place(lambda column: column.kind == "text")
        text = "".join(re.findall(r"<t[^>]*>([^<]*)</t>", xml))
        if "<t" not in xml or "&" in text:
            return self.text_in_pieces()
        cut = int(self.random.integers(len(text) + 1))
        pieces = "".join(
            f'<r><rPr><b/></rPr><t xml:space="preserve">{piece}</t></r>'
            for piece in (text[:cut], text[cut:])
        )
        said = "<rPh sb='0' eb='1'><t>kana</t></rPh>"
        return Change("pieces", sheet, row, cell, f'<c r="{cell}" t="inlineStr"><is>{pieces}{said}</is></c>', True)  # fmt: skip

    def blank_beside(self) -> Change:
        """Cells and rows that were formatted or cleared hold nothing."""
        sheet, row, cell, xml = self.any_cell()
        blank = self.one(("<v></v>", "", "<is><t/></is>"))
        return Change("blank", sheet, row, cell, f'{xml}<c r="XFD{row}">{blank}</c>', True)
