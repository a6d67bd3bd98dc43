"""Commands on case folders: `check`, `new`, `import` and `export`."""

from pathlib import Path
from typing import Annotated

import typer

from transcaspian.cli.output import JSON_OPTION, console, print_json
from transcaspian.errors import InputError

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

    _refuse_packaged_name(folder)
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

    _refuse_packaged_name(folder)
    path = import_case(source, folder, read_case)
    if as_json:
        print_json({"path": str(path)})
    else:
        console().print(f"Imported to {path}: no problem found.")


def _refuse_packaged_name(folder: Path) -> None:
    """Raise InputError where the folder's name would later mean a packaged case."""
    from transcaspian.case.read import PACKAGED_CASES

    if str(folder) in PACKAGED_CASES:
        raise InputError(
            f"{str(folder)!r} is the name of a packaged case: commands would read that one instead of"
            " the folder. Choose another name."
        )


def export(
    case: CaseArgument,
    target: Annotated[
        Path,
        typer.Argument(
            metavar="TARGET",
            help="New file that ends in .xlsx, .zip or .geojson; without an ending, a folder for"
            " PyPSA with the power network of one year.",
        ),
    ],
    year: Annotated[
        int | None,
        typer.Option(
            "--year",
            min=1990,
            max=2100,
            help="Year of the map or network; without it the first model year.",
        ),
    ] = None,
    scenario: Annotated[
        str | None, typer.Option("--scenario", help="Scenario of the map or network.")
    ] = None,
    projects: Annotated[
        str, typer.Option("--projects", metavar="A,B", help="Projects taken as open.")
    ] = "",
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Write a case as a workbook or zip, or one year of it as a map or a PyPSA network."""
    from transcaspian.case.exchange import export_case
    from transcaspian.case.read import find_case, read_case
    from transcaspian.cli.export_year import export_year

    wanted = tuple(name.strip() for name in projects.split(",") if name.strip())
    if target.suffix.lower() in ("", ".geojson"):
        result = export_year(read_case(case), target, year, scenario, wanted)
    elif year is not None or scenario is not None or wanted:
        raise typer.BadParameter(
            "--year, --scenario and --projects are for a .geojson or a PyPSA folder;"
            " a workbook or zip holds the whole case."
        )
    else:
        result = {"path": str(export_case(find_case(case), target, read_case))}
    if as_json:
        print_json(result)
    else:
        console().print(f"Exported to {result['path']}.")
