"""Commands on the register of promises: `transcaspian register …`."""

import getpass
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from transcaspian.cli.output import JSON_OPTION, console, print_json, print_table
from transcaspian.errors import InputError

if TYPE_CHECKING:
    from transcaspian.register.record import Change
    from transcaspian.register.tables import Register

app = typer.Typer(
    help="The register of promises: what was agreed, what became of it, what comes next.",
    no_args_is_help=True,
)

AsOf = Annotated[
    str, typer.Option("--as-of", metavar="DATE", help="Day to look from; today by default.")
]
Database = Annotated[
    str | None,
    typer.Option(
        "--db",
        metavar="ADDRESS",
        help="File or postgresql:// address; the packaged register by default.",
    ),
]
Json = Annotated[bool, JSON_OPTION]
Role = Annotated[
    str, typer.Option("--role", help="public, or internal to see rows marked internal.")
]
Author = Annotated[
    str, typer.Option("--author", help="Who enters it; the name of the user by default.")
]
Message = Annotated[str, typer.Option("--message", "-m", help="Why, for the history.")]
SHOWN = 60  # letters of a free text in a table


@app.command()
def status(
    as_of: AsOf = "",
    only: Annotated[
        str, typer.Option("--only", metavar="STATUS", help="Show one status only.")
    ] = "",
    field: Annotated[
        str, typer.Option("--field", help="Show one field only, for example transport.")
    ] = "",
    db: Database = None,
    role: Role = "public",
    as_json: Json = False,
) -> None:
    """Say for every commitment whether it is kept, late, at risk … and why."""
    from transcaspian.register.status import STATUSES, count_statuses, judge_all

    if only and only not in STATUSES:
        raise InputError(f"{only!r} is no status; statuses are {', '.join(STATUSES)}.")
    register, day = _load(db, role), _day(as_of)
    rows = register["commitments"].select("id", "field", "title").iter_rows()
    about = {name: (topic, title) for name, topic, title in rows}
    verdicts = [
        verdict
        for verdict in judge_all(register, day)
        if (not only or verdict.status == only) and (not field or about[verdict.id][0] == field)
    ]
    if as_json:
        commitments = [{"title": about[verdict.id][1], **verdict.as_dict()} for verdict in verdicts]
        print_json(
            {
                "as_of": day.isoformat(),
                "counts": count_statuses(verdicts),
                "commitments": commitments,
            }
        )
        return
    counts = ", ".join(f"{count} {name}" for name, count in count_statuses(verdicts).items())
    print_table(
        f"Commitments as of {day}: {counts or 'none'}",
        ("commitment", "status", "due", "why"),
        [
            (
                verdict.id.removeprefix("com-"),
                verdict.status,
                verdict.due.edtf if verdict.due else "",
                _cut(verdict.reason),
            )
            for verdict in verdicts
        ],
    )


@app.command("list")
def list_rows(
    table: Annotated[
        str, typer.Argument(metavar="TABLE", help="commitments, instruments, observations …")
    ] = "commitments",
    where: Annotated[
        list[str] | None,
        typer.Option(
            "--where", metavar="COLUMN=VALUE", help="Keep rows with this value; can be repeated."
        ),
    ] = None,
    after: Annotated[
        str, typer.Option("--after", metavar="KEY", help="Go on after this key.")
    ] = "",
    limit: Annotated[int, typer.Option("--limit", help="Rows on a page, at most 1000.")] = 50,
    db: Database = None,
    role: Role = "public",
    as_json: Json = False,
) -> None:
    """List the rows of a table, in order of their keys, a page at a time."""
    from transcaspian.register.listing import list_table

    page = list_table(db, table, _assignments(where or []), after=after, limit=limit, role=role)
    if as_json:
        print_json({"table": table, "rows": page.rows, "next": page.after})
        return
    columns = [
        name
        for name in page.columns
        if name not in {"source", "note", "internal", "confidence", "known_on"}
    ][:6]
    print_table(table, columns, [[_cut(row[name], 30) for name in columns] for row in page.rows])
    if page.after:
        console().print(f"More: --after {page.after!r}")


