"""Fixtures that every room's tests share."""

from pathlib import Path

import pytest

from tests.small_case import write_small_case
from transcaspian.case.read import read_case
from transcaspian.case.tables import Case


@pytest.fixture
def case_folder(tmp_path: Path) -> Path:
    """A small case on disk, to be broken."""
    return write_small_case(tmp_path / "two-shores")


@pytest.fixture(scope="session")
def small_case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """The small case, read."""
    return read_case(write_small_case(tmp_path_factory.mktemp("case") / "two-shores"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in the summary what did not run and what it needs: nothing is skipped quietly."""
    needs: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reason = reason.removeprefix("Skipped: ").removeprefix("not run: needs ")
        needs[reason] = needs.get(reason, 0) + 1
    for reason, count in sorted(needs.items()):
        terminalreporter.write_line(f"not run: needs {reason} ({count} tests)")
