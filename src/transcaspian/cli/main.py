"""The `transcaspian` command: the groups of the rooms and the commands on cases and runs."""

import sys

import click
import typer

from transcaspian.cli import cases, runs
from transcaspian.cli.output import print_error, print_json
from transcaspian.errors import TranscaspianError

EXIT_ERROR = 1
EXIT_USAGE = 2

app = typer.Typer(
    name="transcaspian",
    help="Plans, prices and tracks the Trans-Caspian corridor.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
cases.register(app)
runs.register(app)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; exit with 1 for our errors (no traceback), 2 for wrong usage."""
    words = sys.argv[1:] if arguments is None else arguments
    raise SystemExit(run(words))


def run(words: list[str]) -> int:
    """Run one command and return its exit code."""
    try:
        code = app(words, standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.exceptions.Abort:
        sys.stderr.write("Stopped.\n")
        return EXIT_ERROR
    except click.UsageError as error:
        error.show()
        return EXIT_USAGE
    except TranscaspianError as error:
        if "--json" in words:
            print_json(error.as_dict())
        else:
            print_error(error)
        return EXIT_ERROR
    return code if isinstance(code, int) else 0
