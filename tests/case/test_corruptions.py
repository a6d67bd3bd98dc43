"""Two hundred random corruptions of the small case and as many of the packaged one.

Each is named where it is, or leaves a case that can be read and means the same.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.case.corruptions import COUNT, failures
from tests.small_case import small_tables, write_small_case
from transcaspian.case import read
from transcaspian.case.columns import Table
from transcaspian.case.read import TextTable, find_case
from transcaspian.case.registry import TABLES
from transcaspian.errors import Problem

SEED = 20_260
PART = 50
PARTS = [0, *(pytest.param(first, marks=pytest.mark.slow) for first in range(PART, COUNT, PART))]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_case(tmp_path_factory.mktemp("corruptions") / "case")


@pytest.fixture(scope="module")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corruptions") / "packaged"
    shutil.copytree(find_case(), folder, ignore=shutil.ignore_patterns("register"))
    return folder


@pytest.fixture
def remembered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let tables that a corruption leaves alone be split and typed only once."""
    texts: dict[tuple[str, bytes], TextTable] = {}
    typed: dict[int, object] = {}
    split, parse = read._read_text_table, read.parse_cells

    def split_once(path: Path, table: Table, problems: list[Problem]) -> TextTable | None:
        file = path / f"{table.name}.csv"
        key = (table.name, file.read_bytes() if file.is_file() else b"")
        if key in texts:
            return texts[key]
        before = len(problems)
        found = split(path, table, problems)
        if found is not None and len(problems) == before:
            texts[key] = found
        return found

    def parse_once(table: Table, cells: object, lines: object, problems: list[Problem]) -> object:
        if id(cells) in typed:
            return typed[id(cells)]
        before = len(problems)
        found = parse(table, cells, lines, problems)  # type: ignore[arg-type]
        if len(problems) == before and any(text.cells is cells for text in texts.values()):
            typed[id(cells)] = found
        return found

    monkeypatch.setattr(read, "_read_text_table", split_once)
    monkeypatch.setattr(read, "parse_cells", parse_once)
    yield
    texts.clear()


@pytest.mark.parametrize("first", PARTS)
def test_every_corruption_is_named_where_it_is_or_changes_nothing(small: Path, first: int) -> None:
    names = list(small_tables())

    assert list(failures(small, names, SEED, first, first + PART)) == []


@pytest.mark.parametrize("first", PARTS)
@pytest.mark.usefixtures("remembered")
def test_every_corruption_of_the_packaged_case_is_named_too(packaged: Path, first: int) -> None:
    names = [name for name in TABLES if has_rows(packaged / f"{name}.csv")]

    assert list(failures(packaged, names, SEED + 1, first, first + PART)) == []


def has_rows(file: Path) -> bool:
    return file.is_file() and file.read_bytes().count(b"\n") > 1
