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
