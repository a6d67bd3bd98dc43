"""Commands that set a run beside another, or beside itself solved anew: `compare`, `verify`."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from transcaspian.cli.output import JSON_OPTION, console, print_json, print_table
from transcaspian.errors import InputError

if TYPE_CHECKING:
    import polars as pl

    from transcaspian.results.tables import Results
    from transcaspian.study import StudyOptions

ROWS_SHOWN = 40


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(compare)
    app.command()(verify)


def compare(
    first: Annotated[Path, typer.Argument(metavar="DIR", help="A run folder.")],
    second: Annotated[Path, typer.Argument(metavar="DIR", help="Another run folder.")],
    tables: Annotated[
        str, typer.Option(help="Result tables to compare, separated by commas; the main ones.")
    ] = "",
    tolerance: Annotated[
        float, typer.Option(min=0.0, help="Relative difference that counts as none.")
    ] = 1e-9,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Say what differs between two runs: settings, inputs figure by figure, results."""
    from transcaspian.results.compare import COMPARED, compare_results
    from transcaspian.results.read import read_results

    wanted = tuple(word.strip() for word in tables.split(",") if word.strip()) or COMPARED
    ours, theirs = read_results(first), read_results(second)
    if tables:
        for name in wanted:
            ours.table(name)
            theirs.table(name)
    found = compare_results(ours, theirs, wanted, tolerance)
    if as_json:
        print_json(
            {
                "first": str(first),
                "second": str(second),
                "settings": found.settings.to_dicts(),
                "inputs": found.inputs.to_dicts(),
                "outputs": found.outputs.to_dicts(),
            }
        )
        return
    _print("Settings that differ", found.settings)
    _print("Inputs that differ", found.inputs)
    _print("Results that differ, largest relative change first", _largest_first(found.outputs))


def verify(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A run folder.")],
    case: Annotated[
        str, typer.Option(metavar="CASE", help="The case it was made of; by default as it says.")
    ] = "",
    workers: Annotated[int, typer.Option(min=1, help="Solves that run side by side.")] = 2,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Solve a run again from its case, without the cache, and compare every bit of every table."""
    from transcaspian.case.read import read_case
    from transcaspian.cli.progress import shown_progress
    from transcaspian.results.read import read_results
    from transcaspian.study import case_hash, run_study

    kept = read_results(folder)
    source = case or str(kept.manifest.get("case_source") or kept.manifest["case"])
    with shown_progress() as progress:
        progress("Reading the case")
        checked = read_case(source)
        if case_hash(checked) != kept.manifest["case_hash"]:
            raise InputError(
                f"The case {source!r} is not the one of this run: its tables have changed since."
                " Name the right one with --case."
            )
        fresh = run_study(checked, _options(kept, workers), progress)
    differing = sorted(
        name
        for name in {*kept.tables, *fresh.tables}
        if not name.startswith("portfolio_")  # made of the other tables, by a command of its own
        and (
            name not in kept.tables
            or name not in fresh.tables
            or not kept.tables[name].equals(fresh.tables[name])
        )
    )
    now, then = _versions(fresh), _versions(kept)
    versions = {
        name: {"now": number, "then": then.get(name)}
        for name, number in now.items()
        if then.get(name) != number
    }
    if as_json:
        print_json(
            {
                "run": str(folder),
                "is_same": not differing,
                "tables": len(fresh.tables),
                "differing": differing,
                "other_versions": versions,
            }
        )
    elif not differing:
        console().print(f"All {len(fresh.tables)} tables are the same, to the bit.")
    else:
        console().print(f"Tables that differ: {', '.join(differing)}.")
        for name, both in versions.items():
            console().print(f"{name} is {both['now']}, the run was made with {both['then']}.")
    raise typer.Exit(1 if differing else 0)


def _options(kept: "Results", workers: int) -> "StudyOptions":
    """Return the options of a run as its manifest holds them."""
    from pydantic import TypeAdapter, ValidationError

    from transcaspian.study import StudyOptions

    try:
        held = TypeAdapter(StudyOptions).validate_python(kept.manifest["options"])
    except ValidationError as error:
        names = ", ".join(".".join(map(str, part["loc"])) for part in error.errors())
        raise InputError(f"The manifest of the run is damaged, in options: {names}.") from error
    return replace(held, workers=workers)


def _versions(results: "Results") -> dict[str, str]:
    held = results.manifest["versions"]
    return (
        {str(name): str(number) for name, number in held.items()} if isinstance(held, dict) else {}
    )


def _largest_first(frame: "pl.DataFrame") -> "pl.DataFrame":
    import polars as pl

    return frame.sort(
        pl.col("relative").abs(), descending=True, nulls_last=True, maintain_order=True
    )


def _print(title: str, frame: "pl.DataFrame") -> None:
    if frame.is_empty():
        console().print(f"{title}: none.")
        return
    rows = [[_short(cell) for cell in row] for row in frame.head(ROWS_SHOWN).iter_rows()]
    rest = frame.height - len(rows)
    numeric = tuple(name for name in frame.columns if frame[name].dtype.is_numeric())
    print_table(title, frame.columns, rows, numeric=numeric)
    if rest:
        console().print(f"{rest} more; --json gives all.")


def _short(cell: object) -> object:
    return f"{cell:.4g}" if isinstance(cell, float) else "" if cell is None else cell