@app.command()
def show(
    key: Annotated[
        str,
        typer.Argument(
            metavar="KEY", help="Commitment, instrument, indicator, body … or row of evidence."
        ),
    ],
    as_of: AsOf = "",
    db: Database = None,
    role: Role = "public",
    as_json: Json = False,
) -> None:
    """Show one thing with everything that hangs on it."""
    from transcaspian.register.listing import describe

    found = describe(_load(db, role), key, _day(as_of))
    if as_json:
        print_json(found.as_dict())
        return
    print_table(
        f"{found.table}: {key}",
        ("column", "value"),
        [(name, value) for name, value in found.row.items() if value is not None],
    )
    if found.verdict is not None:
        console().print(
            f"Status: {found.verdict.status} ({found.verdict.rule}). {found.verdict.reason}"
        )
    for name, rows in found.related.items():
        columns = [
            column
            for column in rows[0]
            if column not in {"source", "note", "internal", "confidence", "known_on"}
        ][:6]
        print_table(name, columns, [[_cut(row[column], 40) for column in columns] for row in rows])


@app.command()
def due(
    first: Annotated[
        str,
        typer.Option(
            "--from", metavar="DATE", help="First day; the first of this quarter by default."
        ),
    ] = "",
    last: Annotated[
        str,
        typer.Option("--to", metavar="DATE", help="Last day; the end of the quarter by default."),
    ] = "",
    as_of: AsOf = "",
    db: Database = None,
    role: Role = "public",
    as_json: Json = False,
) -> None:
    """List what falls due, by default in the present quarter."""
    from transcaspian.register.agenda import find_due, quarter_of
    from transcaspian.register.edtf import parse_date

    day = _day(as_of)
    begin = parse_date(first).first if first else quarter_of(day)[0]
    end = parse_date(last).last if last else quarter_of(max(day, begin))[1]
    if end < begin:
        raise InputError(f"The last day {end} lies before the first {begin}.")
    items = find_due(_load(db, role), day, begin, end)
    if as_json:
        print_json(
            {
                "as_of": day.isoformat(),
                "from": begin.isoformat(),
                "to": end.isoformat(),
                "items": [item.as_dict() for item in items],
            }
        )
        return
    print_table(
        f"Due from {begin} to {end}, as of {day}",
        ("day", "what", "owner", "status"),
        [
            (item.day, _cut(item.what), item.owner.removeprefix("body-"), item.status)
            for item in items
        ],
    )


@app.command()
def slips(
    as_of: AsOf = "", db: Database = None, role: Role = "public", as_json: Json = False
) -> None:
    """Show how promised dates moved, and when promises will really be met."""
    from transcaspian.register.slips import find_slips

    day = _day(as_of)
    found = find_slips(_load(db, role), day)
    if as_json:
        print_json({"as_of": day.isoformat(), "slips": [slip.as_dict() for slip in found]})
        return
    print_table(
        f"Promised dates as of {day}: outlook by measured pace, by moving dates, by other promises",
        ("promise", "first", "last", "moves", "months", "pace", "dates", "others"),
        [
            (
                slip.subject.removeprefix("com-"),
                f"{slip.first_due:%Y-%m}",
                f"{slip.last_due:%Y-%m}",
                slip.moves,
                f"{slip.slip_months:+.0f}",
                *(
                    f"{day:%Y-%m}" if day else ""
                    for day in (slip.pace_outlook, slip.vintage_outlook, slip.class_outlook)
                ),
            )
            for slip in found
        ],
        numeric=("moves", "months"),
    )


@app.command()
def contradictions(
    as_of: AsOf = "", db: Database = None, role: Role = "public", as_json: Json = False
) -> None:
    """List figures and dates that contradict each other, side by side."""
    from transcaspian.register.contradictions import find_contradictions

    day = _day(as_of)
    found = find_contradictions(_load(db, role), day)
    if as_json:
        print_json({"as_of": day.isoformat(), "contradictions": [item.as_dict() for item in found]})
        return
    print_table(
        f"Contradictions known on {day}",
        ("about", "period", "figures", "gap"),
        [
            (
                item.subject,
                item.about,
                "\n".join(f"{figure.who}: {_figure(figure.value)}" for figure in item.figures),
                f"{item.gap:.4g} {item.unit}",
            )
            for item in found
        ],
    )


