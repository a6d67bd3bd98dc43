"""What went in: every figure with source and confidence, the sources, and the raw result tables."""

from collections.abc import Callable

import polars as pl

from transcaspian.errors import InputError
from transcaspian.report.charts import Spec
from transcaspian.report.worded import worded
from transcaspian.results.theme import CONFIDENCE_COLOURS
from transcaspian.web.blocks import (
    Block,
    Chart,
    Choice,
    Column,
    Link,
    Links,
    Note,
    Page,
    Table,
)
from transcaspian.web.pages.common import (
    model_confidence,
    model_source,
    option,
    project_name,
    scenario_name,
)
from transcaspian.web.pages.generic import generic_column
from transcaspian.web.runs import HOURLY, Run
from transcaspian.web.titles import table_meaning
from transcaspian.web.urls import run_page
from transcaspian.web.view import View

__all__ = ["assumptions_page", "sources_page", "table_page"]

CONFIDENCES = ("reported", "derived", "assumed", "synthetic")
ROWS_OF_PAGE = 300
# Parameters of a table's rows, and the columns that they choose by.
COLUMN_OF = {
    "scenario": "scenario", "year": "year", "with": "run", "of": "table", "confidence": "confidence",
}  # fmt: skip


def assumptions_page(run: Run, view: View) -> Page:
    """Return the figures that went in, filtered by word, table and confidence."""
    t = view.t
    every = run.table("assumptions")
    tables = ["", *every["table"].unique(maintain_order=True).to_list()]
    table, confidence = option(view.get("of"), tables, "table"), view.get("confidence")
    find = view.get("find")
    chosen = every
    if table:
        chosen = chosen.filter(pl.col("table") == table)
    if confidence:
        chosen = chosen.filter(pl.col("confidence").str.contains(confidence, literal=True))
    if find:
        words = pl.concat_str("table", "row", "column", "value", "source", separator=" ")
        chosen = chosen.filter(words.str.to_lowercase().str.contains(find.lower(), literal=True))
    page = _page_of(view, chosen.height)
    shown = chosen.slice((page - 1) * ROWS_OF_PAGE, ROWS_OF_PAGE)
    blocks: list[Block] = []
    if run.table("confidence_counts").height and not (table or confidence or find):
        blocks.append(_counts_chart(run, view))
    if shown.height:
        blocks.append(_figures(view, shown, chosen))
    else:
        blocks.append(Note(t("No figure fits.")))
    blocks += _pages(view, page, chosen.height)
    blocks.append(
        Links(
            t("Also"),
            (
                Link(
                    t("Sources"), view.link(run_page(run.key, "sources")), t("pages and documents")
                ),
            ),
        )
    )
    choices = (
        Choice("find", t("Find"), (), find),
        Choice("of", t("Table"), tuple((name, name or t("all")) for name in tables), table),
        Choice(
            "confidence",
            t("Confidence"),
            (("", t("all")), *((name, view.word(name)) for name in CONFIDENCES)),
            confidence,
        ),
    )
    lead = t(
        "{count} entries of the case's tables went into the models. Each names its source and how sure it is: reported"
        " (someone counted or signed it), derived (computed from reported figures), assumed (our"
        " judgement), synthetic (a made series, calibrated).",
        count=view.language.whole(every.height),
    )
    return Page(
        "assumptions", t("Assumptions"), lead, tuple(blocks), choices, run.key, "assumptions"
    )


