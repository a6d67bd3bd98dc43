"""Commands on case folders: `check`, `new`, `import` and `export`."""

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
    app.command("import")(import_)
    app.command()(export)


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


def import_(
    source: Annotated[
        Path, typer.Argument(metavar="SOURCE", help="Workbook (.xlsx), .zip or folder of a case.")
    ],
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder to make; must not exist or be empty.")
    ],
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Make a case folder from a workbook, a zip or a folder, and check it."""
    from transcaspian.case.exchange import import_case
    from transcaspian.case.read import read_case

    path = import_case(source, folder, read_case)
    if as_json:
        print_json({"path": str(path)})
    else:
        console().print(f"Imported to {path}: no problem found.")


def export(
    case: CaseArgument,
    target: Annotated[
        Path, typer.Argument(metavar="TARGET", help="New file that ends in .xlsx or .zip.")
    ],
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Write a case as an Excel workbook or a zip; `import` reads it without loss."""
    from transcaspian.case.exchange import export_case
    from transcaspian.case.read import find_case, read_case

    path = export_case(find_case(case), target, read_case)
    if as_json:
        print_json({"path": str(path)})
    else:
        console().print(f"Exported to {path}.")
