"""The part of the page on promises: what is kept, late, contradicted, and what comes next."""

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl
from markupsafe import Markup

from transcaspian.register.agenda import find_due
from transcaspian.register.contradictions import Contradiction, find_contradictions
from transcaspian.register.models import compare_with_runs, newest_ranges
from transcaspian.register.slips import Slip, find_slips
from transcaspian.register.status import STATUSES, Verdict, count_statuses, judge_all
from transcaspian.register.tables import Register
from transcaspian.report.blocks import Block, Figure, Fold, Header, HtmlTable, Remark, Section
from transcaspian.report.charts import WIDE_WIDTH, Spec, draw
from transcaspian.report.markup import chip, csv_address, head_cell, number_cell, text_cell
from transcaspian.results import theme

__all__ = ["promises_section"]

TROUBLE = ("missed", "late", "at_risk")
AHEAD_DAYS = 365
SLIPS_SHOWN = 12
KEY = "promises"


def promises_section(register: Register, as_of: date) -> Section:
    """Return the section as it looks on a day; rows marked internal are left out."""
    shown = register.public()
    verdicts = judge_all(shown, as_of)
    if not verdicts:
        return Section(KEY, "Promises", "The case has no register of promises.", (), "Promises")
    titles = dict(shown["commitments"].select("id", "title").iter_rows())
    blocks: list[Block] = [_statuses(verdicts), _trouble(verdicts, titles)]
    slips = [slip for slip in find_slips(shown, as_of) if slip.moves]
    if slips:
        blocks.append(_slips(slips, titles))
    blocks += _models(shown, titles)
    blocks.append(_ahead(shown, as_of))
    blocks.append(_contradictions(find_contradictions(shown, as_of)))
    blocks.append(_everything(verdicts, titles))
    return Section(KEY, "Promises", _lead(verdicts, as_of), blocks, "Promises")


def _lead(verdicts: Sequence[Verdict], as_of: date) -> str:
    counts = count_statuses(verdicts)
    said = ", ".join(
        f"{counts[status]} {_words(status)}" for status in STATUSES if status in counts
    )
    return (
        f"As of {as_of:%-d %B %Y}, {len(verdicts)} commitments: {said}. A status rests on what was"
        " published by that day; announcements and model runs are no evidence."
    )


def _words(status: str) -> str:
    return status.replace("_", " ")


def _statuses(verdicts: Sequence[Verdict]) -> Figure:
    counts = count_statuses(verdicts)
    frame = pl.DataFrame(
        {"status": [_words(status) for status in counts], "commitments": list(counts.values())}
    )
    trouble = sum(counts.get(status, 0) for status in TROUBLE)
    spec: Spec = {
        "height": {"step": 20},
        "data": {"values": frame.to_dicts()},
        "encoding": {
            "y": {
                "field": "status",
                "type": "nominal",
                "title": None,
                "sort": frame["status"].to_list(),
                "axis": {"ticks": False, "domain": False},
            },
            "x": {
                "field": "commitments",
                "type": "quantitative",
                "title": "Commitments",
                "axis": {"tickMinStep": 1},
            },
        },
        "layer": [
            {"mark": {"type": "bar", "color": theme.ACCENT, "height": {"band": 0.7}}},
            {
                "mark": {"type": "text", "align": "left", "dx": 4},
                "encoding": {"text": {"field": "commitments"}},
            },
        ],
    }
    table = HtmlTable(
        "Commitments by status",
        (Header("Status"), Header("Commitments", is_number=True)),
        tuple(
            (head_cell(status), number_cell(float(count), str(count)))
            for status, count in frame.iter_rows()
        ),
        csv_address(frame),
        "promises-by-status.csv",
    )
    title = f"{trouble} of {len(verdicts)} commitments are missed, late or at risk"
    return Figure(
        "promise-statuses",
        title,
        "Number of commitments by status",
        draw(spec, "Commitments by status", WIDE_WIDTH),
        "Register of the case",
        table,
    )


def _trouble(verdicts: Sequence[Verdict], titles: dict[str, str]) -> Block:
    rows = [verdict for status in TROUBLE for verdict in verdicts if verdict.status == status]
    if not rows:
        return Remark("No commitment is missed, late or at risk.")
    return _verdict_table(
        "Missed, late or at risk, and why", rows, titles, "promises-in-trouble.csv"
    )


def _verdict_table(
    caption: str, verdicts: Sequence[Verdict], titles: dict[str, str], file: str
) -> HtmlTable:
    frame = pl.DataFrame(
        {
            "commitment": [verdict.id for verdict in verdicts],
            "title": [titles[verdict.id] for verdict in verdicts],
            "status": [verdict.status for verdict in verdicts],
            "due": [verdict.due.edtf if verdict.due else "" for verdict in verdicts],
            "reason": [verdict.reason for verdict in verdicts],
            "rule": [verdict.rule for verdict in verdicts],
            "evidence": ["; ".join(verdict.evidence) for verdict in verdicts],
        }
    )
    rows = tuple(
        (
            head_cell(row["title"], row["commitment"]),
            text_cell(chip(_words(row["status"]), f"status-{row['status']}"), title=row["rule"]),
            text_cell(row["due"]),
            text_cell(row["reason"], title=row["evidence"]),
        )
        for row in frame.iter_rows(named=True)
    )
    headers = (Header("Commitment"), Header("Status"), Header("Due"), Header("Why"))
    return HtmlTable(caption, headers, rows, csv_address(frame), file)


