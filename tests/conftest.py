"""Fixtures that every room's tests share."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.small_case import write_small_case
from transcaspian.case.read import read_case
from transcaspian.case.tables import Case

# The same examples in every run, so that a change is judged by what it changes. Others are drawn
# with HYPOTHESIS_PROFILE=search.
settings.register_profile("same", derandomize=True)
settings.register_profile("search", derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


@pytest.fixture(autouse=True, scope="session")
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep commands under test away from the user's cache and register."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture
def case_folder(tmp_path: Path) -> Path:
    """A small case on disk, to be broken."""
    return write_small_case(tmp_path / "two-shores")


@pytest.fixture(scope="session")
def small_case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """The small case, read."""
    return read_case(write_small_case(tmp_path_factory.mktemp("case") / "two-shores"))


# Files that take minutes: each starts at once on a worker of its own, the others fill up.
LONGEST_FIRST = ("tests/test_packaged.py", "tests/power/test_packaged_oracle.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first, all else in its order."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST_FIRST))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in the summary what did not run and what it needs: nothing is skipped quietly."""
    needs: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reason = reason.removeprefix("Skipped: ").removeprefix("not run: needs ")
        needs[reason] = needs.get(reason, 0) + 1
    for reason, count in sorted(needs.items()):
        terminalreporter.write_line(f"not run: needs {reason} ({count} tests)")
