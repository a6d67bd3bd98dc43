"""The page of all tables and columns, made from the registry.

    python scripts/tables_page.py

writes docs/tables.md. A test holds the page to the registry.
"""

from collections.abc import Iterator
from pathlib import Path

from transcaspian.case.columns import NOTE, SOURCE_COLUMNS, Column, Table
from transcaspian.case.registry import TABLES

PAGE = Path(__file__).resolve().parents[1] / "docs" / "tables.md"
INTRODUCTION = """\
# Tables and columns

Written from the column registry by `scripts/tables_page.py`; what stands here is what
`transcaspian check` enforces. Each table is the file `<name>.csv` of the case folder. An empty cell
takes the default; a required column without default must be filled; an optional one may stay empty
("does not apply"). Where a cell holds a list, its words are separated by `;`.

"""
COLUMN_HEAD = """\
| column | type | unit | empty cell | rule | meaning |
| --- | --- | --- | --- | --- | --- |
"""
TYPES = {"text": "text", "float": "number", "int": "whole number", "bool": "true or false"}


def page() -> str:
    """Return the whole page."""
    return "".join(_parts())


def _parts() -> Iterator[str]:
    yield INTRODUCTION
    yield from (f"- [{name}](#{_anchor(name)})\n" for name in TABLES)
    yield "\n## Columns of every table\n\n"
    yield "Every table may have a `note`; every table with figures has a source and a confidence.\n\n"
    yield COLUMN_HEAD
    yield from (_row(column) for column in SOURCE_COLUMNS)
    for table in TABLES.values():
        yield from _section(table)


def _section(table: Table) -> Iterator[str]:
    yield f"\n## {table.name}\n\n{table.meaning}\n\n"
    yield f"Key: {', '.join(f'`{part}`' for part in table.key)}."
    if table.yearly_of:
        yield f" Holds the columns of `{table.yearly_of}` that change by year."
    if table.optional:
        yield " The file may be left out."
    shared = "`source`, `confidence` and `note`" if table.sourced else "`note`"
    yield f" Also has {shared}.\n\n"
    yield COLUMN_HEAD
    yield from (_row(column) for column in table.columns if column is not NOTE)


def _row(column: Column) -> str:
    kind = f"list of {TYPES[column.kind]}" if column.list_of else TYPES[column.kind]
    cells = (
        f"`{column.name}`",
        kind,
        column.unit,
        _empty(column),
        _rule(column),
        column.meaning,
    )
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


def _empty(column: Column) -> str:
    if column.default is not None:
        text = str(column.default).lower() if column.kind == "bool" else f"{column.default}"
        return f"`{text}`"
    return "required" if column.required else "optional"


def _rule(column: Column) -> str:
    parts = []
    if column.minimum is not None and column.maximum is not None:
        parts.append(f"{column.minimum:g} to {column.maximum:g}")
    elif column.minimum is not None:
        parts.append(f"from {column.minimum:g}")
    elif column.maximum is not None:
        parts.append(f"up to {column.maximum:g}")
    if column.choices:
        parts.append("one of " + ", ".join(f"`{choice}`" for choice in column.choices))
    if column.references:
        parts.append(f"in `{column.references}`")
    return "; ".join(parts)


def _anchor(name: str) -> str:
    """Return the anchor that Markdown viewers make of a heading."""
    return name.lower().replace("/", "")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
