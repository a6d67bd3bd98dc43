"""`transcaspian appraise`: cash flows and projects."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from transcaspian.appraisal.cash_flow import CashFlowAppraisal, appraise_cash_flow
from transcaspian.appraisal.read import read_cash_flow
from transcaspian.cli.output import JSON_OPTION, print_json

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
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """NPV, every rate of return, benefit-cost ratio and payback of a table of cash flows."""
    result = appraise_cash_flow(
        read_cash_flow(file), rate, first_year_discounted=first_year_discounted
    )
    if as_json:
        print_json(asdict(result))
    else:
        typer.echo(_as_text(result))


def _as_text(result: CashFlowAppraisal) -> str:
    rates = ", ".join(f"{rate:.4%}" for rate in result.irr) or "none"
    lines = [
        f"NPV at {result.rate:.2%}   {result.npv:,.4f}",
        f"IRR             {rates}",
        f"BCR             {_number(result.bcr)}",
        f"Payback         {_number(result.payback)} years",
    ]
    if result.note:
        lines.append(f"Note            {result.note}")
    return "\n".join([*lines, f"Conventions     {result.conventions}."])


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:,.4f}"
