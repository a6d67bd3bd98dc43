"""The command `transcaspian register outlook`: chances of promises, and how good they were."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from transcaspian.cli.output import console, print_json, print_table
from transcaspian.cli.register_options import AsOf, Database, Json, Role, load, read_day
from transcaspian.errors import InputError

if TYPE_CHECKING:
    from transcaspian.register.outlook import Outlook

__all__ = ["add_commands", "print_outlook"]

ANSWERS = {
    "class and progress": "both",
    "class alone": "class",
    "progress alone": "figures",
    "not enough data": "no data",
    "decided": "decided",
}
YEARS_SHOWN = (2026, 2028, 2030, 2032)


def add_commands(app: typer.Typer) -> None:
    """Add the command to the group."""
    app.command()(outlook)


def outlook(
    key: Annotated[
        str,
        typer.Argument(
            metavar="KEY", help="One promise; every target, milestone and duty by default."
        ),
    ] = "",
    score: Annotated[
        bool, typer.Option("--score", help="Say how good outlooks of past quarter days were.")
    ] = False,
    as_of: AsOf = "",
    db: Database = None,
    role: Role = "public",
    as_json: Json = False,
) -> None:
    """Say how likely promises are met by their date and by each year, and when."""
    from transcaspian.register.outlook import (
        find_outlooks,
        look_around,
        outlook_of,
        published_classes,
    )
    from transcaspian.register.outlook_score import score_outlooks

    register, day = load(db, role), read_day(as_of)
    if score:
        if key:
            raise InputError("--score looks at all promises; leave the key away.")
        scores = [item.as_dict() for item in score_outlooks(register, day)]
        if as_json:
            print_json({"as_of": day.isoformat(), "scores": scores})
        else:
            _print_scores(day, scores)
        return
    found = (
        [outlook_of(look_around(register, day), _full_key(key))]
        if key
        else find_outlooks(register, day)
    )
    if as_json:
        print_json(
            {
                "as_of": day.isoformat(),
                "outlooks": [item.as_dict() for item in found],
                "published_classes": published_classes(),
            }
        )
    elif key:
        print_outlook(found[0], day)
    else:
        _print_all(found, day)


def _full_key(key: str) -> str:
    """Return the key of a commitment; tables print it without its first letters."""
    return key if key.startswith("com-") else f"com-{key}"


def _print_all(found: Sequence["Outlook"], day: date) -> None:
    years = [year for year in YEARS_SHOWN if year >= day.year] or [day.year]
    print_table(
        f"Chances of promises as of {day}: met by the date in force and by the end of years",
        ("promise", "date", "met", *map(str, years), "50 %", "10-90 %", "by"),
        [
            (
                item.id.removeprefix("com-"),
                f"{item.due:%Y-%m}" if item.due else "",
                percent(item.by_due),
                *(percent(item.by_year.get(year)) for year in years),
                f"{item.dates[1]:%Y-%m}" if item.dates[1] else "",
                _range(item),
                ANSWERS[item.answer],
            )
            for item in found
        ],
        numeric=("met", *map(str, years)),
    )
    console().print(
        "class: how other dates of the register were kept, a weak answer; figures: the promise's own;"
        "\nboth: their mean. `register outlook KEY` says what an answer rests on."
    )


def print_outlook(item: "Outlook", as_of: date) -> None:
    """Print all that is said of one promise."""
    console().print(f"Outlook as of {as_of}: {item.answer}. {item.basis}")
    if item.due is not None and item.by_due is not None:
        given = f", given by {item.office}" if item.office else ""
        console().print(f"Met by {item.due}{given}: {percent(item.by_due)}.")
    if item.by_year:
        columns = ("by the end of", *map(str, item.by_year))
        rows = [
            ("outlook", *(percent(chance) for chance in item.by_year.values())),
            *(
                (voice, *(percent(chance) for chance in chances.values()))
                for voice, chances in item.voices.items()
            ),
        ]
        print_table("Chance of being met", columns, rows, numeric=columns[1:])
        words = ("10 % by", "50 % by", "90 % by")
        said = (
            f"{word} {day or 'later than can be said'}"
            for word, day in zip(words, item.dates, strict=True)
        )
        console().print(f"{'; '.join(said)}.")
    if item.record is not None:
        record = item.record
        half = f"{record.median_time:.2f}" if record.median_time else "unknown"
        console().print(
            f"Class ({record.name}): {record.statements} dates of {record.promises} promises,"
            f" {record.kept} kept; {percent(record.in_time)} in time; half took {half} times the"
            " time given."
        )
    if item.paces:
        print_table(
            "Pace of its own figures",
            ("window", "from", "to", "a year", "reached", "why not"),
            [
                (
                    pace.window,
                    pace.first,
                    pace.last,
                    f"{pace.per_year:+.3g}",
                    pace.reached_on or "",
                    pace.why,
                )
                for pace in item.paces
            ],
            numeric=("a year",),
        )


def percent(chance: float | None) -> str:
    """Return a chance for people: whole percents, never a false 0 or 100."""
    if chance is None:
        return ""
    if 0.0 < chance < 0.01:
        return "<1 %"
    if 0.99 < chance < 1.0:
        return ">99 %"
    return f"{chance * 100:.0f} %"


def _range(item: "Outlook") -> str:
    if not item.by_year:
        return ""
    first, _, last = item.dates
    return f"{first:%Y}-{last:%Y}" if first and last else f"{first:%Y}-" if first else "later"


def _print_scores(day: date, scores: Sequence[dict[str, object]]) -> None:
    rows = []
    for score in scores:
        brier = score["brier"]
        chances = brier if isinstance(brier, dict) else {}
        rows.append(
            (
                score["question"],
                score["cases"],
                score["promises"],
                score["met"],
                *(
                    f"{chances[name]:.3f}" if name in chances else ""
                    for name in ("outlook", "official date", "class median")
                ),
            )
        )
    columns = ("question", "cases", "promises", "met", "outlook", "official date", "class median")
    print_table(
        f"Brier scores of all past quarter days to {day}, without hindsight (0 is perfect)",
        columns,
        rows,
        numeric=columns[1:],
    )
