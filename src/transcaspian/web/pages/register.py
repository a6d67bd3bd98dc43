"""The register of promises: status, vintages, contradictions, what falls due, one thing, history."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from transcaspian.errors import NotFoundError
from transcaspian.register.agenda import find_due
from transcaspian.register.contradictions import find_contradictions
from transcaspian.register.listing import describe
from transcaspian.register.slips import find_slips
from transcaspian.register.status import STATUSES, Verdict, count_statuses, judge_all
from transcaspian.register.tables import Register
from transcaspian.report.charts import Spec
from transcaspian.results.theme import ACCENT
from transcaspian.web import urls
from transcaspian.web.blocks import (
    Block,
    CellValue,
    Chart,
    Choice,
    Column,
    Link,
    Links,
    Note,
    Page,
    Table,
)
from transcaspian.web.said import about, reason
from transcaspian.web.view import View

__all__ = [
    "contradictions_page",
    "due_page",
    "history_page",
    "promise_page",
    "register_page",
    "slips_page",
]

DAYS_AHEAD = 365
HIDDEN = ("internal",)
WORD_COLUMNS = (
    "status",
    "confidence",
    "kind",
    "field",
    "measure",
    "direction",
    "state",
    "path",
    "role",
)
NAMED = ("title", "name")
KEYS = ("id", "key")  # a row's own key is shown as it is
EXACT = 6  # figures shown of values of single rows
# Tables of facts: each row became known on a day.
FACTS = ("evidence", "forecasts", "observations")


def register_page(register: Register, as_of: date, view: View) -> Page:
    """Return every commitment with its status and slip, filtered as the reader asked."""
    t = view.t
    rows = register["commitments"].select("id", "field", "title", "owner").iter_rows(named=True)
    about = {row["id"]: row for row in rows}
    every = judge_all(register, as_of)
    status, field = view.get("status"), view.get("field")
    verdicts = [
        verdict
        for verdict in every
        if status in ("", verdict.status) and field in ("", about[verdict.id]["field"])
    ]
    slips = {slip.subject: slip.slip_months for slip in find_slips(register, as_of) if slip.moves}
    order = {name: place for place, name in enumerate(STATUSES)}
    shown = sorted(verdicts, key=lambda v: (order[v.status], v.due.edtf if v.due else "9", v.id))
    counts = count_statuses(every)
    fields = sorted({str(row["field"]) for row in about.values()})
    choices = (
        Choice(
            "status",
            t("Status"),
            (("", t("all")), *((name, view.word(name)) for name in counts)),
            status,
        ),
        Choice(
            "field",
            t("Field"),
            (("", t("all")), *((name, view.word(name)) for name in fields)),
            field,
        ),
        _day_choice(view, as_of),
    )
    lead = t("{count} commitments as of {day}; a status rests on evidence published by that day.",
             count=len(every), day=view.language.day(as_of))  # fmt: skip
    blocks: list[Block] = [_around(view)]
    if shown:
        blocks.append(_commitments(view, shown, about, slips))
    else:
        blocks.append(Note(t("No commitment fits.")))
    blocks.append(_count_chart(view, counts))
    return Page("register", t("Promises"), lead, tuple(blocks), choices, section="register")


def _day_choice(view: View, as_of: date) -> Choice:
    """Return the day to look from: the one in force and the ends of earlier years."""
    days = [
        as_of.isoformat(),
        *(date(as_of.year - back, 12, 31).isoformat() for back in range(1, 4)),
    ]
    options = tuple((day, view.language.day(date.fromisoformat(day))) for day in days)
    return Choice("as_of", view.t("As of"), options, as_of.isoformat())


def _around(view: View) -> Links:
    t = view.t
    kept = {"as_of": view.get("as_of")}

    def link(name: str) -> str:
        return view.plain_link(urls.register_page(name), **kept)

    return Links(
        t("Also"),
        (
            Link(t("Late"), view.plain_link(urls.REGISTER, status="late", **kept), t("past their date")),
            Link(t("Dates that moved"), link("slips"), t("and when promises will really be met")),
            Link(t("Contradictions"), link("contradictions"), t("figures that differ between sources")),
            Link(t("Due"), link("due"), t("in the next twelve months")),
            Link(t("History"), link("history"), t("what was entered, when")),
        ),
    )  # fmt: skip


def _source(view: View) -> tuple[str, str]:
    return view.t("Register of promises; each row names its sources"), view.t(
        "as the row says; see the promise"
    )


def _commitments(
    view: View,
    verdicts: Sequence[Verdict],
    about: Mapping[str, Mapping[str, object]],
    slips: Mapping[str, float],
) -> Table:
    t = view.t
    source, confidence = _source(view)
    rows: list[tuple[CellValue, ...]] = [
        (
            view.name(str(about[v.id]["title"])),
            v.status,
            v.due.edtf if v.due else None,
            slips.get(v.id),
            reason(view, v.reason),
            str(about[v.id]["field"]),
            v.id,
        )
        for v in verdicts
    ]
    return Table(
        "commitments",
        view.tn("{count} commitment", "{count} commitments", len(rows)),
        (
            Column("title", t("Commitment")),
            Column("status", t("Status"), kind="word"),
            Column("due", t("Due date"), kind="date"),
            Column("slip_months", t("Slip"), "months", "signed"),
            Column("reason", t("Why")),
            Column("field", t("Field"), kind="word"),
            Column("id", t("Key")),
        ),
        tuple(rows),
        source,
        confidence,
        tuple(view.plain_link(urls.promise(v.id), as_of=view.get("as_of")) for v in verdicts),
    )


def _count_chart(view: View, counts: Mapping[str, int]) -> Chart:
    t = view.t
    source, _ = _source(view)
    data = [{"status": view.word(name), "count": count} for name, count in counts.items()]
    spec: Spec = {
        "height": {"step": 24},
        "data": {"values": data},
        "encoding": {"y": {"field": "status", "type": "nominal", "sort": [row["status"] for row in data], "title": None},
                     "x": {"field": "count", "type": "quantitative", "title": t("Commitments")}},
        "layer": [
            {"mark": {"type": "bar", "color": ACCENT, "height": 14}},
            {"mark": {"type": "text", "align": "left", "dx": 4}, "encoding": {"text": {"field": "count"}}},
        ],
    }  # fmt: skip
    table = Table(
        "counts",
        t("Commitments by status"),
        (Column("status", t("Status"), kind="word"), Column("count", t("Commitments"), kind="whole")),
        tuple(counts.items()),
        source,
        t("computed from evidence published by that day"),
        tuple(view.plain_link(urls.REGISTER, status=name) for name in counts),
    )  # fmt: skip
    return Chart("statuses", t("Commitments by status"), t("Number of commitments."), table, spec)


def slips_page(register: Register, as_of: date, view: View) -> Page:
    """Return how promised dates moved, and when promises would really be met."""
    t = view.t
    titles = dict(register["commitments"].select("id", "title").iter_rows())
    slips = [slip for slip in find_slips(register, as_of) if slip.vintages > 1]
    source, confidence = _source(view)
    rows: list[tuple[CellValue, ...]] = [
        (
            view.name(titles.get(slip.subject, slip.subject)),
            slip.status or None,
            slip.first_due.isoformat(),
            slip.last_due.isoformat(),
            slip.vintages,
            slip.slip_months,
            *(
                day.isoformat() if day else None
                for day in (slip.pace_outlook, slip.vintage_outlook, slip.class_outlook)
            ),
        )
        for slip in slips
    ]
    table = Table(
        "slips",
        t("Dates that were given more than once"),
        (
            Column("promise", t("Promise")),
            Column("status", t("Status"), kind="word"),
            Column("first_due", t("First date"), kind="date"),
            Column("last_due", t("Last date"), kind="date"),
            Column("vintages", t("Dates given"), kind="whole"),
            Column("slip_months", t("Slip"), "months", "signed"),
            Column("pace_outlook", t("By pace"), kind="date"),
            Column("vintage_outlook", t("By moving dates"), kind="date"),
            Column("class_outlook", t("By other promises"), kind="date"),
        ),
        tuple(rows),
        source,
        confidence,
        tuple(view.plain_link(urls.promise(slip.subject)) for slip in slips),
    )
    lead = t(
        "How promised dates moved, and when the promise would be met by its measured pace, by how its"
        " dates move, and by how comparable promises overran."
    )
    return _list_page("slips", t("Dates that moved"), lead, table, as_of, view)


def _list_page(key: str, title: str, lead: str, table: Table, as_of: date, view: View) -> Page:
    blocks: tuple[Block, ...] = (table if table.rows else Note(view.t("There is none.")), _around(view))  # fmt: skip
    return Page(key, title, lead, blocks, (_day_choice(view, as_of),), section="register")


def contradictions_page(register: Register, as_of: date, view: View) -> Page:
    """Return figures and dates of different sources that do not agree, side by side."""
    t = view.t
    found = find_contradictions(register, as_of)
    names = _names(register)
    source, confidence = _source(view)
    rows: list[tuple[CellValue, ...]] = [
        (
            view.name(names.get(item.subject, item.subject)),
            about(view, item.about),
            "; ".join(
                f"{view.word(figure.who)}: {_figure(view, figure.value)}" for figure in item.figures
            ),
            item.gap,
            view.word(item.unit),
            item.gap_share,
            item.kind,
        )
        for item in found
    ]
    table = Table(
        "contradictions",
        view.tn("{count} contradiction", "{count} contradictions", len(rows)),
        (
            Column("subject", t("About")),
            Column("period", t("Period")),
            Column("figures", t("Figures")),
            Column("gap", t("Gap"), "", "number"),
            Column("unit", t("Unit")),
            Column("gap_share", t("Of the smaller"), "", "share"),
            Column("kind", t("Kind"), kind="word"),
        ),
        tuple(rows),
        source,
        confidence,
        tuple(
            view.plain_link(urls.promise(item.subject), as_of=view.get("as_of")) for item in found
        ),
    )
    lead = t("Figures and dates of different sources that do not agree; none is averaged away.")
    return _list_page("contradictions", t("Contradictions"), lead, table, as_of, view)


def _names(register: Register) -> dict[str, str]:
    """Return the key of everything that has a name → its name."""
    return {
        **dict(register["bodies"].select("id", "name").iter_rows()),
        **dict(register["instruments"].select("id", "title").iter_rows()),
        **dict(register["indicators"].select("id", "name").iter_rows()),
        **dict(register["commitments"].select("id", "title").iter_rows()),
        **dict(register["projects"].select("id", "name").iter_rows()),
    }


def _figure(view: View, value: float | date) -> str:
    return (
        view.language.day(value)
        if isinstance(value, date)
        else view.language.shortest(value, EXACT)
    )


def due_page(register: Register, as_of: date, view: View) -> Page:
    """Return what falls due in the next twelve months."""
    t = view.t
    items = find_due(register, as_of, as_of, as_of + timedelta(days=DAYS_AHEAD))
    source, confidence = _source(view)
    names = dict(register["bodies"].select("id", "name").iter_rows())
    table = Table(
        "due",
        view.tn("{count} date", "{count} dates", len(items)),
        (
            Column("what", t("What")),
            Column("day", t("Day"), kind="date"),
            Column("kind", t("Kind"), kind="word"),
            Column("owner", t("Owner")),
            Column("status", t("Status"), kind="word"),
        ),
        tuple(
            (about(view, item.what), item.day.isoformat(), item.kind, view.name(names.get(item.owner, item.owner)), item.status or None)
            for item in items
        ),
        source,
        confidence,
        tuple(view.plain_link(urls.promise(item.id)) for item in items),
    )  # fmt: skip
    lead = t("What falls due in the twelve months after {day}.", day=view.language.day(as_of))
    return _list_page("due", t("Due"), lead, table, as_of, view)


def promise_page(register: Register, key: str, as_of: date, view: View) -> Page:
    """Return one thing of the register with everything that hangs on it."""
    t = view.t
    if "\0" in key:
        raise NotFoundError("Nothing in the register has that key.")
    found = describe(register, key, as_of)
    source = str(found.row.get("source") or "")
    blocks: list[Block] = []
    if found.verdict is not None:
        blocks.append(
            Note(
                t(
                    "Status: {status}. {reason}",
                    status=view.word(found.verdict.status),
                    reason=reason(view, found.verdict.reason),
                ),
                "warning" if found.verdict.status in ("late", "missed") else "plain",
            )
        )
    blocks.append(_row_table(view, found.row, source, _names(register)))
    blocks += [_related(view, name, rows) for name, rows in found.related.items() if rows]
    blocks.append(_around(view))
    title = str(found.row.get("title") or found.row.get("name") or key)
    lead = t("{table}: {key}, as of {day}", table=view.table(found.table), key=key,
             day=view.language.day(as_of))  # fmt: skip
    return Page(
        "promise",
        view.name(title),
        lead,
        tuple(blocks),
        (_day_choice(view, as_of),),
        section="register",
    )


def _row_table(
    view: View, row: Mapping[str, object], source: str, names: Mapping[str, str]
) -> Table:
    t = view.t
    return Table(
        "row",
        t("What is known of it"),
        (Column("what", t("What")), Column("value", t("Value"))),
        tuple(
            (view.column(name), _said(view, name, value, names))
            for name, value in row.items()
            if value is not None and name not in HIDDEN
        ),
        source or t("Register of promises"),
        view.word(str(row.get("confidence") or "reported")),
    )


def _said(view: View, name: str, value: object, names: Mapping[str, str]) -> str:
    """Return a value of a row: words of ours translated, numbers in the reader's way."""
    if isinstance(value, bool):
        return view.t("yes") if value else view.t("no")
    if isinstance(value, float):
        return view.language.shortest(value, EXACT)
    if name in NAMED:
        return view.name(str(value))
    if _is_day(name):
        return view.language.edtf(str(value))
    keys = str(value).split(";")
    if name not in KEYS and all(key in names for key in keys):
        return ", ".join(f"{view.name(names[key])} ({key})" for key in keys)
    return view.word(str(value)) if name in WORD_COLUMNS else str(value)


