"""The parts of the page on trust: model against statistics, and checks."""

from collections.abc import Mapping

import polars as pl
from markupsafe import Markup

from transcaspian.report.blocks import Block, Cell, Figure, Fold, Grid, Header, HtmlTable, Section
from transcaspian.report.charts import Spec, draw
from transcaspian.report.markup import (
    ColumnView,
    chip,
    csv_address,
    frame_table,
    head_cell,
    number_cell,
    text_cell,
)
from transcaspian.report.names import Names, humanise
from transcaspian.report.worded import worded
from transcaspian.results.theme import ACCENT, INK, MUTED, format_range, format_share

__all__ = ["checks_line", "checks_section", "sanity_line", "validation_section", "within"]

# A published figure counts as met within this relative error.
CLOSE = 0.10
WORST_SHOWN = 0.6  # errors beyond this are drawn at the edge of the chart


def within(validation: pl.DataFrame, area: str, use: str | None = None) -> tuple[int, int]:
    """Return how many published figures of an area the model meets within CLOSE, and of how many.

    use: "fitted" or "held back" counts these alone.
    """
    rows = validation.filter(pl.col("area") == area, pl.col("relative").is_not_null())
    if use is not None:
        rows = rows.filter(pl.col("use") == use)
    return rows.filter(pl.col("relative").abs() <= CLOSE).height, rows.height


def told_apart(validation: pl.DataFrame, area: str) -> str:
    """Return the counts of fitted and of held-back figures apart, "" where none are told apart."""
    if "use" not in validation.columns or not validation["use"].is_not_null().any():
        return ""
    counts = {use: within(validation, area, use) for use in ("held back", "fitted")}
    parts = [f"{met} of {known} {use}" for use, (met, known) in counts.items() if known]
    return f" ({', '.join(parts)})"


def validation_section(tables: Mapping[str, pl.DataFrame], names: Names) -> Section:
    """Return model against published statistics, errors stated."""
    validation = tables["validation"]
    title = "Model against published statistics"
    if validation.is_empty():
        return Section("validation", title, "No published figure was compared in this run.", (), "Validation")  # fmt: skip
    named = worded(validation, subject=("subject", names.country), quantity=("quantity", humanise))
    blocks: list[Block] = []
    figures = []
    for area in ("power", "freight"):
        rows = named.filter(pl.col("area") == area)
        if rows.height:
            figures.append(_error_figure(rows, area, *within(validation, area)))
    blocks.append(Grid(tuple(figures)))
    lead = (
        "The model is run on a past year and compared with what was counted. Some inputs were "
        "calibrated on these statistics (route constants of freight, availability of plants and "
        "rivers): agreement shows that the model reproduces the past, not that it foresees. What "
        "freight was fitted to and what was held back stand apart; only the latter tests it."
    )
    return Section("validation", title, lead, blocks, "Validation")


def _error_figure(rows: pl.DataFrame, area: str, met: int, known: int) -> Figure:
    title = f"{humanise(area)}: {met} of {known} published figures are met within {format_share(CLOSE, 2)}"
    title += told_apart(rows, area)
    shown = (
        rows.filter(pl.col("relative").is_not_null())
        .with_columns(
            label=pl.when(pl.col("subject").is_duplicated())
            .then(pl.concat_str(pl.col("subject"), pl.lit(", "), pl.col("quantity")))
            .otherwise("subject"),
            error=pl.col("relative").clip(-WORST_SHOWN, WORST_SHOWN),
        )
        .sort(pl.col("published").abs(), descending=True)
        .head(28)
    )
    y = {"field": "label", "type": "nominal", "title": None, "sort": shown["label"].to_list(),
         "axis": {"ticks": False, "domain": False, "labelLimit": 240}}  # fmt: skip
    x = {"field": "error", "type": "quantitative", "title": "Model over published, minus one",
         "axis": {"format": "+.0%", "tickCount": 5}, "scale": {"domain": [-WORST_SHOWN, WORST_SHOWN]}}  # fmt: skip
    spec: Spec = {
        "height": {"step": 18},
        "data": {"values": shown.select("label", "error").to_dicts()},
        "layer": [
            {"mark": {"type": "rect", "color": ACCENT, "opacity": 0.1},
             "encoding": {"x": {"datum": -CLOSE, "type": "quantitative"}, "x2": {"datum": CLOSE}}},
            {"mark": {"type": "rule", "color": MUTED}, "encoding": {"x": {"datum": 0, "type": "quantitative"}}},
            {"mark": {"type": "rule", "color": INK, "strokeWidth": 1.2},
             "encoding": {"y": y, "x": x, "x2": {"datum": 0}}},
            {"mark": {"type": "point", "filled": True, "size": 45, "color": INK, "opacity": 1},
             "encoding": {"y": y, "x": x}},
        ],
    }  # fmt: skip
    views = (
        ColumnView("subject", "What"),
        ColumnView("quantity", "Quantity"),
        ColumnView("published", "Published", "", "number"),
        ColumnView("modelled", "Model", "", "number"),
        *(
            (ColumnView("without_constants", "Model without constants", "", "number"),)
            if "without_constants" in rows.columns and rows["without_constants"].is_not_null().any()
            else ()
        ),
        ColumnView("unit", "Unit"),
        ColumnView("difference", "Difference", "", "signed"),
        ColumnView("relative", "Error", "", "share"),
        ColumnView("scope", "Scope"),
        *((ColumnView("use", "Use"),) if "use" in rows.columns else ()),
        *(
            (ColumnView("publisher", "Publisher"), ColumnView("published_on", "Dated"))
            if "publisher" in rows.columns
            else ()
        ),
        ColumnView("source", "Source"),
    )
    return Figure(
        f"validation-{area}",
        title,
        f"Relative error, largest figures first; band: within {format_share(CLOSE, 2)}; "
        f"errors beyond {format_share(WORST_SHOWN, 2)} are drawn at the edge.",
        draw(spec, title),
        "Published figures: sources named in the table.",
        frame_table(rows, views, f"{humanise(area)}: model and published figures", f"validation_{area}.csv"),
    )  # fmt: skip