@app.command()
def quality(
    as_of: AsOf = "", db: Database = None, role: Role = "public", as_json: Json = False
) -> None:
    """Score instruments by how checkable their commitments are."""
    from transcaspian.register.quality import count_new, score_instruments
    from transcaspian.register.status import judge_all

    register, day = _load(db, role), _day(as_of)
    verdicts = judge_all(register, day)
    scores = score_instruments(register, verdicts)
    if as_json:
        print_json(
            {
                "as_of": day.isoformat(),
                "promises": len(verdicts),
                "new": count_new(register, verdicts),
                "instruments": [score.as_dict() for score in scores],
            }
        )
        return
    print_table(
        f"Share of commitments with owner, date, baseline, indicator and evidence, as of {day}",
        ("instrument", "promises", "owner", "date", "baseline", "indicator", "evidence", "score"),
        [
            (
                score.instrument or "(no instrument)",
                score.commitments,
                *(
                    "-" if share is None else f"{share:.0%}"
                    for share in (
                        score.owner,
                        score.date,
                        score.baseline,
                        score.indicator,
                        score.evidence,
                        score.score,
                    )
                ),
            )
            for score in scores
        ],
        numeric=("promises", "owner", "date", "baseline", "indicator", "evidence", "score"),
    )


@app.command()
def brief(
    subject: Annotated[
        str,
        typer.Argument(metavar="SUBJECT", help="Body, field or instrument; everything by default."),
    ] = "",
    as_of: AsOf = "",
    db: Database = None,
    role: Role = "public",
    as_json: Json = False,
) -> None:
    """Write a brief: counts, trouble, what comes next, what contradicts itself."""
    from transcaspian.register.brief import write_brief

    found = write_brief(_load(db, role), subject, _day(as_of))
    if as_json:
        print_json(found.as_dict())
        return
    counts = ", ".join(f"{count} {name}" for name, count in found.counts.items())
    console().print(
        f"{subject or 'All promises'} as of {found.as_of}: {found.promises} promises, {found.new} of them new. {counts}."
    )
    print_table(
        "Trouble",
        ("promise", "status", "why"),
        [
            (_cut(title, 36), verdict.status, _cut(verdict.reason))
            for verdict, title in found.trouble
        ],
    )
    print_table(
        "Next half year",
        ("day", "what", "status"),
        [(item.day, _cut(item.what), item.status) for item in found.ahead],
    )
    print_table(
        "Contradictions",
        ("about", "period", "gap"),
        [
            (item.subject, item.about, f"{item.gap:.4g} {item.unit}")
            for item in found.contradictions
        ],
    )


@app.command()
def add(
    table: Annotated[str, typer.Argument(metavar="TABLE", help="Table of the register.")],
    values: Annotated[
        list[str],
        typer.Argument(
            metavar="COLUMN=VALUE…", help="Cells of the row; a row of the same key is corrected."
        ),
    ],
    expected_revision: Annotated[
        int | None,
        typer.Option(
            "--expected-revision",
            help="Refuse if somebody changed the row since this revision (0: must be new).",
        ),
    ] = None,
    author: Author = "",
    message: Message = "",
    db: Database = None,
    as_json: Json = False,
) -> None:
    """Add a row, or correct one by a new row; nothing is ever overwritten."""
    _record(table, _assignments(values), author, message, db, as_json, expected_revision)