def _is_day(name: str) -> bool:
    return name.endswith("_on") or name in ("due", "start", "end", "as_of", "promised", "happened")


def _shown(view: View, name: str, value: object) -> CellValue:
    return view.name(value) if name in NAMED and isinstance(value, str) else _plain(value)


def _related(view: View, name: str, rows: Sequence[Mapping[str, object]]) -> Table:
    columns = [column for column in rows[0] if column not in HIDDEN]
    kinds = {column: _kind(column, [row[column] for row in rows]) for column in columns}
    return Table(
        name,
        view.table(name),
        tuple(Column(column, view.column(column), "", kinds[column]) for column in columns),  # type: ignore[arg-type]
        tuple(tuple(_shown(view, column, row[column]) for column in columns) for row in rows),
        view.t("Register of promises; each row names its sources"),
        view.t("as the row says"),
    )


def _kind(name: str, values: Sequence[object]) -> str:
    if name in WORD_COLUMNS:
        return "word"
    if _is_day(name):
        return "date"
    known = [value for value in values if value is not None]
    is_number = bool(known) and all(
        isinstance(value, int | float) and not isinstance(value, bool) for value in known
    )
    return "number" if is_number else "text"


def _plain(value: object) -> CellValue:
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)


def known_facts(register: Register, as_of: date, view: View) -> list[dict[str, object]]:
    """Return the facts that were known by a day, newest first: key, day, table, what, source."""
    names = _names(register)
    found: list[dict[str, object]] = []
    for name in FACTS:
        for row in register.known_by(as_of)[name].iter_rows(named=True):
            subject = str(row.get("commitment") or row.get("subject") or row.get("indicator") or "")
            said = [
                row.get(part) for part in ("what", "value", "period", "promised", "due", "date")
            ]
            found.append(
                {
                    "key": subject,
                    "subject": view.name(names.get(subject, subject)),
                    "known_on": row["known_on"],
                    "table": view.table(name),
                    "what": "; ".join(str(part) for part in said if part is not None),
                    "source": row["source"],
                    "confidence": row["confidence"],
                }
            )
    return sorted(found, key=lambda row: (str(row["known_on"]), str(row["key"])), reverse=True)


def history_page(register: Register, as_of: date, view: View) -> Page:
    """Return what became known when, newest first."""
    t = view.t
    entries = known_facts(register, as_of, view)
    table = Table(
        "history",
        view.tn("{count} entry", "{count} entries", len(entries)),
        (
            Column("subject", t("About")),
            Column("known_on", t("Known on"), kind="date"),
            Column("table", t("Table")),
            Column("what", t("What")),
            Column("source", t("Source")),
            Column("confidence", t("Confidence"), kind="word"),
            Column("key", t("Key")),
        ),
        tuple(
            tuple(_plain(entry[name]) for name in ("subject", "known_on", "table", "what", "source", "confidence", "key"))
            for entry in entries
        ),
        t("Register of promises"),
        t("as the row says"),
        tuple(view.plain_link(urls.promise(str(entry["key"]))) for entry in entries),
    )  # fmt: skip
    lead = t("What became known when, newest first.")
    return _list_page("history", t("History"), lead, table, as_of, view)
