"""Databases for the register's tests: SQLite in a file, PostgreSQL started here."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.register.postgres import NOT_RUN, find_programs, running_server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a running server."""
    programs = find_programs()
    if programs is None:
        pytest.skip(NOT_RUN)
    with running_server(programs) as address:
        yield address


@pytest.fixture
def postgres_address(postgres_server: str) -> str:
    """The address of an empty database: one for all tests, emptied, which is quicker than a new one."""
    address = f"{postgres_server}/postgres"
    with psycopg.connect(address.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return address


@pytest.fixture
def sqlite_address(tmp_path: Path) -> str:
    """The address of a database file that is not there yet."""
    return str(tmp_path / "register.sqlite")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def address(request: pytest.FixtureRequest) -> str:
    """An empty database of each kind: the same tests run on both, the quick suite on SQLite."""
    name = "sqlite_address" if request.param == "sqlite" else "postgres_address"
    return str(request.getfixturevalue(name))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say it aloud when the half on PostgreSQL was not run."""
    if any(NOT_RUN in str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])):
        terminalreporter.write_line(NOT_RUN)
