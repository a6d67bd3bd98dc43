"""`transcaspian serve` says where it listens, on this machine only, and ends when it is told."""

import json
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

from typer.testing import CliRunner

from transcaspian.cli.main import app

PROGRAM = [sys.executable, "-c", "from transcaspian.cli.main import main; main()", "serve"]


def test_the_address_is_printed_and_answers(tmp_path: Path) -> None:
    with subprocess.Popen(
        [*PROGRAM, "--port", "0", "--json"], stdout=subprocess.PIPE, text=True, cwd=tmp_path
    ) as server:
        try:
            assert server.stdout is not None
            address = json.loads(server.stdout.readline())["address"]
            with urlopen(f"{address}register?format=json") as answer:
                page = json.loads(answer.read())
        finally:
            server.terminate()

    assert address.startswith("http://127.0.0.1:")
    assert page["page"] == "register"


def test_a_folder_without_runs_is_an_error_and_no_server(tmp_path: Path) -> None:
    answer = subprocess.run(
        [*PROGRAM, str(tmp_path), "--json"], capture_output=True, text=True, check=False
    )

    assert answer.returncode == 1
    assert json.loads(answer.stdout)["error"]["type"] == "NotFoundError"


def test_help_names_every_option() -> None:
    text = CliRunner().invoke(app, ["serve", "--help"], env={"COLUMNS": "200"}).output

    assert all(option in text for option in ("--port", "--db", "--case", "--role", "--json"))
