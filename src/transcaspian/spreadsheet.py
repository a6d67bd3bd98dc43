"""What a spreadsheet must not take for something else: texts, names of sheets, names of files.

Text that begins like a formula gets an apostrophe in front; `unguard` takes it away again, so that
writing and reading is identity.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "GUARD",
    "TEXT_STAYS_TEXT",
    "file_names",
    "guard",
    "guarded",
    "guarded_csv",
    "sheet_names",
    "unguard",
]

GUARD = "'"
# Signs at which spreadsheets begin a formula, the wide ones of East Asian keyboards among them,
# those that they skip before one, and the guard itself, so that it can be taken away again.
_BEGINNINGS = r"[=+\-@\t\r\n'\x{ff1d}\x{ff0b}\x{ff0d}\x{ff20}]"
_DANGEROUS = re.compile("^" + re.sub(r"\\x\{(\w+)\}", r"\\u\1", _BEGINNINGS))
_GUARDED = re.compile(f"^{GUARD}(?={_DANGEROUS.pattern[1:]})")

_LONE_SIGNS = ("-", "+")  # a unit or a mark, and no formula

# Options of xlsxwriter under which no text becomes a formula, an address or a number.
TEXT_STAYS_TEXT = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}

LONGEST_SHEET_NAME = 31  # UTF-16 units, by Excel's own rule
LONGEST_FILE_NAME = 200  # bytes, below the 255 of common file systems
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_FILE_NAMES = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f\ud800-\udfff]')
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)", re.IGNORECASE)  # of Windows


def guard(text: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    return GUARD + text if _DANGEROUS.match(text) and text not in _LONE_SIGNS else text


def unguard(text: str) -> str:
    """Return the text that was guarded; other text as it is."""
    return _GUARDED.sub("", text)


def guarded_csv(frame: "pl.DataFrame") -> str:
    """Return the table as CSV whose texts and headings no spreadsheet takes for formulas."""
    return guarded(frame.lazy()).collect().write_csv()


def guarded(frame: "pl.LazyFrame") -> "pl.LazyFrame":
    """Return the table with texts and headings that no spreadsheet takes for formulas."""
    import polars as pl

    def expression(name: str, dtype: pl.DataType) -> pl.Expr:
        column = pl.col(name)
        if not isinstance(dtype, pl.String | pl.Categorical | pl.Enum):
            return column.alias(guard(name))
        text = column.cast(pl.String)
        is_dangerous = text.str.contains(f"^{_BEGINNINGS}") & ~text.is_in(_LONE_SIGNS)
        marked = pl.when(is_dangerous).then(pl.lit(GUARD) + text).otherwise(text)
        return marked.alias(guard(name))

    schema = frame.collect_schema()
    return frame.select(expression(name, dtype) for name, dtype in schema.items())


def sheet_names(titles: Iterable[str], taken: Sequence[str] = ()) -> list[str]:
    """Return a name that Excel takes for each title, all different, and none of those `taken`."""
    used = {name.casefold() for name in (*taken, "History")}  # which Excel keeps for itself
    return [_own(_sheet_name(title), used, _fits_sheet) for title in titles]


def file_names(titles: Iterable[str]) -> list[str]:
    """Return a name that every file system takes for each title, all different, without a folder."""
    used: set[str] = set()
    return [_own(_file_name(title), used, _fits_file) for title in titles]


def _sheet_name(title: str) -> str:
    return _NOT_IN_SHEET_NAMES.sub("_", title).strip("' ") or "_"


def _file_name(title: str) -> str:
    name = _NOT_IN_FILE_NAMES.sub("_", title).strip(". ") or "_"
    return f"_{name}" if _DEVICES.match(name) else name


def _fits_sheet(name: str) -> bool:
    return len(name.encode("utf-16-le")) <= 2 * LONGEST_SHEET_NAME


def _fits_file(name: str) -> bool:
    return len(name.encode()) <= LONGEST_FILE_NAME


def _own(name: str, used: set[str], fits: Callable[[str], bool]) -> str:
    """Return the name, cut where it is too long and numbered where it is used, and note it."""
    number, tail = 1, ""
    while True:
        head = name
        while not fits(head + tail):
            head = head[:-1]
        own = (head.rstrip("' .") or "_") + tail
        if own.casefold() not in used:
            used.add(own.casefold())
            return own
        number += 1
        tail = f"-{number}"
