"""The `transcaspian` command: the groups of the rooms and the commands on cases and runs."""

import sys

import typer

from transcaspian.cli import (
    appraise,
    cases,
    comparing,
    crossing,
    fetch,
    freight,
    portfolio,
    power,
    register,
    runs,
    serve,
)
from transcaspian.cli.output import print_error, print_json
from transcaspian.errors import TranscaspianError

EXIT_ERROR = 1

app = typer.Typer(
    name="transcaspian",
    help="Plans, prices and tracks the Trans-Caspian corridor.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
cases.register(app)
runs.register(app)
comparing.register(app)
serve.register(app)
app.add_typer(fetch.app, name="fetch")
app.add_typer(power.app, name="power")
app.add_typer(freight.app, name="freight")
app.add_typer(crossing.app, name="crossing")
app.add_typer(appraise.app, name="appraise")
app.add_typer(portfolio.app, name="portfolio")
app.add_typer(register.app, name="register")


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; exit with 1 for our errors (no traceback), 2 for wrong usage."""
    words = sys.argv[1:] if arguments is None else arguments
    try:
        app(words)
    except TranscaspianError as error:
        if "--json" in words:
            print_json(error.as_dict())
        else:
            print_error(error)
        raise SystemExit(EXIT_ERROR) from None
