"""Tables and charts of a page as files: CSV, Excel, Parquet, SVG, PNG, PDF."""

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

import polars as pl
import xlsxwriter  # type: ignore[import-untyped]

from transcaspian.errors import InputError, NotFoundError
from transcaspian.report.charts import NUMBER_FORMAT, complete, draw
from transcaspian.report.images import svg_to_pdf, svg_to_png
from transcaspian.spreadsheet import guarded, guarded_csv
from transcaspian.web.blocks import Chart, Column, Page, Table
from transcaspian.web.language import Language

__all__ = [
    "chart_file",
    "chart_svg",
    "csv_file",
    "excel_file",
    "find_chart",
    "find_table",
    "parquet_file",
    "streamed",
    "table_frame",
    "vega_file",
]

BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # makes Excel read UTF-8
LONGEST_SHEET_NAME = 31
MOST_SHEET_ROWS = 1_000_000
MOST_ROWS_OF_A_PART = 100_000  # of a table that is read where it lies: more take minutes to write
PIECE_BYTES = 1 << 20
COLUMN_WIDTH, TEXT_WIDTH = 14, 34
_TYPES = {
    "text": pl.String,
    "word": pl.String,
    "date": pl.String,
    "year": pl.Int64,
    "whole": pl.Int64,
}
_ONE_AT_A_TIME = Lock()


def find_table(page: Page, key: str) -> Table:
    """Return a table of the page; its first one for an empty key, NotFoundError for a wrong one."""
    tables = page.tables()
    for table in tables:
        if table.key == key or not key:
            return table
    known = ", ".join(table.key for table in tables) or "none"
    raise NotFoundError(f"The page has no table {key!r}; it has {known}.")


def find_chart(page: Page, key: str) -> Chart:
    """Return a chart of the page; its first one for an empty key, NotFoundError for a wrong one."""
    charts = page.charts()
    for chart in charts:
        if chart.key == key or not key:
            return chart
    known = ", ".join(chart.key for chart in charts) or "none"
    raise NotFoundError(f"The page has no chart {key!r}; it has {known}.")


def table_frame(table: Table) -> pl.DataFrame:
    """Return the table with the unit of each column in its name."""
    return pl.DataFrame(
        [
            pl.Series(
                column_title(column),
                [row[place] for row in table.rows],
                dtype=_TYPES.get(column.kind, pl.Float64),
                strict=False,
            )
            for place, column in enumerate(table.columns)
        ]
    )


def column_title(column: Column) -> str:
    """Return the name of a column with its unit: a number that leaves the program keeps it."""
    return f"{column.name} [{column.unit}]" if column.unit else column.name


def csv_file(table: Table) -> bytes:
    """Return the table as CSV with comma and dot, 12 figures."""
    frame = table_frame(table).with_columns(pl.selectors.float().round_sig_figs(12))
    return BYTE_ORDER_MARK + guarded_csv(frame).encode()


def streamed(table: Table, form: str) -> Iterator[bytes]:
    """Return all rows of a table that is read where it lies as pieces of a CSV or Parquet file.

    The file is written beside memory, to a folder that is gone once it is read: such a table may
    hold millions of rows.
    """
    assert table.every is not None
    titles = {column.name: column_title(column) for column in table.columns}
    rows = table.every.select(list(titles)).rename(titles)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "table"
        if form == "csv":
            floats = pl.selectors.float().round_sig_figs(12)
            guarded(rows.with_columns(floats)).sink_csv(file, include_bom=True)
        else:
            rows.sink_parquet(file)
        with file.open("rb") as stream:
            yield from iter(lambda: stream.read(PIECE_BYTES), b"")


def parquet_file(table: Table) -> bytes:
    """Return the table as Parquet."""
    buffer = io.BytesIO()
    table_frame(table).write_parquet(buffer)
    return buffer.getvalue()


