"""Imports point inwards: the shell may import the core, the core never the shell."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "transcaspian"
SHELL = ("cli", "web", "sweep")
# Parts of the register that open no database are core: status, calendars, tables.
DATABASES = ("sqlalchemy", "alembic", "psycopg", "sqlite3")
ROOMS = ("power", "freight", "crossing")
FILES_ONLY_THE_SHELL_OPENS = ("case.read", "results.read", "results.write")
HEAVY = ("numba", "altair", "dask", "highspy", "polars")


def modules() -> Iterator[tuple[str, Path]]:
    for file in sorted(SOURCE.rglob("*.py")):
        yield ".".join(file.relative_to(SOURCE).with_suffix("").parts), file


def imports_of(file: Path) -> set[str]:
    """Return what a module imports from the package when it is loaded, without type-only imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.ImportFrom)
            and node.module
            and node.module.startswith("transcaspian")
        ):
            base = node.module.removeprefix("transcaspian").lstrip(".")
            found |= {f"{base}.{name.name}".strip(".") for name in node.names} | {base}
    return found


CORE = [
    (name, file)
    for name, file in modules()
    if name.split(".")[0] not in SHELL and name != "__init__"
]


@pytest.mark.parametrize(("name", "file"), CORE, ids=[name for name, _ in CORE])
def test_the_core_imports_nothing_of_the_shell(name: str, file: Path) -> None:
    if f"{name}." in {f"{path}." for path in FILES_ONLY_THE_SHELL_OPENS}:
        return
    for imported in imports_of(file):
        assert imported.split(".")[0] not in SHELL, imported
        assert not any(
            f"{imported}.".startswith(f"{path}.") for path in FILES_ONLY_THE_SHELL_OPENS
        ), imported


def libraries_of(file: Path) -> set[str]:
    """Return the first names of everything that a module imports."""
    heads: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            heads |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            heads.add(str(node.module).split(".")[0])
    return heads


def test_only_the_register_opens_databases_and_nothing_of_the_core_imports_those_parts() -> None:
    opening = {name for name, file in modules() if libraries_of(file) & set(DATABASES)}
    assert {name.split(".")[0] for name in opening} <= {"register", "cli", "web"}
    for name, file in CORE:
        if name.split(".")[0] != "register":
            assert not imports_of(file) & opening, name


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_do_not_import_each_other(room: str) -> None:
    others = {*ROOMS, "study", "appraisal", "report"} - {room}
    for name, file in modules():
        if name.split(".")[0] == room:
            assert not {imported.split(".")[0] for imported in imports_of(file)} & others, name


@pytest.mark.parametrize(
    ("library", "home"), [("highspy", "lp"), ("altair", "report"), ("vl_convert", "report")]
)
def test_a_library_is_imported_in_its_one_place(library: str, home: str) -> None:
    for name, file in modules():
        if library in libraries_of(file):
            assert name.split(".")[0] == home, name


def test_help_loads_no_heavy_library() -> None:
    code = (
        "import sys, transcaspian, transcaspian.cli.main\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )

    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert answer.stdout.strip() == "[]"


@pytest.mark.parametrize("file", [file for _, file in CORE], ids=[name for name, _ in CORE])
def test_grouped_rows_keep_their_order(file: Path) -> None:
    # Without it polars gives groups in the order in which threads finish, and sums over them
    # differ in their last bits from run to run.
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if node.func.attr == "group_by":
            assert "maintain_order" in {key.arg for key in node.keywords}, node.lineno
