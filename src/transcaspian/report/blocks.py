"""The parts that a page is made of: sections of figures, tables, remarks and folds.

Section builders return these records; the template draws each kind in one way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import polars as pl
from markupsafe import Markup

from transcaspian.case.settings import CaseSettings

__all__ = [
    "Block",
    "CaseLike",
    "Cell",
    "Figure",
    "Fold",
    "Header",
    "HtmlTable",
    "Remark",
    "ResultsLike",
    "Section",
]


class ResultsLike(Protocol):
    """What the report reads of a finished run."""

    @property
    def tables(self) -> Mapping[str, pl.DataFrame]:
        """Result tables by name."""

    @property
    def manifest(self) -> Mapping[str, Any]:
        """How the run was made: case hash, versions, options."""


class CaseLike(Protocol):
    """What the report reads of the case."""

    @property
    def tables(self) -> Mapping[str, pl.DataFrame]:
        """Input tables by name."""

    @property
    def settings(self) -> CaseSettings:
        """Title, years, rates."""


@dataclass(frozen=True, slots=True)
class Header:
    """Head of a table column."""

    label: str
    unit: str = ""
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: what it shows, what sorting uses, and how it is coloured."""

    text: str | Markup
    is_number: bool = False
    title: str = ""
    background: str = ""
    colour: str = ""
    css: str = ""
    is_head: bool = False


@dataclass(frozen=True, slots=True)
class HtmlTable:
    """A table with its caption and its exact numbers as a download.

    `download` is a data address (CSV), empty for none; `row_css` may hold one class per row.
    """

    caption: str | Markup
    headers: tuple[Header, ...]
    rows: tuple[tuple[Cell, ...], ...]
    download: str = ""
    file_name: str = ""
    row_css: tuple[str, ...] = ()
    is_compact: bool = False

    kind = "table"


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing with its title, quantity, source and table of numbers."""

    key: str
    title: str | Markup
    subtitle: str
    svg: Markup
    source: str = ""
    table: HtmlTable | None = None
    is_tall: bool = False

    kind = "figure"


@dataclass(frozen=True, slots=True)
class Remark:
    """A paragraph."""

    text: str | Markup

    kind = "remark"


@dataclass(frozen=True, slots=True)
class Fold:
    """Blocks behind a line that opens them."""

    title: str | Markup
    blocks: "tuple[Block, ...]"
    key: str = ""
    is_open: bool = False

    kind = "fold"


@dataclass(frozen=True, slots=True)
class Grid:
    """Figures side by side where the page is wide enough."""

    figures: tuple[Figure, ...]

    kind = "grid"


@dataclass(frozen=True, slots=True)
class Drawing:
    """Ready-made markup, for example the map with its switches."""

    html: Markup

    kind = "drawing"


Block: TypeAlias = "HtmlTable | Figure | Remark | Fold | Grid | Drawing"


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the page, with its place in the table of contents."""

    key: str
    title: str
    lead: str | Markup
    blocks: Sequence[Block]
    short_title: str = ""
