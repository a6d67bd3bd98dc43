"""Commands on runs: `run`, `show` and `report`."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from transcaspian.cli.output import JSON_OPTION, console, print_json, print_table

if TYPE_CHECKING:
    import polars as pl

    from transcaspian.results.tables import Results

ROWS_SHOWN = 40
COLUMNS_SHOWN = 8
RunArgument = Annotated[Path, typer.Argument(metavar="DIR", help="A run folder.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(run)
    app.command()(show)
    app.command()(report)


def run(
    case: Annotated[
        str, typer.Argument(metavar="CASE", help="Folder of a case, or the name of a packaged one.")
    ] = "trans-caspian",
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Run folder to write.")] = None,
    years: Annotated[
        str, typer.Option(help="Model years, separated by commas; all by default.")
    ] = "",
    projects: Annotated[
        str,
        typer.Option(help="Projects or clusters, separated by commas; all active ones by default."),
    ] = "",
    scenarios: Annotated[
        str,
        typer.Option(help="Scenarios, separated by commas, or all; by default those of case.yaml."),
    ] = "",
    only: Annotated[str, typer.Option(help="Rooms to run: power, freight; both by default.")] = "",
    workers: Annotated[int, typer.Option(min=1, help="Solves that run side by side.")] = 2,
    seed: Annotated[int, typer.Option(min=0, help="Seed of everything random.")] = 0,
    cache: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of solved models; by default the user's own."),
    ] = None,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Solve everything, and keep nothing.")
    ] = False,
    db: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="Register that takes the run's figures; none by default."
        ),
    ] = None,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Run a case: models, appraisal, tables and report."""
    from transcaspian.case.read import read_case
    from transcaspian.cli.progress import shown_progress
    from transcaspian.register.access import open_for_writing
    from transcaspian.register.read import read_register
    from transcaspian.register.runs import join_run
    from transcaspian.report import build_report
    from transcaspian.results.cache import FolderCache, user_cache_folder
    from transcaspian.results.write import check_target, write_results
    from transcaspian.study import StudyOptions, run_study

    options = StudyOptions(
        years=tuple(_whole_numbers(years, "--years")),
        projects=_words(projects),
        scenarios=_words(scenarios),
        only=_words(only),
        workers=workers,
        seed=seed,
    )
    with shown_progress() as progress:
        progress("Reading the case")
        checked = read_case(case)
        target = out or Path("runs") / checked.name
        check_target(target)
        promises = checked.path / "register"
        register = read_register(promises) if promises.is_dir() else None
        if db is not None:
            open_for_writing(db, register).close()  # what can't be written is better known now
        store = None if no_cache else FolderCache(cache or user_cache_folder())
        results = run_study(checked, options, progress, store)
        source = str(Path(case).resolve()) if Path(case).exists() else case
        results = replace(results, manifest=dict(results.manifest) | {"case_source": source})
        progress("Drawing the report")
        if register is not None:
            register = join_run(register, results.manifest, results.tables)
        page = build_report(results, checked, register)
        folder = write_results(results, target, page)
    recorded = None if db is None else _record(db, results)
    _say_what_came_out(results, folder, checked.settings.headline_rate, recorded, as_json=as_json)


def _say_what_came_out(
    results: "Results",
    folder: Path,
    headline_rate: float,
    recorded: dict[str, object] | None,
    *,
    as_json: bool,
) -> None:
    from transcaspian.results.write import REPORT

    address = (folder / REPORT).resolve()
    ranking = results.table("projects")
    if as_json:
        print_json(
            {
                "run": str(folder),
                "report": str(address),
                "projects": ranking.to_dicts(),
                "checks": results.table("checks").to_dicts(),
                "recorded": recorded,
            }
        )
        return
    _print_projects(ranking, headline_rate)
    if recorded is not None:
        console().print(
            f"Register {recorded['db']}: {recorded['rows']} new rows of {recorded['run']}."
        )
    console().print(f"Report: {address}", soft_wrap=True)


def _record(db: str, results: "Results") -> dict[str, object]:
    """Set a run's figures beside what is observed."""
    from transcaspian.cli.register_entry import record_results
    from transcaspian.register.access import open_for_writing

    with open_for_writing(db) as store:
        key, change = record_results(store, results)
        return {"run": key, "rows": change.total, "db": store.address}


