"""Commands on the register of promises: `transcaspian register …`."""

from typing import TYPE_CHECKING, Annotated

import typer

from transcaspian.cli import register_brief, register_entry, register_outlook, register_rows
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
from transcaspian.errors import InputError

if TYPE_CHECKING:
    from transcaspian.register.status import Verdict

app = typer.Typer(
    help="The register of promises: what was agreed, what became of it, what comes next.",
    no_args_is_help=True,
)

Owner = Annotated[
    str, typer.Option("--owner", metavar="BODY", help="Of a body, by key or name, only.")
]
Country = Annotated[
    str,
    typer.Option("--country", metavar="STATE", help="Of the bodies of a state: AZ, Kazakhstan."),
]
REASON_SHOWN = 160  # letters of the reason of a status: all but the longest


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
    register, day = load(db, role), read_day(as_of)
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
                "register": describe(register, db).as_dict(),
                "counts": count_statuses(verdicts),
                "commitments": commitments,
            }
        )
        return
    counts = ", ".join(f"{count} {name}" for name, count in count_statuses(verdicts).items())
    console().print(str(describe(register, db)))
    print_table(
        f"Commitments as of {day}: {counts or 'none'}",
        ("commitment", "status", "due", "why"),
        [
            (
                verdict.id.removeprefix("com-"),
                verdict.status,
                _dates(verdict),
                cut(verdict.reason, REASON_SHOWN),
            )
            for verdict in verdicts
        ],
    )


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
    quarter: Annotated[
        str, typer.Option("--quarter", metavar="QUARTER", help="Another quarter: 2026-Q4.")
    ] = "",
    owner: Owner = "",
    country: Country = "",
    as_of: AsOf = "",
    db: Database = None,
    role: Role = "public",
    as_json: Json = False,
) -> None:
    """List what falls due, by default in the present quarter."""
    from transcaspian.register.agenda import find_due, quarter_of
    from transcaspian.register.choose import only_of, read_quarter
    from transcaspian.register.edtf import parse_date

    day = read_day(as_of)
    begin = parse_date(first).first if first else quarter_of(day)[0]
    end = parse_date(last).last if last else quarter_of(max(day, begin))[1]
    if quarter:
        if first or last:
            raise InputError("Give either --quarter or --from and --to.")
        begin, end = read_quarter(quarter)
    if end < begin:
        raise InputError(f"The last day {end} lies before the first {begin}.")
    register = load(db, role)
    items = find_due(only_of(register, owner, country), day, begin, end)
    if owner or country:  # ends of instruments have parties, no owner
        items = [item for item in items if item.kind != "instrument"]
    if as_json:
        print_json(
            {
                "as_of": day.isoformat(),
                "from": begin.isoformat(),
                "to": end.isoformat(),
                "register": describe(register, db).as_dict(),
                "items": [item.as_dict() for item in items],
            }
        )
        return
    console().print(str(describe(register, db)))
    print_table(
        f"Due from {begin} to {end}, as of {day}",
        ("day", "what", "owner", "status"),
        [
            (
                item.day,
                cut(item.what),
                item.owner.removeprefix("body-"),
                f"{item.status}, promised {item.promised}" if item.promised else item.status,
            )
            for item in items
        ],
    )


@app.command()
def overdue(
    owner: Owner = "",
    country: Country = "",
    as_of: AsOf = "",
    db: Database = None,
    role: Role = "public",
    as_json: Json = False,
) -> None:
    """List promises whose day has passed and that are not known to be kept, longest first."""
    from transcaspian.register.choose import only_of
    from transcaspian.register.overdue import find_overdue

    day = read_day(as_of)
    register = load(db, role)
    items = find_overdue(only_of(register, owner, country), day)
    if as_json:
        print_json(
            {
                "as_of": day.isoformat(),
                "register": describe(register, db).as_dict(),
                "items": [item.as_dict() for item in items],
            }
        )
        return
    console().print(str(describe(register, db)))
    print_table(
        f"Overdue as of {day}",
        ("promise", "owner", "promised", "in force", "days", "status", "why"),
        [
            (
                item.id.removeprefix("com-"),
                item.owner.removeprefix("body-"),
                item.promised,
                item.in_force if item.in_force != item.promised else "",
                item.days,
                item.verdict.status,
                cut(item.verdict.reason),
            )
            for item in items
        ],
        numeric=("days",),
    )


@app.command()
def slips(
    as_of: AsOf = "", db: Database = None, role: Role = "public", as_json: Json = False
) -> None:
    """Show how promised dates moved, and when promises will really be met."""
    from transcaspian.register.slips import find_slips

    day = read_day(as_of)
    register = load(db, role)
    found = find_slips(register, day)
    if as_json:
        print_json({"as_of": day.isoformat(), "slips": [slip.as_dict() for slip in found]})
        return
    console().print(str(describe(register, db)))
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

    day = read_day(as_of)
    register = load(db, role)
    found = find_contradictions(register, day)
    if as_json:
        print_json({"as_of": day.isoformat(), "contradictions": [item.as_dict() for item in found]})
        return
    console().print(str(describe(register, db)))
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

    register, day = load(db, role), read_day(as_of)
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
    console().print(str(describe(register, db)))
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


register_brief.add_commands(app)
register_rows.add_commands(app)
register_entry.add_commands(app)
register_outlook.add_commands(app)


def _dates(verdict: "Verdict") -> str:
    """Return the date promised and, below it, the one in force where it is another day."""
    if verdict.due is None or verdict.in_force is None:
        return ""
    if verdict.due.last == verdict.in_force.last:
        return verdict.due.edtf
    return f"{verdict.due.edtf}\n→ {verdict.in_force.edtf}"


def _figure(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
