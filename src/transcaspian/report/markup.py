"""Small pieces of markup: figures in sentences, tables from frames, downloads, chips."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

import polars as pl
from markupsafe import Markup, escape

from transcaspian.report.blocks import Cell, Header, HtmlTable
from transcaspian.results.theme import (
    INK,
    difference_colour,
    format_number,
    format_share,
    format_signed,
    is_dark,
    load_colour,
)
from transcaspian.spreadsheet import guarded_csv

__all__ = [
    "ColumnView",
    "chip",
    "csv_address",
    "difference_cell",
    "exact",
    "figure",
    "frame_table",
    "head_cell",
    "join_words",
    "load_cell",
    "number_cell",
    "text_cell",
]

Format = Literal["text", "number", "signed", "share", "year", "load", "difference"]


@dataclass(frozen=True, slots=True)
class ColumnView:
    """How one column of a frame is shown."""

    name: str
    label: str
    unit: str = ""
    format: Format = "text"


def exact(value: float | str | None) -> str:
    """Return a value to 12 figures: those beyond depend on the order of summation."""
    if value is None:
        return ""
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def figure(text: str, value: float | str | None, source: str) -> Markup:
    """Return a number inside a sentence, with its exact value and the table it comes from."""
    value_text = exact(value)
    return Markup('<data value="{}" title="{}: {}">{}</data>').format(
        value_text, source, value_text, text
    )


def join_words(parts: Sequence[str | Markup]) -> Markup:
    """Return "a, b and c", escaped."""
    if not parts:
        return Markup("")
    if len(parts) == 1:
        return escape(parts[0])
    return Markup(", ").join(parts[:-1]) + Markup(" and ") + escape(parts[-1])


def chip(text: str, css: str) -> Markup:
    """Return a small label, for example of a confidence."""
    return Markup('<span class="chip {}">{}</span>').format(css, text)


def csv_address(frame: pl.DataFrame) -> str:
    """Return the frame as a data address that a link can offer as a file; 12 figures."""
    flat = frame.select(
        pl.col(name).list.join(";")
        if dtype == pl.List
        else (pl.col(name).round_sig_figs(12) if dtype == pl.Float64 else pl.col(name))
        for name, dtype in frame.schema.items()
    )
    # A byte order mark makes Excel read UTF-8. Digits and commas stand as they are, which takes a
    # sixth less than base64.
    content = quote("\ufeff" + guarded_csv(flat), safe=",.;:-+/_~")
    return f"data:text/csv;charset=utf-8,{content}"


def text_cell(text: str | Markup, css: str = "", title: str = "") -> Cell:
    """Return a cell of words."""
    return Cell(text, css=css, title=title)


def head_cell(text: str | Markup, title: str = "") -> Cell:
    """Return the first cell of a row, which names it."""
    return Cell(text, is_head=True, title=title)


def number_cell(value: float | None, text: str = "", css: str = "") -> Cell:
    """Return a cell of a number, the exact value in its title."""
    return Cell(text or format_number(value), is_number=True, title=exact(value), css=css)


def difference_cell(value: float | None, largest: float, digits: int = 3) -> Cell:
    """Return a cell coloured by a difference: blue gains, orange losses."""
    if value is None:
        return Cell("", is_number=True)
    colour = difference_colour(value, largest)
    ink = "#ffffff" if is_dark(colour) else INK
    return Cell(
        format_signed(value, digits),
        is_number=True,
        title=exact(value),
        background=colour,
        colour=ink,
    )


def load_cell(ratio: float | None) -> Cell:
    """Return a cell coloured by load over capacity."""
    if ratio is None:
        return Cell("no limit", is_number=True)
    colour = load_colour(ratio)
    ink = "#ffffff" if is_dark(colour) else INK
    return Cell(
        format_share(ratio), is_number=True, title=exact(ratio), background=colour, colour=ink
    )


def frame_table(
    frame: pl.DataFrame,
    views: Sequence[ColumnView],
    caption: str | Markup,
    file_name: str = "",
    *,
    is_compact: bool = False,
    row_css: Sequence[str] = (),
) -> HtmlTable:
    """Return a table of the frame's rows, with the shown columns in full as a CSV download."""
    largest = {
        view.name: _largest(frame[view.name]) for view in views if view.format == "difference"
    }
    rows = tuple(
        tuple(
            _cell(row[view.name], view, largest.get(view.name, 0.0), is_head=place == 0)
            for place, view in enumerate(views)
        )
        for row in frame.iter_rows(named=True)
    )
    return HtmlTable(
        caption=caption,
        headers=tuple(Header(v.label, v.unit, v.format != "text") for v in views),
        rows=rows,
        download=csv_address(frame.select([v.name for v in views])) if file_name else "",
        file_name=file_name,
        is_compact=is_compact,
        row_css=tuple(row_css),
    )


def _largest(values: pl.Series) -> float:
    sizes = values.drop_nulls().abs()
    return float(sizes.max() or 0.0) if sizes.len() else 0.0  # type: ignore[arg-type]


def _cell(value: object, view: ColumnView, largest: float, *, is_head: bool) -> Cell:
    if view.format == "text" or isinstance(value, str):
        text = _words(value)
        return head_cell(text) if is_head else text_cell(text)
    if value is None:
        return Cell("", is_number=True)
    number = float(value)  # type: ignore[arg-type]
    if view.format == "year":
        return Cell(str(int(number)), is_number=True, is_head=is_head)
    if view.format == "load":
        return load_cell(number)
    if view.format == "difference":
        return difference_cell(number, largest)
    shown = {"number": format_number, "signed": format_signed, "share": format_share}[view.format]
    return number_cell(number, shown(number))


def _words(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, pl.Series)):
        return ", ".join(str(part) for part in value)
    return str(value)
