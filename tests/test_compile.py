"""Compiled kernels are kept by the text of all kernels, and of the constants that they hold."""

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from transcaspian import compile as compiling
from transcaspian.compile import PACKAGE, fingerprint, sources

# Two modules: a kernel that calls another of the next module, changed between two starts.
CALLER = """
from numba import int64
from transcaspian.compile import kernel
from callee import inner

@kernel(int64(int64))
def outer(x):
    return inner(x) + 1
"""
CALLEE = """
from numba import int64
from transcaspian.compile import kernel

@kernel(int64(int64))
def inner(x):
    return {factor} * x
"""
START = """
import sys
from pathlib import Path
from transcaspian import compile as compiling
here = Path(sys.argv[1])
compiling.PACKAGE, compiling.SOURCES = here, ("*.py",)
compiling.fingerprint.__defaults__ = compiling.sources.__defaults__ = (here,)
sys.path.insert(0, str(here))
import caller
print(caller.outer(10))
"""


def modules() -> dict[str, Path]:
    found = {}
    for file in PACKAGE.rglob("*.py"):
        parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
        found[".".join(part for part in parts if part != "__init__")] = file
    return found


def used_by_kernels(file: Path) -> Iterator[str]:
    """Give the modules of names that the kernels of a file use."""
    tree = ast.parse(file.read_text("utf-8"))
    origin = {
        (name.asname or name.name): (node.module, name.name)
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module and "transcaspian" in node.module
        for name in node.names
    }
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and any(
            "kernel" in ast.unparse(mark) for mark in node.decorator_list
        ):
            body = [one for line in node.body for one in ast.walk(line)]
            for name in {one.id for one in body if isinstance(one, ast.Name)}:
                if name in origin:
                    module = ".".join(origin[name])
                    yield module if module in modules() else origin[name][0]


def test_every_file_that_makes_machine_code_is_part_of_its_name() -> None:
    known, held = modules(), set(sources())
    kernels = [
        file for file in known.values() if "transcaspian.compile import" in file.read_text("utf-8")
    ]

    needed = {known[name] for file in kernels for name in used_by_kernels(file) if name in known}

    assert len(kernels) > 10
    assert set(kernels) <= held
    assert needed <= held


def test_a_changed_kernel_is_compiled_into_those_that_call_it(tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "caller.py").write_text(CALLER)

    found = []
    for factor in (2, 3, 2):
        (package / "callee.py").write_text(CALLEE.format(factor=factor))
        run = subprocess.run(
            [sys.executable, "-c", START, str(package)],
            capture_output=True, text=True, check=True, timeout=300,
        )  # fmt: skip
        found.append(int(run.stdout))

    assert found == [21, 31, 21]
    assert len(list((package / "__pycache__").glob(f"{compiling.PREFIX}*"))) == 2


def test_a_letter_in_a_kernel_gives_another_name(tmp_path: Path) -> None:
    copy = tmp_path / "transcaspian"
    for file in sources():
        target = copy / file.relative_to(PACKAGE)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)
    before = fingerprint(copy)
    assert before == fingerprint()

    changed = copy / "crossing" / "world.py"
    changed.write_text(changed.read_text("utf-8") + "\n# a remark\n")

    assert fingerprint(copy) != before


def test_without_a_folder_kernels_run_and_one_notice_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(blocked))
    compiling._cache_folder.cache_clear()
    try:
        with pytest.warns(RuntimeWarning, match="compiled anew on every start"):
            double = compiling.kernel("int64(int64)")(lambda x: 2 * x)
    finally:
        monkeypatch.undo()
        compiling._cache_folder.cache_clear()

    assert double(4) == 8


def test_only_the_last_few_versions_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for age in range(6):
        (tmp_path / f"{compiling.PREFIX}{age}").mkdir()
    (tmp_path / "of another program").mkdir()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    compiling._cache_folder.cache_clear()
    try:
        kept = compiling._cache_folder()
    finally:
        monkeypatch.undo()
        compiling._cache_folder.cache_clear()

    assert kept is not None
    assert kept.is_dir()
    assert len(list(tmp_path.glob(f"{compiling.PREFIX}*"))) == compiling.FOLDERS_KEPT
    assert (tmp_path / "of another program").is_dir()