def _pages(view: View, page: int, rows: int) -> list[Block]:
    """Return links to the page before and after, where there are any."""
    last = max(-(-rows // ROWS_OF_PAGE), 1)
    links = []
    if page > 1:
        links.append(Link(view.t("Before"), view.here(page=str(page - 1))))
    if page < last:
        links.append(Link(view.t("Next"), view.here(page=str(page + 1))))
    return (
        [Links(view.t("Page {page} of {last}", page=page, last=last), tuple(links))]
        if links
        else []
    )


def _page_of(view: View, rows: int) -> int:
    """Return the page asked for; the last one where a narrower choice has fewer."""
    last = max(-(-rows // ROWS_OF_PAGE), 1)
    return min(int(view.get("page") or 1), last)


def _figures(view: View, shown: pl.DataFrame, chosen: pl.DataFrame) -> Table:
    t = view.t
    return Table(
        "figures",
        view.tn("{count} figure", "{count} figures", chosen.height),
        (
            Column("row", t("What")),
            Column("table", t("Table")),
            Column("column", t("Figure")),
            Column("value", t("Value")),
            Column("unit", t("Unit")),
            Column("source", t("Source")),
            Column("confidence", t("Confidence"), kind="word"),
        ),
        tuple(
            (
                row["row"],
                row["table"],
                view.column(row["column"]),
                row["value"],
                view.word(row["unit"] or ""),
                row["source"],
                row["confidence"],
            )
            for row in shown.iter_rows(named=True)
        ),
        t("Tables of the case; each row names its source"),
        t("as the row says"),
        total=chosen.height,
        every=chosen.lazy(),
    )


def _counts_chart(run: Run, view: View) -> Chart:
    t = view.t
    counts = run.table("confidence_counts")
    long = counts.unpivot(CONFIDENCES, index="table", variable_name="confidence", value_name="rows")
    order = {name: place for place, name in enumerate(CONFIDENCES)}
    rows = worded(long, word=("confidence", view.word)).with_columns(
        order=pl.col("confidence").replace_strict(order, return_dtype=pl.Int64)
    )
    spec: Spec = {
        "height": {"step": 16},
        "data": {"values": rows.to_dicts()},
        "mark": {"type": "bar", "height": 11},
        "encoding": {
            "y": {"field": "table", "type": "nominal", "title": None,
                  "axis": {"ticks": False, "domain": False, "labelLimit": 220}},
            "x": {"field": "rows", "type": "quantitative", "title": t("Share of the table's rows"),
                  "stack": "normalize", "axis": {"format": ".0%", "tickCount": 4}},
            "color": {"field": "word", "type": "nominal",
                      "scale": {"domain": [view.word(name) for name in CONFIDENCES],
                                "range": [CONFIDENCE_COLOURS[name] for name in CONFIDENCES]},
                      "legend": {"orient": "top", "title": None, "columns": 4}},
            "order": {"field": "order", "type": "quantitative"},
        },
    }  # fmt: skip
    columns = (
        Column("table", t("Table")),
        *(Column(name, view.word(name), "rows", "whole") for name in CONFIDENCES),
    )
    title = t("How sure the figures are, by table")
    table = Table(
        "confidence-counts",
        t("Rows by table and confidence"),
        columns,
        tuple(counts.select("table", *CONFIDENCES).iter_rows()),
        t("Counted in run {run}", run=run.key),
        view.word("derived"),
    )
    return Chart(
        "confidence", title, t("Share of the rows of each table of the case."), table, spec
    )


def sources_page(run: Run, view: View) -> Page:
    """Return the pages and documents that the figures come from."""
    t = view.t
    frame = run.case.tables["sources"]
    columns = ("title", "publisher", "date", "licence", "address", "key")
    labels = (t("Title"), t("Publisher"), t("Date"), t("Licence"), t("Address"), t("Key"))
    table = Table(
        "sources",
        view.tn("{count} source", "{count} sources", frame.height),
        tuple(Column(name, label) for name, label in zip(columns, labels, strict=True)),
        tuple(frame.select(columns).iter_rows()),
        t("Table {table} of the case", table="sources"),
        view.word("reported"),
    )
    lead = t("Pages and documents that the figures of the case come from.")
    return Page("sources", t("Sources"), lead, (table,), run=run.key, section="assumptions")


def _flat(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Return the rows with text where they have categories or lists."""
    plain = frame.with_columns(pl.col(pl.Categorical, pl.Enum).cast(pl.String))
    return plain.with_columns(
        pl.col(column).cast(pl.List(pl.String)).list.join("; ")
        for column, dtype in plain.collect_schema().items()
        if dtype == pl.List
    )


def _narrowed(frame: pl.LazyFrame, view: View) -> pl.LazyFrame:
    """Return the rows that the address asks for, by word and by the columns that say which they are.

    Raises InputError for a choice that the table has no column for: it would change nothing.
    """
    columns = frame.collect_schema()
    lacking = [
        name for name in ("of", "confidence") if view.get(name) and COLUMN_OF[name] not in columns
    ]
    if lacking:
        raise InputError(
            f"The table has no column {', '.join(COLUMN_OF[name] for name in lacking)}."
            f" Leave out {', '.join(lacking)}, or choose by find."
        )
    for name, column in COLUMN_OF.items():
        wanted = view.get(name)
        if wanted and column in columns:  # scenario, year and project are carried along
            frame = frame.filter(pl.col(column).cast(pl.String) == wanted)
    find = view.get("find").lower()
    if find:
        words = pl.concat_str(
            [pl.col(column).cast(pl.String).fill_null("") for column in columns], separator=" "
        )
        frame = frame.filter(words.str.to_lowercase().str.contains(find, literal=True))
    return frame


def _table_choices(frame: pl.LazyFrame, run: Run, view: View) -> tuple[Choice, ...]:
    """Return a word to find, and the values of the columns that say which rows they are."""
    t, columns = view.t, frame.collect_schema()
    labels = {"scenario": t("Scenario"), "year": t("Year"), "with": t("With")}
    choices = [Choice("find", t("Find"), (), view.get("find"))]
    present = {name: COLUMN_OF[name] for name in labels if COLUMN_OF[name] in columns}
    values = frame.select(
        pl.col(column).unique().cast(pl.String).sort().implode().alias(name)
        for name, column in present.items()
    ).collect()
    for name in present:
        known = [value for value in values[name][0] if value is not None]
        wanted = view.get(name)
        if wanted and wanted not in known:
            known.append(wanted)
        names: dict[str, Callable[[str], str]] = {
            "scenario": lambda key: scenario_name(run, view, key),
            "with": lambda key: project_name(run, view, key),
        }
        name_of = names.get(name, str)
        options = (("", t("all")), *((value, name_of(value)) for value in known))
        choices.append(Choice(name, labels[name], options, wanted))
    return tuple(choices)


def table_page(run: Run, name: str, view: View) -> Page:
    """Return a page of the rows of a result table, under its own column names."""
    t = view.t
    raw = pl.scan_parquet(run.file(name), glob=False)
    every = _flat(raw)
    chosen = _narrowed(every, view)
    total = int(chosen.select(pl.len()).collect().item())
    page = _page_of(view, total)
    rows = chosen.slice((page - 1) * ROWS_OF_PAGE, ROWS_OF_PAGE).collect()
    columns = tuple(
        generic_column(column, dtype, view.language) for column, dtype in rows.schema.items()
    )
    blocks: list[Block] = [
        Table(
            name,
            view.tn("{count} row", "{count} rows", total),
            columns,
            tuple(rows.iter_rows()),
            model_source(run, view, name),
            model_confidence(run, view),
            total=total,
            every=chosen,
            note=t("The file {file} of the run folder holds all rows.", file=f"{name}.parquet"),
        ),
        *_pages(view, page, total),
    ]
    if name in HOURLY:
        blocks.append(Note(t("Hours count from 0 at the start of the year, in UTC.")))
    return Page(
        "table",
        view.table(name),
        table_meaning(view.language, name),
        tuple(blocks),
        _table_choices(raw, run, view),
        run=run.key,
        section="overview",
    )
