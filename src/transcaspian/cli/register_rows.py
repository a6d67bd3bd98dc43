"""Commands that show rows of the register: `list`, `show` and `history`."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from transcaspian.cli.output import console, print_json, print_table
from transcaspian.cli.register_options import (
    AsOf,
    Database,
    Json,
    Role,
    cut,
    load,
    read_assignments,
    read_day,
)
from transcaspian.cli.register_outlook import print_outlook

if TYPE_CHECKING:
    from transcaspian.register.models import ModelRange

__all__ = ["add_commands", "print_models"]

# Columns that a terminal shows, in order; --json gives all. Six fit a hundred letters.
LISTED = {
    "sources": ("key", "title", "publisher", "date", "licence"),
    "bodies": ("id", "short", "name", "countries", "kind", "rhythm"),
    "instruments": ("id", "title", "kind", "parties", "signed_on", "state"),
    "compilers": ("code", "name", "side", "body"),
    "indicators": ("id", "name", "unit", "direction", "frequency", "compilers"),
    "commitments": ("id", "title", "owner", "due", "target", "unit"),
    "observations": ("indicator", "period", "value", "unit", "kind", "compiler", "scope"),
    "forecasts": ("subject", "said_on", "due", "value", "unit", "office"),
    "evidence": ("commitment", "happened_on", "kind", "what"),
    "links": ("subject", "relation", "object", "note"),
    "projects": ("id", "name", "parties", "cost_musd", "finish_planned", "state"),
    "funds": ("id", "vehicle", "fact", "value", "unit", "as_of"),
    "culture_days": ("id", "year", "guest", "host", "cities", "level"),
}
KEYS = ("id", "key", "code")  # never cut: other commands take them
NUMERIC = ("value", "target", "cost_musd")
CELL_LETTERS = 40


def add_commands(app: typer.Typer) -> None:
    """Add the commands to the group."""
    app.command("list")(list_rows)
    app.command()(show)
    app.command()(history)


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

    page = list_table(db, table, read_assignments(where or []), after=after, limit=limit, role=role)
    if as_json:
        print_json({"table": table, "rows": page.rows, "next": page.after})
        return
    _print_rows(table, table, page.rows)
    if page.after:
        console().print(f"More: --after {page.after!r}")


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
    from transcaspian.register.models import compare_with_runs, newest_ranges
    from transcaspian.register.outlook import look_around, outlook_of

    register, day = load(db, role), read_day(as_of)
    found = describe(register, key, day)
    outlook = None if found.verdict is None else outlook_of(look_around(register, day), found.key)
    if as_json:
        print_json(found.as_dict() | {"outlook": None if outlook is None else outlook.as_dict()})
        return
    print_table(
        f"{found.table}: {found.key}",
        ("column", "value"),
        [(name, value) for name, value in found.row.items() if value is not None],
    )
    if found.verdict is not None:
        console().print(
            f"Status as of {day}: {found.verdict.status} ({found.verdict.rule}). {found.verdict.reason}"
        )
    if outlook is not None and outlook.answer != "decided":
        print_outlook(outlook, day)
    key = found.key
    for name, rows in found.related.items():
        # Figures of the models have a table of their own: there are hundreds of a run.
        shown = [row for row in rows if row.get("kind") != "model"]
        if name != "models" and shown:
            _print_rows(name, name, shown, besides=key)
    promises = [key] if found.table == "commitments" else _promises_of(key, found.related)
    print_models(newest_ranges(compare_with_runs(register, day, promises)))


def _promises_of(key: str, related: Mapping[str, Sequence[Mapping[str, object]]]) -> list[str]:
    """Return the promises that a model indicator is linked to; none for anything else."""
    return [
        str(row["subject"])
        for row in related.get("links", ())
        if row["relation"] == "model" and row["object"] == key
    ]


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
        ("change", "entered (UTC)", "author", "action", "rev.", "what changed", "message"),
        [
            (
                entry["change_id"],
                str(entry["entered_at"])[:16].replace("T", " "),
                cut(entry["author"], 24),
                entry["action"],
                f"{entry['revision']}{' retracted' if entry['retracted'] else ''}",
                cut(_difference(before, entry), 60),
                cut(entry["message"], 30),
            )
            for before, entry in zip([None, *entries], entries, strict=False)
        ],
    )


def _difference(before: Mapping[str, object] | None, entry: Mapping[str, object]) -> str:
    """Return the columns in which two revisions differ, old value and new one."""
    if before is None or before["table"] != entry["table"]:
        return ""
    old, new = before["values"], entry["values"]
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        return ""
    return "; ".join(
        f"{name}: {_plain(old[name])} → {_plain(new[name])}"
        for name in new
        if old[name] != new[name]
    )


def _plain(value: object) -> str:
    return "empty" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _print_rows(
    title: str, table: str, rows: Sequence[Mapping[str, object]], besides: str = ""
) -> None:
    """Print the listed columns of a table that say anything; not those that all say `besides`."""
    columns = [
        name
        for name in LISTED[table]
        if any(row[name] is not None for row in rows)
        and not (besides and all(row[name] == besides for row in rows))
    ]
    print_table(
        title,
        columns,
        [[_cell(name, row[name]) for name in columns] for row in rows],
        numeric=[name for name in NUMERIC if any(isinstance(row.get(name), float) for row in rows)],
    )


def _cell(name: str, value: object) -> str:
    if name in KEYS:
        return str(value)
    return (
        _plain(value) if isinstance(value, float) and name in NUMERIC else cut(value, CELL_LETTERS)
    )


def print_models(ranges: Sequence["ModelRange"]) -> None:
    """Print what the newest recorded run says of each promise, beside what is observed."""
    if not ranges:
        return
    print_table(
        "Models beside promises: without any project, and the highest with one project or cluster",
        ("promise", "scenario", "year", "without", "highest", "with", "observed", "target", "unit"),
        [
            (
                item.commitment.removeprefix("com-"),
                item.scenario,
                item.year,
                "" if item.without is None else f"{item.without:.4g}",
                f"{item.highest:.4g}",
                item.highest_run if item.highest_run != "reference" else "no project",
                "" if item.observed is None else f"{item.observed:.4g}",
                "" if item.target is None else f"{item.target:.4g}",
                item.unit,
            )
            for item in ranges
        ],
        numeric=("year", "without", "highest", "observed", "target"),
    )
    runs = ", ".join(dict.fromkeys(item.source for item in ranges))
    console().print(f"Recorded as {runs} (`register show` says which case and options).")
