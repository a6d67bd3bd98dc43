"""The HTML form of a page: cells as they are shown, and the template around them."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from transcaspian.errors import TranscaspianError
from transcaspian.results.theme import INK, difference_colour, is_dark, load_colour
from transcaspian.web import urls
from transcaspian.web.blocks import (
    Block,
    CellValue,
    Chart,
    Column,
    Link,
    Links,
    Note,
    Page,
    Table,
)
from transcaspian.web.files import chart_svg
from transcaspian.web.language import LANGUAGES
from transcaspian.web.view import FORMS, View

__all__ = ["PageContext", "ShownCell", "ShownTable", "render", "render_error", "render_failure"]

ROWS_SHOWN = 300
NOT_FOUND = 404
NOISE = 1e-9  # smaller values are rounding of sums: shown as zero, exact in the title
ENGLISH_WORDS = re.compile(r"(?<![\w|/-])[A-Za-z]{2,}(?![\w|/-])")
LONG_TEXT = 48  # letters from which a cell is given room
TABLE_FORMATS = ("csv", "xlsx", "parquet")
CHART_FORMATS = ("svg", "png", "pdf")


@dataclass(frozen=True, slots=True)
class ShownCell:
    """A cell: `text` as it reads, `title` with the exact value, colours, address, classes.

    lang: its language where it is not that of the page.
    """

    text: str
    title: str = ""
    css: str = ""
    style: str = ""
    address: str = ""
    lang: str = ""


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A table as it reads: heads (label, unit, class), rows of cells, and its downloads."""

    table: Table
    heads: tuple[tuple[str, str, str], ...]
    rows: tuple[tuple[ShownCell, ...], ...]
    downloads: tuple[Link, ...]
    hidden: int


@dataclass(frozen=True, slots=True)
class PageContext:
    """What the template `page.html` needs.

    page: the page. view: language, address and parameters. tables: every table as it reads, by key.
    charts: every chart as SVG, by key; chart_links: their files. navigation: sections with the one in force. languages:
    addresses of this page in the other languages. downloads: the whole page as files. runs: keys
    and titles of all runs. is_reviewed: whether the language was read by a speaker.
    """

    page: Page
    view: View
    tables: Mapping[str, ShownTable]
    charts: Mapping[str, Markup]
    chart_links: Mapping[str, tuple[Link, ...]]
    navigation: tuple[tuple[str, str, bool], ...]
    languages: tuple[tuple[str, str, str], ...]
    downloads: tuple[Link, ...]
    runs: tuple[tuple[str, str], ...]
    is_reviewed: bool


def render(page: Page, view: View, runs: Sequence[str]) -> str:
    """Return the page as HTML."""
    context = PageContext(
        page=page,
        view=view,
        tables={table.key: shown_table(table, view) for table in page.tables()},
        charts={c.key: Markup(chart_svg(c, view.language)) for c in page.charts()},
        chart_links={c.key: _chart_links(c, view) for c in page.charts()},
        navigation=_navigation(page, view, runs),
        languages=tuple(
            (code, name, view.here(lang=code))
            for code, name in LANGUAGES.items()
            if code != view.language.code
        ),
        downloads=tuple(
            Link(text, view.here(format=form))
            for text, form in (
                ("JSON", "json"),
                ("Excel", "xlsx"),
                *(((view.t("PDF sheet"), "pdf"),) if page.sheet is not None else ()),
            )
        ),
        runs=tuple((run, view.plain_link(urls.run_page(run))) for run in runs),
        is_reviewed=view.language.is_reviewed,
    )
    return _environment().get_template("page.html").render(context=context, _=view.language.text)


def render_error(error: TranscaspianError, status: int, view: View, runs: Sequence[str]) -> str:
    """Return an error as a page: what is wrong, and how to cure it."""
    blocks: list[Block] = [Note(str(problem), "warning") for problem in error.problems]
    blocks.append(_ways_back(view, runs))
    title = view.t("Not found") if status == NOT_FOUND else view.t("This does not work")
    return render(Page("error", title, error.message, tuple(blocks)), view, runs)


def render_failure(view: View, runs: Sequence[str]) -> str:
    """Return the page that says that the program has made a mistake, with ways on from it."""
    lead = view.t(
        "The program made a mistake here; nothing is lost. The log of the server says which."
    )
    page = Page("error", view.t("This page failed"), lead, (_ways_back(view, runs),))
    return render(page, view, runs)


def _ways_back(view: View, runs: Sequence[str]) -> Links:
    """Return where to go from a page that is none: itself without choices, its run, the start."""
    t = view.t
    links = [Link(t("Overview"), view.plain_link(urls.OVERVIEW))]
    links += [Link(run, view.plain_link(urls.run_page(run))) for run in runs]
    links.append(Link(t("Promises"), view.plain_link(urls.REGISTER)))
    run = next((run for run in runs if view.path.startswith(f"{urls.run_page(run)}/")), None)
    if run is not None:
        links.insert(0, Link(t("Run {run}", run=run), view.plain_link(urls.run_page(run))))
    if set(view.query) - {"lang"}:
        links.insert(0, Link(t("This page without any choice"), view.plain_link(view.path)))
    return Links(t("Go on"), tuple(links))