@app.command()
def observe(
    indicator: Annotated[str, typer.Argument(metavar="INDICATOR")],
    period: Annotated[
        str, typer.Argument(metavar="PERIOD", help="2025, 2025-Q1, 2025-M01-10, 2025-03-12 …")
    ],
    value: Annotated[str, typer.Argument(metavar="VALUE")],
    compiler: Annotated[str, typer.Option("--compiler", help="Who compiled it.")],
    source: Annotated[str, typer.Option("--source", help="Key of the source.")],
    known_on: Annotated[
        str, typer.Option("--known-on", metavar="DATE", help="Day the source made it known.")
    ],
    kind: Annotated[str, typer.Option("--kind", help="actual, ytd, stock, plan …")] = "actual",
    scope: Annotated[str, typer.Option("--scope", help="Part that is counted.")] = "",
    unit: Annotated[str, typer.Option("--unit", help="Unit; the indicator's by default.")] = "",
    confidence: Annotated[
        str, typer.Option("--confidence", help="reported, derived, assumed or synthetic.")
    ] = "reported",
    internal: Annotated[
        bool, typer.Option("--internal", help="Hide it from exports and other roles.")
    ] = False,
    author: Author = "",
    message: Message = "",
    db: Database = None,
    as_json: Json = False,
) -> None:
    """Add a figure to a series."""
    row = {
        "indicator": indicator,
        "period": period,
        "value": value,
        "unit": unit or _unit_of(indicator, db),
        "kind": kind,
        "compiler": compiler,
        "scope": scope,
        "known_on": known_on,
        "source": source,
        "confidence": confidence,
        "internal": "true" if internal else "false",
    }
    _record("observations", row, author, message, db, as_json)


@app.command()
def forecast(
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help="Commitment or project.")],
    expected: Annotated[
        str,
        typer.Argument(
            metavar="DATE", help="Date that was given: 2028, 'mid 2026', 'by end of 2028' …"
        ),
    ],
    said_on: Annotated[str, typer.Option("--said-on", metavar="DATE", help="When it was said.")],
    office: Annotated[str, typer.Option("--office", help="Office that said it, never a person.")],
    source: Annotated[str, typer.Option("--source", help="Key of the source.")],
    value: Annotated[str, typer.Option("--value", help="Value that was given.")] = "",
    unit: Annotated[str, typer.Option("--unit", help="Unit of the value.")] = "",
    known_on: Annotated[
        str,
        typer.Option(
            "--known-on", metavar="DATE", help="Day of the source; the day of saying by default."
        ),
    ] = "",
    confidence: Annotated[
        str, typer.Option("--confidence", help="reported, derived, assumed or synthetic.")
    ] = "reported",
    internal: Annotated[
        bool, typer.Option("--internal", help="Hide it from exports and other roles.")
    ] = False,
    author: Author = "",
    message: Message = "",
    db: Database = None,
    as_json: Json = False,
) -> None:
    """Add a date that an office gave: a vintage of a promise."""
    from transcaspian.register.edtf import parse_date

    row = {
        "subject": subject,
        "said_on": said_on,
        "due": parse_date(expected).edtf,
        "value": value,
        "unit": unit,
        "office": office,
        "known_on": known_on or said_on,
        "source": source,
        "confidence": confidence,
        "internal": "true" if internal else "false",
    }
    _record("forecasts", row, author, message, db, as_json)


@app.command()
def history(
    key: Annotated[str, typer.Argument(metavar="KEY", help="Key of any row, as `show` takes it.")],
    db: Database = None,
    role: Role = "public",
    as_json: Json = False,
) -> None:
    """Show every revision of a row: who entered what, when."""
    from transcaspian.register.listing import history_of

    entries = history_of(db, key, role=role)
    if as_json:
        print_json({"id": key, "entries": entries})
        return
    print_table(
        f"History of {key}",
        ("change", "entered", "author", "action", "rev.", "message"),
        [
            (
                entry["change_id"],
                str(entry["entered_at"])[:19],
                entry["author"],
                entry["action"],
                f"{entry['revision']}{' retracted' if entry['retracted'] else ''}",
                _cut(entry["message"], 30),
            )
            for entry in entries
        ],
    )


