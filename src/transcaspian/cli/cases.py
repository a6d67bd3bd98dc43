"""Commands on case folders: `check` and `new`."""

from pathlib import Path
from typing import Annotated

import typer

from transcaspian.cli.output import JSON_OPTION, console, print_json

CaseArgument = Annotated[
    str, typer.Argument(metavar="CASE", help="Folder of a case, or the name of a packaged one.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(check)
    app.command()(new)


def check(
    case: CaseArgument = "trans-caspian",
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Check a case and list every problem: file, row, column, cure."""
    from transcaspian.case.read import read_case

    checked = read_case(case)
    rows = sum(frame.height for frame in checked.tables.values())
    result = {
        "case": checked.name,
        "path": str(checked.path),
        "tables": len(checked.tables),
        "rows": rows,
        "profiles": len(checked.profiles),
        "problems": [],
    }
    if as_json:
        print_json(result)
    else:
        console().print(
            f"{checked.settings.title}: no problem in {len(checked.tables)} tables,"
            f" {rows} rows and {len(checked.profiles)} hourly series."
        )


def new(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder to make; must not exist or be empty.")
    ],
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Make a copy of the packaged case to change."""
    from transcaspian.case.copy import copy_case
    from transcaspian.case.read import find_case

    path = copy_case(find_case(), folder)
    if as_json:
        print_json({"path": str(path)})
    else:
        console().print(f"Copied to {path}. Change it, then: transcaspian check {path}")