def _navigation(page: Page, view: View, runs: Sequence[str]) -> tuple[tuple[str, str, bool], ...]:
    t = view.t
    titles = {
        "map": t("Map"),
        "power": t("Electricity"),
        "freight": t("Freight"),
        "crossing": t("Crossing"),
        "projects": t("Projects"),
        "funds": t("Funds"),
        "assumptions": t("Assumptions"),
    }
    items = [(t("Overview"), view.plain_link(urls.OVERVIEW), page.section == "overview")]
    run = page.run or (runs[0] if runs else "")
    if run:
        items += [
            (titles[name], _section_link(view, page, run, name), page.section == name)
            for name in urls.SECTIONS
        ]
    items.append((t("Promises"), view.plain_link(urls.REGISTER), page.section == "register"))
    if len(runs) > 1:
        items.append((t("Compare"), view.plain_link(urls.compare()), page.section == "compare"))
    return tuple(items)


def _section_link(view: View, page: Page, run: str, name: str) -> str:
    path = urls.run_page(run, name)
    return view.link(path) if page.run else view.plain_link(path)


def _chart_links(chart: Chart, view: View) -> tuple[Link, ...]:
    return tuple(
        Link(form.upper(), view.here(format=form, chart=chart.key)) for form in CHART_FORMATS
    )


def shown_table(table: Table, view: View) -> ShownTable:
    """Return the table as it reads."""
    largest = [
        _largest(table, place) if column.kind == "difference" else 0.0
        for place, column in enumerate(table.columns)
    ]
    rows = tuple(
        tuple(
            _cell(value, column, largest[place], view, _link_of(table, line, place))
            for place, (value, column) in enumerate(zip(row, table.columns, strict=True))
        )
        for line, row in enumerate(table.rows[:ROWS_SHOWN])
    )
    heads = tuple(
        (column.label, view.word(column.unit) if column.unit else "", _css(column))
        for column in table.columns
    )
    downloads = tuple(
        Link(
            {"xlsx": "Excel", "parquet": "Parquet"}.get(form, form.upper()),
            view.here(format=form, table=table.key),
        )
        for form in TABLE_FORMATS
    )
    every = len(table.rows) if table.every is None or table.total is None else table.total
    return ShownTable(table, heads, rows, downloads, max(every - len(rows), 0))


def _link_of(table: Table, line: int, place: int) -> str:
    return (table.links[line] or "") if table.links and place == 0 else ""


def _largest(table: Table, place: int) -> float:
    values = [row[place] for row in table.rows]
    return max((abs(value) for value in values if isinstance(value, float)), default=0.0)


def _css(column: Column) -> str:
    return "" if column.kind in ("text", "word", "date") else "n"


def _cell(value: CellValue, column: Column, largest: float, view: View, address: str) -> ShownCell:
    if value is None:
        return ShownCell("", css=_css(column), address=address)
    language = view.language
    if isinstance(value, bool):
        return ShownCell(language.text("yes") if value else language.text("no"))
    if isinstance(value, str):
        if column.kind == "word" and view.is_word(value):
            return ShownCell(language.word(value), css=f"chip w-{_class(value)}", address=address)
        if column.kind == "word":
            value = language.word(value)
        if column.kind == "date":
            return ShownCell(language.edtf(value), value, "day", address=address)
        long = "long" if len(value) > LONG_TEXT else ""
        return ShownCell(value, css=long, address=address, lang=_foreign(value, language.code))
    number = float(value)
    shown_number = 0.0 if abs(number) < NOISE else number
    exact = language.exact(number)
    if column.kind in ("year", "whole"):
        text = str(int(number)) if column.kind == "year" else language.whole(int(number))
        return ShownCell(text, css="n", address=address)
    if column.kind == "load":
        return ShownCell(language.share(number), exact, "n", _colours(load_colour(number)))
    if column.kind == "difference":
        colour = difference_colour(number, largest)
        return ShownCell(language.signed(shown_number), exact, "n", _colours(colour))
    shown = {"signed": language.signed, "share": language.share}.get(column.kind, language.number)
    return ShownCell(shown(shown_number), exact, "n", address=address)


def _foreign(text: str, code: str) -> str:
    """Return the language of a sentence that a source left in English, for screen readers."""
    is_english = code != "en" and text.isascii() and len(ENGLISH_WORDS.findall(text)) > 1
    return "en" if is_english else ""


def map_words(text: Callable[[str], str]) -> dict[str, str]:
    """Return what the interactive map says by itself, by the names that its library gives them."""
    return {
        "Map.Title": text("Interactive map; the arrow keys move it, plus and minus enlarge it"),
        "NavigationControl.ZoomIn": text("Enlarge"),
        "NavigationControl.ZoomOut": text("Make smaller"),
    }


def _colours(colour: str) -> str:
    return f"background:{colour};color:{'#ffffff' if is_dark(colour) else INK}"


def _class(word: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in word.lower())


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("transcaspian.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["urls"] = urls
    environment.globals["forms"] = FORMS
    environment.globals["map_words"] = map_words
    return environment
