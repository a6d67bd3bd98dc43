"""The `transcaspian` command: the groups of the rooms and the commands on cases and runs."""

import os
import sys
from typing import Annotated, NoReturn

import typer

from transcaspian import __version__
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
from transcaspian.cli.console import close_output, prepare_output
from transcaspian.cli.output import print_error, print_json
from transcaspian.errors import InputError, TranscaspianError

EXIT_ERROR = 1

app = typer.Typer(
    name="transcaspian",
    help="Plans, prices and tracks the Trans-Caspian corridor.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        typer.echo(f"transcaspian {__version__}")
        raise typer.Exit


@app.callback()
def _before_all(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Say which version this is."
        ),
    ] = False,
) -> None:
    """Plans, prices and tracks the Trans-Caspian corridor."""


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
    prepare_output(words)
    try:
        _run(words)
    except BrokenPipeError:  # who read the output has had enough
        close_output()
        raise SystemExit(EXIT_ERROR) from None
    except OSError as error:
        sys.stderr.write(f"{_trouble(error)}\n")
        close_output()
        raise SystemExit(EXIT_ERROR) from None


def _run(words: list[str]) -> None:
    try:
        app(words)
    except TranscaspianError as error:
        _tell(error, words)
    except BrokenPipeError:
        raise
    except OSError as error:
        _tell(InputError(_trouble(error)), words)
    finally:
        sys.stdout.flush()  # a disk that is full shows here at the latest


def _tell(error: TranscaspianError, words: list[str]) -> NoReturn:
    if "--json" in words:
        print_json(error.as_dict())
    else:
        print_error(error)
    raise SystemExit(EXIT_ERROR) from None


def _trouble(error: OSError) -> str:
    """Return what the system refused, in one sentence."""
    names = [repr(os.fsdecode(name)) for name in (error.filename, error.filename2) if name]
    where = f"{' and '.join(names)}: " if names else "The output, or a file, can not be written: "
    return f"{where}{error.strerror or error}."
