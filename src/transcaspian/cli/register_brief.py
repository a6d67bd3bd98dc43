"""The command `transcaspian register brief`: a screen, or a document to hand on."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from transcaspian.cli.output import console, print_json, print_table
from transcaspian.cli.register_options import (
    AsOf,
    Database,
    Json,
    Role,
    cut,
    describe,
    load,
    read_day,
)
from transcaspian.cli.register_rows import print_models
from transcaspian.cli.register_summary import print_summary
from transcaspian.errors import InputError

if TYPE_CHECKING:
    from transcaspian.register.brief import Brief
    from transcaspian.register.changes import Change
    from transcaspian.register.summary import Summary
    from transcaspian.register.tables import Register

__all__ = ["add_commands"]

REASON_SHOWN = 160  # letters of the reason of a status: all but the longest


def add_commands(app: typer.Typer) -> None:
    """Add the command to the group."""
    app.command()(brief)


def brief(
    subject: Annotated[
        str,
        typer.Argument(
            metavar="SUBJECT",
            help="Body, state, field, instrument, promise, indicator, project or quarter; everything by default.",
        ),
    ] = "",
    form: Annotated[
        str,
        typer.Option(
            "--format", metavar="FORM", help="text, or a document: md, html, docx or pdf."
        ),
    ] = "text",
    lang: Annotated[
        str, typer.Option("--lang", metavar="CODE", help="Language of a document: en or ru.")
    ] = "en",
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="File of a document; docx and pdf need one."),
    ] = None,
    since: Annotated[
        str,
        typer.Option(
            "--since", metavar="DATE", help="Tell what changed after it; by default a quarter ago."
        ),
    ] = "",
    as_of: AsOf = "",
    db: Database = None,
    role: Role = "public",
    as_json: Json = False,
) -> None:
    """Write a brief: counts, what changed, trouble, what comes next, what contradicts itself.

    Without a subject one screen says what is due this quarter, slipped, overdue and unknowable.
    """
    from transcaspian.register.brief import write_brief
    from transcaspian.register.summary import summarise

    _check_form(form, lang, out, as_json=as_json)
    register, day = load(db, role), read_day(as_of)
    summary = None if subject else summarise(register, day)
    if summary is not None and form == "text" and not since and not as_json:
        print_summary(summary, describe(register, db))
        return
    found = write_brief(register, subject, day, read_day(since) if since else None)
    if form != "text":
        _write_document(register, found, summary, db, (form, lang, out))
        return
    if as_json:
        more = summary.as_dict() if summary is not None else {}
        print_json({"register": describe(register, db).as_dict(), **found.as_dict(), **more})
        return
    console().print(str(describe(register, db)))
    _print_brief(found)


def _print_brief(found: "Brief") -> None:
    """Print a brief as tables of the terminal."""
    counts = ", ".join(f"{count} {name}" for name, count in found.counts.items())
    console().print(
        f"{found.subject or 'All promises'} as of {found.as_of}: {found.promises} promises, {found.new} of them new. {counts}."
    )
    for title, columns, rows in _tables(found):
        if rows:
            print_table(title, columns, rows)
        else:
            console().print(f"{title}: nothing.")
    print_models(found.models)


def _tables(found: "Brief") -> list[tuple[str, Sequence[str], Sequence[Sequence[object]]]]:
    """Return the tables of a brief: title, columns, rows."""
    return [
        (
            f"Changed since {found.since}",
            ("promise", "before", "now", "in force"),
            [
                (
                    cut(change.title),
                    "new" if change.before is None else change.before.status,
                    change.after.status,
                    _moved(change),
                )
                for change in found.changes
            ],
        ),
        (
            "Trouble",
            ("promise", "status", "why"),
            [
                (cut(name, 36), verdict.status, cut(verdict.reason, REASON_SHOWN))
                for verdict, name in found.trouble
            ],
        ),
        (
            "What falls due",
            ("day", "what", "status"),
            [(item.day, cut(item.what), item.status) for item in found.ahead],
        ),
        (
            "Contradictions",
            ("about", "period", "gap"),
            [
                (item.subject, item.about, f"{item.gap:.4g} {item.unit}")
                for item in found.contradictions
            ],
        ),
    ]


def _moved(change: "Change") -> str:
    """Return the date in force, after the one before where that was another."""
    old, now = (
        "" if verdict is None or verdict.in_force is None else verdict.in_force.edtf
        for verdict in (change.before, change.after)
    )
    return now if old == now or change.before is None else f"{old or '-'} → {now or '-'}"


def _check_form(form: str, lang: str, out: Path | None, *, as_json: bool) -> None:
    from transcaspian.cli.register_document import FORMATS, ON_PAPER

    if form not in FORMATS:
        raise InputError(f"{form!r} is no form of a brief; forms are {', '.join(FORMATS)}.")
    if form != "text" and as_json:
        raise InputError("Give either --format or --json.")
    if form in ON_PAPER and out is None:
        raise InputError(f"A {form} file is not written to a terminal; name it with --out FILE.")
    if form == "text" and out is not None:
        raise InputError("--out is the file of a document; give --format md, html, docx or pdf.")
    if form == "text" and lang != "en":
        raise InputError(
            "The terminal speaks English; give --format md, html, docx or pdf with --lang."
        )


def _write_document(
    register: "Register",
    found: "Brief",
    summary: "Summary | None",
    db: str | None,
    wish: tuple[str, str, Path | None],
) -> None:
    """Write a brief as a document: wish is its form, language and file."""
    from transcaspian.cli.register_document import make_document, read_language, write_document
    from transcaspian.swap import write_file

    form, lang, out = wish
    language = read_language(lang)
    document = make_document(register, found, summary, describe(register, db), language)
    content = write_document(document, form)
    if out is None:
        sys.stdout.write(content.decode())
        return
    write_file(out, content)
    console().print(f"Brief: {out}")