def checks_line(checks: pl.DataFrame) -> Markup:
    """Return one line that says whether the books balance."""
    if checks.is_empty():
        return chip("no checks in this run", "poor")
    passed, total = int(checks["passed"].sum()), checks.height
    names_failed = [humanise(name) for name in checks.filter(~pl.col("passed"))["check"]]
    if not names_failed:
        return chip("\u2713 passed", "good") + Markup(
            ' <data value="{passed}" title="checks.passed">{passed}</data> of <data value="{total}" '
            'title="checks">{total}</data> checks: energy, tonnes and money balance.'
        ).format(passed=passed, total=total)
    return chip("\u2717 failed", "poor") + Markup(
        ' <data value="{failed}" title="checks.passed">{failed}</data> of <data value="{total}" '
        'title="checks">{total}</data> checks: {names}.'
    ).format(failed=total - passed, total=total, names=", ".join(names_failed))


def checks_section(tables: Mapping[str, pl.DataFrame]) -> Section:
    """Return conservation, cancelling transfers, sanity bands and solver gaps."""
    blocks: list[Block] = []
    checks, sanity, solves = tables["checks"], tables["sanity"], tables["solves"]
    if checks.height:
        blocks.append(_checks_table(checks))
    if sanity.height:
        blocks.append(_sanity_table(sanity))
    if solves.height:
        blocks.append(_solves_fold(solves))
    return Section(
        "checks",
        "Checks",
        "Recomputed from the result tables, by another road than the model's own.",
        blocks,
    )


def _mark(passed: bool) -> Cell:
    return text_cell(chip("\u2713 yes", "good") if passed else chip("\u2717 no", "poor"))


def _checks_table(checks: pl.DataFrame) -> HtmlTable:
    rows = tuple(
        (
            head_cell(humanise(row["check"])),
            text_cell(row["meaning"]),
            number_cell(row["value"], _scientific(row["value"])),
            number_cell(row["tolerance"], _scientific(row["tolerance"])),
            _mark(row["passed"]),
        )
        for row in checks.iter_rows(named=True)
    )
    headers = (
        Header("Check"),
        Header("Meaning"),
        Header("Value", "", is_number=True),
        Header("Allowed", "", is_number=True),
        Header("Passed"),
    )
    return HtmlTable("Do the books balance?", headers, rows, csv_address(checks), "checks.csv")


def _sanity_table(sanity: pl.DataFrame) -> HtmlTable:
    """Return a row a band: what the model spans, and how many of its values lie inside."""
    bands = sanity.group_by("quantity", "unit", "low", "high", maintain_order=True).agg(
        least=pl.col("value").min(),
        most=pl.col("value").max(),
        inside=pl.col("passed").sum(),
        values=pl.len(),
        reason=pl.col("reason").filter(~pl.col("passed")).drop_nulls().first(),
    )
    rows = tuple(
        (
            head_cell(row["quantity"]),
            text_cell(row["unit"]),
            number_cell(row["low"], format_range(row["low"], row["high"])),
            number_cell(row["least"], format_range(row["least"], row["most"])),
            text_cell(
                chip(
                    f"{row['inside']} of {row['values']}",
                    "good" if row["inside"] == row["values"] else "fair",
                )
            ),
            text_cell(row["reason"] or ""),
        )
        for row in bands.iter_rows(named=True)
    )
    headers = (
        Header("Quantity"),
        Header("Unit"),
        Header("Likely", "", is_number=True),
        Header("Model", "", is_number=True),
        Header("Inside"),
        Header("Why not"),
    )
    return HtmlTable("Are the figures likely?", headers, rows, csv_address(sanity), "sanity.csv")


def sanity_line(sanity: pl.DataFrame) -> Markup:
    """Return one line that says how many values lie in the bands of published figures."""
    if sanity.is_empty():
        return Markup("")
    inside, total = int(sanity["passed"].sum()), sanity.height
    return Markup(
        'Likely by published bands: <data value="{inside}" title="sanity.passed">{inside}</data> of '
        '<data value="{total}" title="sanity">{total}</data> values{rest}.'
    ).format(
        inside=inside,
        total=total,
        rest="" if inside == total else "; the others are explained under Checks",
    )


def _solves_fold(solves: pl.DataFrame) -> Fold:
    views = (
        ColumnView("scenario", "Scenario"),
        ColumnView("run", "Run"),
        ColumnView("year", "Year", "", "year"),
        ColumnView("room", "Model"),
        ColumnView("method", "Method"),
        ColumnView("iterations", "Iterations", "", "number"),
        ColumnView("gap", "Gap", "", "number"),
        ColumnView("objective", "Objective", "", "number"),
    )
    caption = f"{solves.height} solves"
    return Fold(caption, (frame_table(solves, views, caption, "solves.csv", is_compact=True),))


def _scientific(value: float | None) -> str:
    if value is None:
        return ""
    return "0" if value == 0 else f"{value:.1e}".replace("e-0", "e-").replace("-", "\u2212")
