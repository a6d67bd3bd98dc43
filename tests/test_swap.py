"""A folder takes the place of another at one moment, and what stopped programs left goes."""

import errno
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from transcaspian import swap
from transcaspian.case.copy import copy_case
from transcaspian.case.exchange import export_case
from transcaspian.errors import InputError, NotFoundError
from transcaspian.results.read import read_results
from transcaspian.results.tables import Results
from transcaspian.results.write import check_target, write_results

STOPPED = 9
CASE = Path(__file__).parents[1] / "examples" / "two-shores"
# Writes a second run over a first, and ends at once at the n-th step that touches the disk.
WRITER = f"""
import os, sys
from pathlib import Path
import polars as pl
from transcaspian import swap
from transcaspian.results.tables import Results
from transcaspian.results.write import write_results

folder, last, can_exchange = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "True"
steps = 0

def counted(function):
    def step(*given, **named):
        global steps
        steps += 1
        if steps == last:
            os._exit({STOPPED})
        return function(*given, **named)
    return step

if not can_exchange:
    swap._exchange = lambda *_: False
for owner, name in ((Path, "rename"), (Path, "mkdir"), (Path, "write_text"),
                    (pl.DataFrame, "write_parquet"), (swap.shutil, "rmtree"), (os, "close"),
                    (swap.tempfile, "mkdtemp"), (swap, "_exchange")):
    setattr(owner, name, counted(getattr(owner, name)))
write_results(Results({{"places": pl.DataFrame({{"x": [2]}})}}, {{"seed": 2}}), folder, "page")
"""


def results(seed: int) -> Results:
    return Results({"places": pl.DataFrame({"x": [seed]})}, {"seed": seed})


@pytest.mark.parametrize("can_exchange", [True, False])
def test_wherever_a_writer_is_stopped_one_of_two_runs_is_whole(
    tmp_path: Path, can_exchange: bool
) -> None:
    codes = []
    for last in range(1, 40):
        folder = write_results(results(1), tmp_path / str(last) / "run", "page")
        given = [str(folder), str(last), str(can_exchange)]
        done = subprocess.run([sys.executable, "-c", WRITER, *given], check=False, timeout=300)
        codes.append(done.returncode)
        if can_exchange and sys.platform == "linux":
            assert read_results(folder).manifest["seed"] in (1, 2)  # at every moment
        check_target(folder)  # as the next `run` does
        kept = read_results(folder)
        assert kept.table("places")["x"].to_list() == [kept.manifest["seed"]]
        assert [file.name for file in folder.parent.iterdir()] == ["run"]
        if done.returncode == 0:
            break

    assert codes[-1] == 0
    assert set(codes[:-1]) == {STOPPED}
    assert len(codes) > 8


@pytest.mark.parametrize("step", ["_exchange", "rename"])
def test_where_the_exchange_fails_the_earlier_run_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    folder = write_results(results(1), tmp_path / "run", "page")
    rename, calls = Path.rename, []

    def refused(*_: object) -> bool:
        raise PermissionError(13, "Permission denied")

    def second_refused(own: Path, target: Path) -> Path:
        calls.append(target)
        return refused() if len(calls) == 2 else rename(own, target)  # type: ignore[return-value]

    if step == "_exchange":
        monkeypatch.setattr(swap, "_exchange", refused)
    else:
        monkeypatch.setattr(swap, "_exchange", lambda *_: False)
        monkeypatch.setattr(Path, "rename", second_refused)
    with pytest.raises(InputError, match="can't be written: Permission denied"):
        write_results(results(2), folder, "page")

    assert read_results(folder).manifest["seed"] == 1
    assert [file.name for file in tmp_path.iterdir()] == ["run"]


def test_a_run_left_aside_is_named_where_it_is_missed(tmp_path: Path) -> None:
    folder = write_results(results(1), tmp_path / "run", "page")
    folder.rename(tmp_path / ".run.before")

    with pytest.raises(NotFoundError, match=r"\.run\.before"):
        read_results(folder)
    check_target(folder)

    assert read_results(folder).manifest["seed"] == 1


def test_a_folder_of_a_program_at_work_is_left_alone(tmp_path: Path) -> None:
    with swap.scratch_folder(tmp_path) as mine:
        with swap.scratch_folder(tmp_path):
            assert mine.is_dir()
        assert mine.is_dir()
    assert list(tmp_path.iterdir()) == []


def test_a_run_is_replaced_through_a_link(tmp_path: Path) -> None:
    folder = write_results(results(1), tmp_path / "disk" / "run", "page")
    (tmp_path / "run").symlink_to(folder)

    write_results(results(2), tmp_path / "run", "page")

    assert (tmp_path / "run").is_symlink()
    assert read_results(folder).manifest["seed"] == 2


def test_a_file_that_cannot_be_written_leaves_the_old_one_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: Path, _: bytes) -> None:
        file.open("wb").close()
        raise OSError(errno.ENOSPC, "No space left on device")

    swap.write_file(tmp_path / "values.xlsx", b"old")
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        swap.write_file(tmp_path / "values.xlsx", b"new")
    with pytest.raises(OSError, match="No space"):
        swap.write_file(tmp_path / "other.xlsx", b"new")

    assert [file.name for file in tmp_path.iterdir()] == ["values.xlsx"]
    assert (tmp_path / "values.xlsx").read_bytes() == b"old"


@pytest.mark.parametrize(
    "write",
    [
        lambda folder: copy_case(CASE, folder / "copy"),
        lambda folder: export_case(CASE, folder / "case.zip", lambda _: None),
        lambda folder: swap.write_file(folder / "file", b"x"),
    ],
)
def test_what_killed_commands_left_goes_with_the_next(
    tmp_path: Path, write: Callable[[Path], object]
) -> None:
    left = tmp_path / f"{swap.PREFIX}killed"
    left.mkdir()
    (left / "half").write_bytes(b"x")

    write(tmp_path)

    assert not left.exists()
