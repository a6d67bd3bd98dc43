"""`transcaspian appraise`: tables of cash flows, and the projects of a run."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from transcaspian.appraisal.cash_flow import CashFlowAppraisal, appraise_cash_flow
from transcaspian.appraisal.read import read_cash_flow
from transcaspian.cli.output import JSON_OPTION, print_json, print_table
from transcaspian.errors import InputError

if TYPE_CHECKING:
    import polars as pl

RUN_SCOPES = ("all", "market", "inside")  # whose countries are the corridor's a run does not say

app = typer.Typer(help="Appraise cash flows and projects.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Appraise cash flows and projects."""


@app.command()
def cashflow(
    file: Annotated[
        Path, typer.Argument(help="CSV with year or date, and net, or benefit and cost.")
    ],
    rate: Annotated[float, typer.Option(help="Discount rate as a fraction: 0.05 is 5 %.")],
    first_year_discounted: Annotated[
        bool,
        typer.Option("--first-year-discounted", help="Discount the first year by one period too."),
    ] = False,
    finance_rate: Annotated[
        float | None,
        typer.Option(help="Of the MIRR: what money for costs costs; the discount rate without it."),
    ] = None,
    reinvestment_rate: Annotated[
        float | None,
        typer.Option(help="Of the MIRR: what gains earn; the discount rate without it."),
    ] = None,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """NPV, every rate of return, MIRR, benefit-cost ratio and payback of a table of cash flows."""
    result = appraise_cash_flow(
        read_cash_flow(file),
        rate,
        first_year_discounted=first_year_discounted,
        finance_rate=finance_rate,
        reinvestment_rate=reinvestment_rate,
    )
    if as_json:
        print_json(asdict(result))
    else:
        typer.echo(_as_text(result))


@app.command()
def run(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A run folder.")],
    rate: Annotated[
        float | None,
        typer.Option(help="Discount rate as a fraction; the run's headline rate without it."),
    ] = None,
    scenario: Annotated[str, typer.Option(help="Scenario; the first of the run without it.")] = "",
    projects: Annotated[
        str, typer.Option(help="Projects or clusters, separated by commas; all without it.")
    ] = "",
    scope: Annotated[str, typer.Option(help="Whose gains count: all, market or inside.")] = "all",
    workbook: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write an Excel workbook with live formulas."),
    ] = None,
    sheets: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write a one-page PDF a project.")
    ] = None,
    draws: Annotated[int, typer.Option(min=1000, help="Risk draws, a multiple of 1,000.")] = 10_000,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the draws.")] = 0,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Value the projects of a run again at any rate, without solving the models again."""
    from transcaspian.appraisal.again import (
        models_of,
        usual_options,
        usual_risk,
        value_again,
        value_tables,
    )
    from transcaspian.appraisal.families import interaction_tables
    from transcaspian.cli.run_facts import read_run_facts

    found = read_run_facts(folder, scenario, [word for word in projects.split(",") if word])
    at = found.headline_rate if rate is None else rate
    check_scope(scope)
    values = value_again(found.ledgers, found.projects, found.run, at, scope)
    tables = value_tables(
        models_of(found.ledgers, found.run, scope),
        [usual_risk(project) for project in found.projects],
        usual_options(at, draws, seed),
    )
    together = interaction_tables(
        dict(values.select("project", "npv_musd").iter_rows()),
        {project.project: project.projects() for project in found.projects},
    )
    if workbook is not None:
        from transcaspian.appraisal.write import write_workbook

        write_workbook(workbook, found.ledgers, at, found.run.discount_year, found.conventions)
    if sheets is not None:
        from transcaspian.cli.project_sheets import write_sheets

        write_sheets(sheets, found, at, values, tables)
    if as_json:
        head = {"run": str(folder), "scenario": found.scenario, "rate": at, "scope": scope}
        print_json(
            head
            | {"projects": values.to_dicts()}
            | {name: table.to_dicts() for name, table in (*tables.items(), *together.items())}
        )
        return
    _print_values(found.scenario, at, values, tables)


def check_scope(scope: str) -> None:
    """Raise InputError for a scope that a run's tables cannot tell."""
    if scope not in RUN_SCOPES:
        raise InputError(f"{scope!r} is no scope of a run. Choose one of {', '.join(RUN_SCOPES)}.")


def _print_values(
    scenario: str, rate: float, values: "pl.DataFrame", tables: "Mapping[str, pl.DataFrame]"
) -> None:
    import polars as pl

    risk = {row["project"]: row for row in tables["risk"].iter_rows(named=True)}
    year_late = tables["delay_prices"].filter(pl.col("delay_years") == 1.0)
    late = dict(year_late.select("project", "npv_change_spent_musd").iter_rows())
    rows = []
    for row in values.sort("npv_musd", descending=True).iter_rows(named=True):
        drawn = risk[row["project"]]
        rows.append(
            (
                row["project"],
                _musd(row["npv_musd"]),
                _rates(row["eirr"], row["eirr_count"]),
                _number(row["bcr"], 2),
                _musd(row["break_even_capex_musd"]),
                _musd(drawn["p10_musd"]),
                _musd(drawn["p90_musd"]),
                f"{drawn['probability_negative']:.0%}",
                _musd(late[row["project"]]),
            )
        )
    columns = ("project", "NPV", "EIRR", "BCR", "worth", "P10", "P90", "loss", "late")
    title = f"{scenario}, {rate:.1%} real, million USD"
    print_table(title, columns, rows, numeric=columns[1:])
    typer.echo(
        "worth: capital cost at which the NPV is zero. P10, P90 and loss (chance of an NPV below "
        "zero): capital cost\nas published or assumed, benefits and delay as assumed. late: NPV of "
        "opening a year late with the money spent."
    )


def _rates(single: float | None, count: int) -> str:
    if single is not None:
        return f"{single:.1%}"
    return f"{count} rates" if count else "none"


def _musd(value: float | None) -> str:
    return "-" if value is None else f"{round(value) + 0.0:,.0f}"


def _as_text(result: CashFlowAppraisal) -> str:
    rates = ", ".join(f"{rate:.4%}" for rate in result.irr) or "none"
    lines = [
        f"NPV at {result.rate:.2%}   {result.npv:,.4f}",
        f"IRR             {rates}",
        f"MIRR            {'-' if result.mirr is None else f'{result.mirr:.4%}'}",
        f"BCR             {_number(result.bcr)}",
        f"Payback         {_number(result.payback)} years",
    ]
    if result.note:
        lines.append(f"Note            {result.note}")
    return "\n".join([*lines, f"Conventions     {result.conventions}."])


def _number(value: float | None, digits: int = 4) -> str:
    return "-" if value is None else f"{value:,.{digits}f}"
