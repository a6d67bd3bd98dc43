"""What a page is made of: tables, charts, drawings, sentences and choices, all plain values.

A page says nothing of HTML, JSON or Excel: `html`, `models` and `files` write it in those forms.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import polars as pl
from markupsafe import Markup

from transcaspian.report.project_sheet import SheetContent

__all__ = [
    "Block",
    "CellValue",
    "Chart",
    "Choice",
    "Column",
    "Drawing",
    "Kind",
    "Link",
    "Links",
    "Note",
    "Page",
    "Table",
]

CellValue: TypeAlias = "str | float | int | bool | None"
Kind = Literal[
    "text", "word", "number", "signed", "share", "year", "whole", "load", "difference", "date"
]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: `name` for machines, `label` for people, its unit and how it is shown.

    `kind` is text, word (of the data, translated), number, signed, share (a fraction), year, whole,
    load (over capacity, coloured), difference (coloured around zero) or date.
    """

    name: str
    label: str
    unit: str = ""
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows with their columns, and where the numbers come from.

    key: name within the page. source: what the numbers come from. confidence: how sure they are.
    links: address of each row, or None. note: a remark. total: rows in all, where this is a part.
    every: all rows, to be read where they lie, where `rows` is a part of them: files hold these.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[CellValue, ...], ...]
    source: str = ""
    confidence: str = ""
    links: tuple[str | None, ...] = ()
    note: str = ""
    total: int | None = None
    every: pl.LazyFrame | None = None

    block = "table"


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing with its quantity and its table; `spec` is Vega-Lite, or `svg` a ready drawing."""

    key: str
    title: str
    subtitle: str
    table: Table
    spec: Mapping[str, Any] = field(default_factory=dict)
    svg: Markup | None = None
    width: int = 960

    block = "chart"


@dataclass(frozen=True, slots=True)
class Drawing:
    """The map: its SVG, and the same flows as data for the interactive map."""

    key: str
    title: str
    svg: Markup
    data: Mapping[str, Any]
    legend: Markup = field(default_factory=Markup)

    block = "drawing"


@dataclass(frozen=True, slots=True)
class Note:
    """A paragraph; `tone` is plain, warning, or danger where the values below are no answer."""

    text: str
    tone: Literal["plain", "warning", "danger"] = "plain"

    block = "note"


@dataclass(frozen=True, slots=True)
class Link:
    """An address with its text and a word on what is behind it."""

    text: str
    address: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Links:
    """A list of addresses under a title."""

    title: str
    links: tuple[Link, ...]

    block = "links"


Block: TypeAlias = "Table | Chart | Drawing | Note | Links"


@dataclass(frozen=True, slots=True)
class Choice:
    """A query parameter of the page: its values with their texts, and the one in force.

    Without options it is a free text.
    """

    name: str
    label: str
    options: tuple[tuple[str, str], ...]
    chosen: str


@dataclass(frozen=True, slots=True)
class Page:
    """A whole page.

    key: which page. title and lead: what it says first. blocks: the rest. choices: what the reader
    can change. run: the run it shows, empty for none. section: its place in the navigation. sheet: the page
    for print, of a project.
    """

    key: str
    title: str
    lead: str
    blocks: tuple[Block, ...]
    choices: tuple[Choice, ...] = ()
    run: str = ""
    section: str = ""
    sheet: SheetContent | None = None

    def tables(self) -> tuple[Table, ...]:
        """Return every table, those of charts too."""
        found = [block for block in self.blocks if isinstance(block, Table)]
        return (*found, *(chart.table for chart in self.charts()))

    def charts(self) -> tuple[Chart, ...]:
        """Return every chart."""
        return tuple(block for block in self.blocks if isinstance(block, Chart))

    def drawings(self) -> tuple[Drawing, ...]:
        """Return every map."""
        return tuple(block for block in self.blocks if isinstance(block, Drawing))
