"""Commands that write: to the register (`add`, `observe`, `record` …), and from it (`export`)."""

import getpass
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from transcaspian.cli.output import console, print_json
from transcaspian.cli.register_options import AsOf, Database, Json, read_assignments, read_day
from transcaspian.errors import InputError

if TYPE_CHECKING:
    from transcaspian.register.record import Change
    from transcaspian.register.store import Store
    from transcaspian.results.tables import Results

__all__ = ["add_commands", "record_results"]

MOST_KEYS = 10  # of a table, named of a change that was taken back

Author = Annotated[
    str, typer.Option("--author", help="Who enters it; the name of the user by default.")
]
Message = Annotated[str, typer.Option("--message", "-m", help="Why, for the history.")]


def add_commands(app: typer.Typer) -> None:
    """Add the commands to the group."""
    app.command()(add)
    app.command()(observe)
    app.command()(forecast)
    app.command()(undo)
    app.command("import")(import_rows)
    app.command()(record)
    app.command()(export)


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
    _record(table, read_assignments(values), author, message, db, as_json, expected_revision)


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


def undo(
    change: Annotated[
        int | None,
        typer.Argument(
            metavar="[CHANGE]", help="Number of the change; your own last one by default."
        ),
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
        done = undo_change(store, author or _user(), change)
        undone = dict(done.undone or {})
        if not as_json:
            console().print(_undone_in_words(undone))
        _report(done, store.address, as_json, {"undone": undone})


def _undone_in_words(change: Mapping[str, object]) -> str:
    rows = change["rows"]
    named = rows.items() if isinstance(rows, Mapping) else ()
    what = "; ".join(f"{table}: {', '.join(keys[:MOST_KEYS])}" for table, keys in named)
    why = f", {change['message']!r}" if change["message"] else ""
    return f"Took back change {change['change_id']} of {change['author']} ({change['action']}{why}): {what}."


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


def record(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A run folder.")],
    author: Author = "",
    db: Database = None,
    as_json: Json = False,
) -> None:
    """Set what a run computed beside what is observed; the same run twice changes nothing."""
    from transcaspian.register.access import open_for_writing
    from transcaspian.results.read import read_results

    results = read_results(folder)
    with open_for_writing(db) as store:
        key, change = record_results(store, results, author)
        _report(change, store.address, as_json, {"run": key})


def record_results(store: "Store", results: "Results", author: str = "") -> tuple[str, "Change"]:
    """Append the indicators of a run to a register; return the run's key and what was done."""
    from transcaspian.register.runs import record_run

    today = date.today()  # noqa: DTZ011 (a user's day is local)
    return record_run(store, results.manifest, results.tables, author or _user(), today)


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
    from transcaspian.register.access import load_register
    from transcaspian.register.export import export_register

    written = export_register(load_register(db), form, target, read_day(as_of), replace=force)
    if as_json:
        print_json({"form": form, "files": [str(file) for file in written]})
    else:
        console().print(f"Wrote {', '.join(str(file) for file in written)}.")


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
    from transcaspian.register.naming import read_keys, resolve_row
    from transcaspian.register.record import record_rows

    with open_for_writing(db) as store:
        whole = resolve_row(read_keys(store), table, row)
        change = record_rows(store, table, [whole], author or _user(), message, expected_revision)
        _report(change, store.address, as_json)


def _report(
    change: "Change", address: str, as_json: bool, more: Mapping[str, object] | None = None
) -> None:
    if as_json:
        print_json(
            {
                **(more or {}),
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
        console().print(f"Change {change.change_id}: {change.total} {rows} appended to {address}.")


def _unit_of(indicator: str, db: str | None) -> str:
    from transcaspian.register.access import load_register
    from transcaspian.register.naming import resolve_key
    from transcaspian.register.store import database_exists

    is_there = db is None or database_exists(db)
    register = load_register(db if is_there else None, role="internal")
    units = dict(register["indicators"].select("id", "unit").iter_rows())
    key = resolve_key(register, indicator, ("indicators",))
    if key not in units:
        raise InputError(
            f"There is no indicator {indicator!r}. `register list indicators` shows them."
        )
    return str(units[key])


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        raise InputError("The name of the user is not known; give --author.") from None
