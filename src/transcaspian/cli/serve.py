"""The command `serve`: finished runs and the register in a browser."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from transcaspian.cli.output import JSON_OPTION, console, print_json
from transcaspian.errors import InputError

RUNS = Path("runs")
PORT = 8731
HIGHEST_PORT = 65535


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(serve)


def serve(
    runs: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[DIR]...",
            help="Run folders, or folders that hold some; the folder `runs` by default.",
        ),
    ] = None,
    port: Annotated[
        int, typer.Option(min=0, max=HIGHEST_PORT, help="Port on this machine; 0 for a free one.")
    ] = PORT,
    db: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Register: file or postgresql:// address; the packaged one by default.",
        ),
    ] = None,
    case: Annotated[
        str,
        typer.Option(metavar="CASE", help="Case of the runs, where it is not a packaged one."),
    ] = "",
    role: Annotated[
        str, typer.Option("--role", help="public, or internal to see rows marked internal.")
    ] = "public",
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Further name under which the pages may be asked for; can be repeated.",
        ),
    ] = None,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Show finished runs and the register in a browser, on this machine only, read-only."""
    import socket

    import uvicorn

    from transcaspian.web.app import create_app
    from transcaspian.web.settings import LOOPBACK, WebSettings

    folders = tuple(runs) if runs else ((RUNS,) if RUNS.is_dir() and any(RUNS.iterdir()) else ())
    if role not in ("public", "internal"):
        raise InputError(f"{role!r} is no role; roles are public, internal.")
    app = create_app(
        WebSettings(runs=folders, case=case, db=db, role=role, hosts=tuple(allow_host or ()))  # type: ignore[arg-type]
    )
    for key, trouble in app.state.transcaspian.troubles().items():
        sys.stderr.write(f"Run {key} can't be shown. {trouble}\n")
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, port))
        except OSError as error:
            raise InputError(f"Port {port} is not free: {error.strerror}. Name another with --port.") from error  # fmt: skip
        listener.listen()  # who is told the address can ask at once
        address = f"http://{LOOPBACK}:{listener.getsockname()[1]}/"
        if as_json:
            print_json({"address": address, "runs": [str(folder) for folder in folders]})
        else:
            console().print(f"Open {address} (Ctrl+C ends it)", soft_wrap=True)
        sys.stdout.flush()  # who waits for the address through a pipe gets it now
        uvicorn.Server(uvicorn.Config(app, log_level="warning", workers=1)).run(sockets=[listener])