@app.command()
def undo(
    change: Annotated[
        int | None,
        typer.Argument(metavar="[CHANGE]", help="Number of the change; the last one by default."),
    ] = None,
    author: Author = "",
    db: Database = None,
    as_json: Json = False,
) -> None:
    """Take back one change by appending what was there before."""
    from transcaspian.register.access import default_database
    from transcaspian.register.record import undo as undo_change
    from transcaspian.register.store import open_store

    with open_store(db or str(default_database())) as store:
        _report(undo_change(store, author or _user(), change), store.address, as_json)


@app.command("import")
def import_rows(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="CSV named after a table, folder or zip of such, or Excel workbook.",
        ),
    ],
    table: Annotated[
        str, typer.Option("--table", help="Table of a CSV file that is not named after it.")
    ] = "",
    author: Author = "",
    message: Message = "",
    db: Database = None,
    as_json: Json = False,
) -> None:
    """Import rows, all or none; every problem is listed, and importing again changes nothing."""
    from transcaspian.register.access import open_for_writing
    from transcaspian.register.record import import_file

    with open_for_writing(db) as store:
        _report(
            import_file(store, source, author or _user(), message, table), store.address, as_json
        )


@app.command()
def export(
    form: Annotated[
        str, typer.Argument(metavar="FORM", help="sdmx-csv, oc4ids, iati, ical, csv or xlsx.")
    ],
    target: Annotated[
        Path, typer.Argument(metavar="TARGET", help="File to write; a folder for csv.")
    ],
    as_of: AsOf = "",
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    db: Database = None,
    as_json: Json = False,
) -> None:
    """Write the register for other programs; rows marked internal are never written."""
    from transcaspian.register.export import export_register

    written = export_register(_load(db, "public"), form, target, _day(as_of), replace=force)
    if as_json:
        print_json({"form": form, "files": [str(file) for file in written]})
    else:
        console().print(f"Wrote {', '.join(str(file) for file in written)}.")


def _load(db: str | None, role: str) -> "Register":
    from transcaspian.register.access import load_register

    return load_register(db, role=role)


def _record(
    table: str,
    row: dict[str, str],
    author: str,
    message: str,
    db: str | None,
    as_json: bool,
    expected_revision: int | None = None,
) -> None:
    from transcaspian.register.access import open_for_writing
    from transcaspian.register.record import record_rows

    with open_for_writing(db) as store:
        change = record_rows(store, table, [row], author or _user(), message, expected_revision)
        _report(change, store.address, as_json)


def _report(change: "Change", address: str, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "change": change.change_id,
                "appended": dict(change.appended),
                "unchanged": change.unchanged,
                "db": address,
            }
        )
    elif change.total == 0:
        console().print(f"Nothing new; the register at {address} is as it was.")
    else:
        rows = "row" if change.total == 1 else "rows"
        console().print(
            f"Change {change.change_id}: {change.total} {rows} appended to {address} (read it with --db)."
        )


def _unit_of(indicator: str, db: str | None) -> str:
    from transcaspian.register.access import load_register
    from transcaspian.register.store import database_exists

    register = load_register(
        db if db is not None and database_exists(db) else None, role="internal"
    )
    units = dict(register["indicators"].select("id", "unit").iter_rows())
    if indicator not in units:
        raise InputError(
            f"There is no indicator {indicator!r}. `register list indicators` shows them."
        )
    return str(units[indicator])


def _assignments(words: Sequence[str]) -> dict[str, str]:
    """Return COLUMN=VALUE words as a mapping; the first '=' divides."""
    row: dict[str, str] = {}
    for word in words:
        column, mark, value = word.partition("=")
        if not mark or not column:
            raise InputError(f"{word!r} is not COLUMN=VALUE.")
        if column in row:
            raise InputError(f"Column {column!r} is given twice.")
        row[column] = value
    return row


def _day(text: str) -> date:
    from transcaspian.register.edtf import parse_date

    return parse_date(text).last if text else date.today()  # noqa: DTZ011 (a user's day is local)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        raise InputError("The name of the user is not known; give --author.") from None


def _cut(value: object, letters: int = SHOWN) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= letters else text[: letters - 1] + "…"


def _figure(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
