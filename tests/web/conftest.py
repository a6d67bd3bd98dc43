"""Two small runs, the application that serves them, and a real server for the browser."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from starlette.testclient import TestClient

from tests.web.made_up import write_runs
from transcaspian.web.app import create_app
from transcaspian.web.settings import LOOPBACK, WebSettings

# The name under which tests ask the application: it takes names of this machine only.
HERE = "http://localhost"


@pytest.fixture(scope="session")
def run_folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The case and the folder with both runs."""
    return write_runs(tmp_path_factory.mktemp("web"))


@pytest.fixture(scope="session")
def app(run_folders: tuple[Path, Path]) -> FastAPI:
    case, runs = run_folders
    return create_app(WebSettings(runs=(runs,), case=str(case), hosts=("testserver",)))


@pytest.fixture(scope="session")
def client(app: FastAPI) -> TestClient:
    return TestClient(app, base_url=HERE, headers={"accept": "text/html", "accept-language": "en"})


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Serve the application on a free port of this machine; give its address."""
    server = uvicorn.Server(uvicorn.Config(app, host=LOOPBACK, port=0, log_level="warning"))
    ready = threading.Event()
    startup = server.startup

    async def started(*arguments: object, **named: object) -> None:
        await startup(*arguments, **named)  # type: ignore[arg-type]
        ready.set()

    server.startup = started  # type: ignore[method-assign]
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert ready.wait(timeout=60)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://{LOOPBACK}:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=60)


@pytest.fixture(scope="session")
def address(app: FastAPI) -> Iterator[str]:
    """The address of a running server."""
    with serving(app) as found:
        yield found