def excel_file(page: Page, tables: Sequence[Table], address: str, language: Language) -> bytes:
    """Return a workbook: a first sheet that says what this is, then one sheet a table."""
    tables = [_with_most_rows(table, language) for table in tables]
    if any(len(table.rows) > MOST_SHEET_ROWS for table in tables):
        raise InputError("A sheet holds a million rows at most: take CSV or Parquet instead.")
    t = language.text
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "nan_inf_to_errors": True}) as book:
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        about = book.add_worksheet(t("About"))
        about.set_column(0, 0, TEXT_WIDTH)
        about.set_column(1, 4, 2 * TEXT_WIDTH)
        rows = [(page.title, ""), (page.lead, ""), (t("Address"), address), ("", "")]
        for place, row in enumerate(rows):
            about.write_row(place, 0, row)
        about.write_row(
            len(rows), 0, (t("Sheet"), t("Table"), t("Source"), t("Confidence"), t("Note")), head
        )
        names = _sheet_names(tables)
        for place, (name, table) in enumerate(zip(names, tables, strict=True), len(rows) + 1):
            about.write_row(
                place, 0, (name, table.title, table.source, table.confidence, table.note)
            )
            _write_sheet(book.add_worksheet(name), table, head, language)
    return buffer.getvalue()


def _with_most_rows(table: Table, language: Language) -> Table:
    """Return the table with its rows read, and with a note where a sheet can't take all of them."""
    if table.every is None:
        return table
    names = [column.name for column in table.columns]
    rows = tuple(table.every.select(names).head(MOST_ROWS_OF_A_PART).collect().iter_rows())
    note = table.note
    if table.total is not None and table.total > len(rows):
        note = language.text(
            "This sheet holds the first {count} of {total} rows: CSV and Parquet hold all.",
            count=language.whole(len(rows)),
            total=language.whole(table.total),
        )
    return replace(table, rows=rows, note=note)


def _sheet_names(tables: Sequence[Table]) -> list[str]:
    names: list[str] = []
    for table in tables:
        name = table.key[:LONGEST_SHEET_NAME]
        while name in names:
            name = f"{name[: LONGEST_SHEET_NAME - 3]}-{len(names)}"
        names.append(name)
    return names


def _write_sheet(sheet: Any, table: Table, head: Any, language: Language) -> None:
    for place, column in enumerate(table.columns):
        is_text = column.kind in ("text", "word")
        sheet.set_column(place, place, TEXT_WIDTH if is_text else COLUMN_WIDTH)
        unit = f" [{language.word(column.unit)}]" if column.unit else ""
        sheet.write_string(0, place, f"{column.label}{unit}", head)
    sheet.freeze_panes(1, 1)
    for line, row in enumerate(table.rows, start=1):
        for place, value in enumerate(row):
            if value is None:
                continue
            if isinstance(value, str):  # never a formula: "=1" stays text
                is_word = table.columns[place].kind == "word"
                sheet.write_string(line, place, language.word(value) if is_word else value)
            else:
                sheet.write(line, place, value)


def chart_svg(chart: Chart, language: Language) -> str:
    """Return the chart as SVG, numbers in the reader's way."""
    if chart.svg is not None:
        return str(chart.svg)
    return _drawn(
        json.dumps(chart.spec, sort_keys=True), chart.title, chart.width, language.code,
        language.decimal, language.thousands,
    )  # fmt: skip


@lru_cache(maxsize=256)
def _drawn(spec: str, title: str, width: int, code: str, decimal: str, thousands: str) -> str:
    with _ONE_AT_A_TIME:
        form = number_format(decimal, thousands)
        return str(draw(json.loads(spec), f"{title} ({code})"[: -len(code) - 3], width, form))


def number_format(decimal: str, thousands: str) -> dict[str, Any]:
    """Return how charts write numbers."""
    return {**NUMBER_FORMAT, "decimal": decimal, "thousands": thousands}


def chart_file(chart: Chart, language: Language, form: str) -> bytes:
    """Return the chart as a file that stands alone: svg, png or pdf."""
    svg = chart_svg(chart, language)
    if " xmlns=" not in svg.split(">", 1)[0]:
        svg = svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    if form == "svg":
        return svg.encode()
    return svg_to_png(svg) if form == "png" else svg_to_pdf(svg)


def vega_file(chart: Chart, language: Language) -> Mapping[str, Any]:
    """Return the chart's description and number format, for the browser to draw."""
    if chart.svg is not None:
        raise NotFoundError(f"The chart {chart.key!r} is a drawing and has no description.")
    return {
        "spec": {"$schema": "https://vega.github.io/schema/vega-lite/v6.json"}
        | complete(chart.spec, chart.width),
        "formatLocale": number_format(language.decimal, language.thousands),
    }