def _slips(slips: Sequence[Slip], titles: dict[str, str]) -> HtmlTable:
    names = (
        "subject",
        "first_due",
        "last_due",
        "moves",
        "slip_months",
        "pace_outlook",
        "vintage_outlook",
        "class_outlook",
    )
    values = [slip.as_dict() for slip in slips]
    frame = pl.DataFrame({name: [value[name] for value in values] for name in names}, strict=False)
    rows = tuple(
        (
            head_cell(titles.get(slip.subject, slip.subject), slip.subject),
            text_cell(f"{slip.first_due:%Y-%m}"),
            text_cell(f"{slip.last_due:%Y-%m}"),
            number_cell(float(slip.moves), str(slip.moves)),
            number_cell(slip.slip_months, f"{slip.slip_months:+.0f}"),
            *(
                text_cell(f"{day:%Y-%m}" if day else "")
                for day in (slip.pace_outlook, slip.vintage_outlook, slip.class_outlook)
            ),
        )
        for slip in slips[:SLIPS_SHOWN]
    )
    headers = (
        Header("Promise"),
        Header("First date"),
        Header("Last date"),
        Header("Moves", is_number=True),
        Header("Slip", "months", is_number=True),
        Header("By pace"),
        Header("By dates"),
        Header("By others"),
    )
    caption = "How dates moved, and when the promise would be met by its measured pace, by how its dates move, and by how others overran"
    return HtmlTable(caption, headers, rows, csv_address(frame), "promise-slips.csv")


def _models(register: Register, titles: dict[str, str]) -> list[Block]:
    ranges = newest_ranges(compare_with_runs(register))
    if not ranges:
        return []
    frame = pl.DataFrame([item.as_dict() for item in ranges])
    rows = tuple(
        (
            head_cell(titles[item.commitment], item.indicator),
            text_cell(item.scenario),
            number_cell(float(item.year), str(item.year)),
            number_cell(item.without) if item.without is not None else text_cell("not there"),
            number_cell(item.highest),
            text_cell(item.highest_run),
            number_cell(item.observed) if item.observed is not None else text_cell("not observed"),
            number_cell(item.target) if item.target is not None else text_cell(""),
            text_cell(item.unit),
        )
        for item in ranges
    )
    headers = (
        Header("Promise"),
        Header("Scenario"),
        Header("Year", is_number=True),
        Header("Without projects", is_number=True),
        Header("Highest with one", is_number=True),
        Header("Which"),
        Header("Observed", is_number=True),
        Header("Target", is_number=True),
        Header("Unit"),
    )
    table = HtmlTable(
        "What the models compute beside what is observed",
        headers,
        rows,
        csv_address(frame),
        "promises-and-models.csv",
    )
    return [Fold("Models beside promises", (table,))]


def _ahead(register: Register, as_of: date) -> Block:
    items = find_due(register, as_of, as_of, as_of + timedelta(days=AHEAD_DAYS))
    if not items:
        return Remark("Nothing falls due in the next twelve months.")
    frame = pl.DataFrame([item.as_dict() for item in items])
    rows = tuple(
        (
            text_cell(item.day.isoformat()),
            head_cell(item.what, item.id),
            text_cell(_words(item.status)),
        )
        for item in items
    )
    headers = (Header("Day"), Header("What"), Header("Status"))
    table = HtmlTable(
        "Due in the next twelve months", headers, rows, csv_address(frame), "promises-due.csv"
    )
    return Fold(f"{len(items)} dates fall due in the next twelve months", (table,))


def _contradictions(found: Sequence[Contradiction]) -> Block:
    if not found:
        return Remark("No figures contradict each other.")
    frame = pl.DataFrame(
        {
            "subject": [item.subject for item in found],
            "about": [item.about for item in found],
            "figures": [
                "; ".join(f"{figure.who}: {figure.value}" for figure in item.figures)
                for item in found
            ],
            "gap": [item.gap for item in found],
            "unit": [item.unit for item in found],
        }
    )
    rows = tuple(
        (
            head_cell(item.subject),
            text_cell(item.about),
            text_cell(
                Markup("<br>").join(f"{figure.who}: {figure.value}" for figure in item.figures)
            ),
            number_cell(item.gap),
            text_cell(item.unit),
        )
        for item in found
    )
    headers = (
        Header("About"),
        Header("Period"),
        Header("Figures"),
        Header("Gap", is_number=True),
        Header("Unit"),
    )
    table = HtmlTable(
        "Figures and dates that contradict each other; none is averaged away",
        headers,
        rows,
        csv_address(frame),
        "contradictions.csv",
    )
    return Fold(f"{len(found)} contradictions between sources", (table,))


def _everything(verdicts: Sequence[Verdict], titles: dict[str, str]) -> Fold:
    order = {status: index for index, status in enumerate(STATUSES)}
    rows = sorted(verdicts, key=lambda verdict: (order[verdict.status], verdict.id))
    table = _verdict_table("All commitments", rows, titles, "promises.csv")
    return Fold(f"All {len(verdicts)} commitments with the rule that fired", (table,))
