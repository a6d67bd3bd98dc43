"""`transcaspian portfolio`: what joint vehicles should pay for, and what each party gets back."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from transcaspian.cli.output import JSON_OPTION, console, print_json, print_table
from transcaspian.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from transcaspian.portfolio.study import PortfolioOptions

app = typer.Typer(help="Choose and finance projects for joint vehicles.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Choose and finance projects for joint vehicles."""


@app.command()
def run(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A run folder.")],
    case: Annotated[
        str, typer.Option(metavar="CASE", help="The case it was made of; by default as it says.")
    ] = "",
    vehicle: Annotated[
        str, typer.Option(help="Vehicles, separated by commas; all of the case without it.")
    ] = "",
    size: Annotated[
        float | None, typer.Option(help="Size of the one vehicle named, million USD.")
    ] = None,
    objective: Annotated[
        str,
        typer.Option(help="Weights, as in 'vehicle=0.5; economic=0.5'; the vehicle's without it."),
    ] = "",
    risk_weight: Annotated[
        float, typer.Option(help="Weight of the mean of the worst scenarios, 0 to 1.")
    ] = 0.0,
    tail: Annotated[
        float, typer.Option(help="How much of the probability the worst scenarios have.")
    ] = 0.05,
    points: Annotated[
        int, typer.Option(min=0, help="Choices sought on the efficient frontier; 0 for none.")
    ] = 7,
    gap: Annotated[float, typer.Option(help="Proven relative gap to stop at.")] = 1e-6,
    workbook: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write an Excel workbook with live formulas."),
    ] = None,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Choose projects, finance them, and write tables and report into the run folder."""
    from transcaspian.portfolio.choose import SelectOptions
    from transcaspian.portfolio.study import PortfolioOptions

    names = tuple(word.strip() for word in vehicle.split(",") if word.strip())
    if size is not None and len(names) != 1:
        raise InputError("--size is the size of one vehicle. Name it with --vehicle.")
    if not gap >= 0.0:
        raise InputError(f"The gap {gap!r} is below zero. Give a small fraction, or 0.")
    options = PortfolioOptions(
        vehicles=names,
        weights=_weights(objective),
        risk_weight=risk_weight,
        tail=tail,
        size_musd=size,
        frontier_points=points,
        select=SelectOptions(gap=gap),
    )
    tables, is_changed = _study(folder, case, options, workbook)
    if as_json:
        shown = ("summary", "choice", "values", "calls", "returns", "sharing", "frontier", "sizes")
        facts = {"run": str(folder), "case_changed": is_changed}
        print_json(facts | {name: tables[f"portfolio_{name}"].to_dicts() for name in shown})
        return
    _print(tables)


def _weights(text: str) -> dict[str, float]:
    from transcaspian.case.check_finance import parse_weights

    if not text:
        return {}
    weights = parse_weights(text)
    if weights is None:
        raise InputError(
            f"{text!r} is no list of weights. Write vehicle=0.5; economic=0.5, for example; names"
            " are vehicle, economic, party:NAME and country:XX."
        )
    return weights


def _study(
    folder: Path, case: str, options: "PortfolioOptions", workbook: Path | None
) -> tuple["Mapping[str, pl.DataFrame]", bool]:
    """Write the portfolio into the run; return its tables and whether the case has changed."""
    from transcaspian.case.read import read_case
    from transcaspian.cli.progress import shown_progress
    from transcaspian.portfolio.study import portfolio_tables
    from transcaspian.portfolio.vehicle import RunTables
    from transcaspian.register.read import read_register
    from transcaspian.report import build_report
    from transcaspian.results.read import read_results
    from transcaspian.results.write import check_target, write_results
    from transcaspian.study import case_hash

    kept = read_results(folder)
    with shown_progress() as progress:
        progress("Reading the case")
        checked = read_case(case or str(kept.manifest.get("case_source") or kept.manifest["case"]))
        check_target(folder)
        is_changed = case_hash(checked) != kept.manifest["case_hash"]
        progress("Choosing projects")
        tables = portfolio_tables(RunTables(kept.tables, checked.tables, checked.settings), options)
        others = {
            name: frame for name, frame in kept.tables.items() if not name.startswith("portfolio_")
        }
        manifest = dict(kept.manifest) | {"portfolio": _facts(options, case_hash(checked))}
        results = replace(kept, tables=others | tables, manifest=manifest)
        progress("Drawing the report")
        promises = checked.path / "register"
        register = read_register(promises) if promises.is_dir() else None
        write_results(results, folder, build_report(results, checked, register))
    if workbook is not None:
        from transcaspian.portfolio.write import write_workbook

        write_workbook(workbook, tables)
    if is_changed:
        sys.stderr.write(
            "The case has changed since this run: finance tables are read as they are now, what"
            " projects are worth as the run found it.\n"
        )
    return tables, is_changed


def _facts(options: "PortfolioOptions", case: str) -> dict[str, object]:
    """Return how a portfolio came about, for the manifest of the run."""
    return {
        "case_hash": case,
        "vehicles": list(options.vehicles),
        "weights": dict(options.weights),
        "risk_weight": options.risk_weight,
        "tail": options.tail,
        "size_musd": options.size_musd,
        "frontier_points": options.frontier_points,
        "gap": options.select.gap,
    }


def _print(tables: "Mapping[str, pl.DataFrame]") -> None:
    for row in tables["portfolio_summary"].iter_rows(named=True):
        import polars as pl

        own = pl.col("vehicle") == row["vehicle"]
        chosen = tables["portfolio_choice"].filter(own, pl.col("state") == "chosen")
        print_table(
            f"{row['name']}, {row['size_musd']:,.0f} million USD, {row['objective']}",
            ("project", "opens", "share", "ticket", "own NPV", "economic NPV"),
            [
                (
                    one["project"],
                    one["start_year"],
                    f"{one['share']:.1%}",
                    *(f"{one[name]:,.1f}" for name in ("ticket_musd", "vehicle_npv_musd", "economic_npv_musd")),
                )
                for one in chosen.iter_rows(named=True)
            ],
            numeric=("opens", "share", "ticket", "own NPV", "economic NPV"),
        )  # fmt: skip
        returns = tables["portfolio_returns"].filter(own)
        first = returns.filter(pl.col("scenario") == returns["scenario"][0])
        print_table(
            f"What each party gets back, {returns['scenario'][0]}, million USD",
            ("party", "called", "distributed", "multiple", "IRR", "NPV"),
            [
                (
                    one["party"],
                    f"{one['called_musd']:,.1f}",
                    f"{one['distributed_musd']:,.1f}",
                    "-" if one["multiple"] is None else f"{one['multiple']:.2f}",
                    "-" if one["irr"] is None else f"{one['irr']:.1%}",
                    f"{one['npv_musd']:,.1f}",
                )
                for one in first.iter_rows(named=True)
            ],
            numeric=("called", "distributed", "multiple", "IRR", "NPV"),
        )
    console().print(
        "Money of the day; NPV in the price year. portfolio_choice says why the rest is out."
    )