def show(
    folder: RunArgument,
    table: Annotated[
        str, typer.Argument(metavar="[TABLE]", help="Result table; the list of tables without it.")
    ] = "",
    as_json: Annotated[bool, JSON_OPTION] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the whole table as CSV.")] = False,
) -> None:
    """Show the tables of a run, or one of them."""
    from transcaspian.results.read import read_results
    from transcaspian.results.tables import TABLE_MEANINGS

    results = read_results(folder)
    if not table:
        rows = [
            (name, frame.height, TABLE_MEANINGS.get(name, ""))
            for name, frame in results.tables.items()
        ]
        if as_json:
            print_json(
                {
                    "tables": [
                        dict(zip(("table", "rows", "meaning"), row, strict=True)) for row in rows
                    ]
                }
            )
        elif as_csv:
            sys.stdout.write(
                "table,rows\n" + "".join(f"{name},{count}\n" for name, count, _ in rows)
            )
        else:
            print_table(
                f"Tables of {folder}", ("table", "rows", "meaning"), rows, numeric=("rows",)
            )
        return
    frame = results.table(table)
    if as_json:
        print_json({"table": table, "rows": frame.to_dicts()})
    elif as_csv:
        from transcaspian.spreadsheet import guarded_csv

        sys.stdout.write(guarded_csv(frame))
    else:
        shown = frame.select(frame.columns[:COLUMNS_SHOWN]).head(ROWS_SHOWN)
        rest = f"{frame.height} rows, {frame.width} columns"
        numeric = [name for name in shown.columns if shown[name].dtype.is_numeric()]
        cells = [[_short(cell) for cell in row] for row in shown.iter_rows()]
        print_table(f"{table} ({rest}; --csv prints all)", shown.columns, cells, numeric=numeric)


def report(
    folder: RunArgument,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Say where the report of a run is, once its files are found whole."""
    from transcaspian.results.read import read_results
    from transcaspian.results.write import REPORT

    read_results(folder)
    address = (folder / REPORT).resolve()
    if as_json:
        print_json({"report": str(address)})
    else:
        console().print(str(address), soft_wrap=True)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _whole_numbers(text: str, option: str) -> list[int]:
    try:
        return [int(word) for word in _words(text)]
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not a list of years.", param_hint=option) from error


def _short(cell: object) -> object:
    return f"{cell:.4g}" if isinstance(cell, float) else cell


def _print_projects(ranking: "pl.DataFrame", headline_rate: float) -> None:
    if ranking.is_empty():
        console().print("No project was valued: the case has none that is active.")
        return
    first = ranking["scenario"][0]
    _warn_of_early_years(ranking)
    rows = [
        (
            row["name"],
            row["opening_year"],
            _musd(row["capex_musd"]) + ("*" if row["capex_confidence"] == "assumed" else ""),
            _musd(row["npv_decision_musd"]),
            _musd(row["sunk_musd"]) if row["sunk_musd"] else "",
            _musd(row["break_even_capex_musd"]),
            "" if row["bcr_headline"] is None else f"{row['bcr_headline']:.2f}",
            "" if row["eirr"] is None else f"{100 * row['eirr']:.1f}",
            f"{row['model_years']} ({row['model_years_in_use']})",
        )
        for row in ranking.rows(named=True)
        if row["scenario"] == first
    ]
    npv = f"NPV {100 * headline_rate:g} %"
    print_table(
        "Projects, million USD of the price year (* capital cost assumed: read the break-even cost)",
        ("project", "opens", "cost", npv, "spent", "break-even", "BCR", "EIRR %", "years"),
        rows,
        numeric=("opens", "cost", npv, "break-even", "BCR", "EIRR %", "years"),
    )
    console().print("years: solved model years that a value rests on (of these in use).")


def _warn_of_early_years(ranking: "pl.DataFrame") -> None:
    """Say in red, before any value, which of them rest on years before their project opens."""
    import polars as pl

    early = ranking.filter(pl.col("model_years_in_use") == 0).unique("project", maintain_order=True)
    if early.height:
        names = ", ".join(f"{name} ({year})" for name, year in early.select("name", "opening_year").iter_rows())  # fmt: skip
        console().print(
            "No model year at or after the opening was solved for: "
            f"{names}. Their values are those of years before they open, and are no answer:"
            " run again with a later --years.",
            style="bold red",
            markup=False,
        )


def _musd(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}".replace(",", "\u202f")
