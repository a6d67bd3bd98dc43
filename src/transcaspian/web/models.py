"""The JSON form of every page: one documented shape."""

import math
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from transcaspian.web.blocks import CellValue, Chart, Choice, Link, Links, Note, Page, Table
from transcaspian.web.view import FORMS, View

__all__ = ["ErrorData", "PageData", "page_data", "plain"]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ColumnData(_Record):
    """A column: name for machines, label for people, unit, and how its values are meant."""

    name: str
    label: str
    unit: str
    kind: str


class TableData(_Record):
    """Rows with their columns; `total` counts all rows where these are a part of them."""

    key: str
    title: str
    columns: list[ColumnData]
    rows: list[list[str | float | int | bool | None]]
    links: list[str | None]
    source: str
    confidence: str
    note: str
    total: int


class ChartData(_Record):
    """A chart: what it shows; its numbers stand in the table named `table`."""

    key: str
    title: str
    subtitle: str
    table: str


class MapData(_Record):
    """The flows and places of the map as GeoJSON-like features."""

    key: str
    title: str
    data: dict[str, Any]


class NoteData(_Record):
    """A paragraph."""

    text: str
    tone: str


class LinkData(_Record):
    """An address and what is behind it."""

    group: str
    text: str
    address: str
    note: str


class ChoiceData(_Record):
    """A query parameter: the values it can take and the one in force."""

    name: str
    label: str
    options: list[str]
    chosen: str


class PageData(_Record):
    """A page as data: everything that its HTML form says."""

    page: str = Field(description="Which page.")
    run: str = Field(description="Key of the run, empty for none.")
    language: str
    address: str = Field(description="Address of this view.")
    title: str
    lead: str
    choices: list[ChoiceData]
    notes: list[NoteData]
    tables: list[TableData]
    charts: list[ChartData]
    maps: list[MapData]
    links: list[LinkData]


class ProblemData(_Record):
    """One thing that is wrong."""

    file: str
    row: int
    column: str
    message: str
    cure: str


class ErrorBody(_Record):
    """What went wrong."""

    type: str
    message: str
    problems: list[ProblemData]


class ErrorData(_Record):
    """The one shape of errors."""

    error: ErrorBody


def plain(value: CellValue) -> CellValue:
    """Return the value as JSON can say it: what is no number becomes null."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def page_data(page: Page, view: View) -> PageData:
    """Return the page as data."""
    return PageData(
        page=page.key,
        run=page.run,
        language=view.language.code,
        address=view.here(**dict.fromkeys(FORMS, "")),
        title=page.title,
        lead=page.lead,
        choices=[_choice(choice) for choice in page.choices],
        notes=[NoteData(text=b.text, tone=b.tone) for b in page.blocks if isinstance(b, Note)],
        tables=[_table(table) for table in page.tables()],
        charts=[_chart(chart) for chart in page.charts()],
        maps=[MapData(key=d.key, title=d.title, data=dict(d.data)) for d in page.drawings()],
        links=[
            _link(block.title, link)
            for block in page.blocks
            if isinstance(block, Links)
            for link in block.links
        ],
    )


def _table(table: Table) -> TableData:
    return TableData(
        key=table.key,
        title=table.title,
        columns=[
            ColumnData(name=c.name, label=c.label, unit=c.unit, kind=c.kind) for c in table.columns
        ],
        rows=[[plain(value) for value in row] for row in table.rows],
        links=list(table.links),
        source=table.source,
        confidence=table.confidence,
        note=table.note,
        total=len(table.rows) if table.total is None else table.total,
    )


def _chart(chart: Chart) -> ChartData:
    return ChartData(
        key=chart.key, title=chart.title, subtitle=chart.subtitle, table=chart.table.key
    )


def _link(group: str, link: Link) -> LinkData:
    return LinkData(group=group, text=link.text, address=link.address, note=link.note)


def _choice(choice: Choice) -> ChoiceData:
    return ChoiceData(
        name=choice.name,
        label=choice.label,
        options=[value for value, _ in choice.options],
        chosen=choice.chosen,
    )
