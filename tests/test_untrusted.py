import ctypes
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from transcaspian.errors import InputError, NotFoundError, Problem
from transcaspian.untrusted import in_child

WHAT = "harbour.dat"


def double(value: int) -> int:
    return 2 * value


def say_much(path: Path) -> str:
    print("noise on standard output")  # noqa: T201
    os.write(1, b"noise of a library in C\n")
    os.write(2, b"x" * 1_000_000)
    return path.name


def crash() -> None:
    ctypes.string_at(0)


def abort() -> None:
    os.abort()


def leave() -> None:
    os._exit(7)


def leave_as_if_well() -> None:
    os._exit(0)


def take_memory() -> int:
    return len([bytearray(1 << 24) for _ in range(1_000)])


def take_memory_in_one() -> int:
    return np.ones(1 << 34).size


def loop() -> None:
    while True:
        pass


def wait(mark: Path | None = None) -> None:
    if mark is not None:
        mark.write_text(str(os.getpid()))
    time.sleep(600.0)


def refuse() -> None:
    problems = [Problem("a.csv", 3, "b", "it is odd.", "Make it even.")] * 2
    raise InputError("The file cannot be read.", problems)


def not_there() -> None:
    raise NotFoundError("no such thing")


def break_down() -> None:
    raise KeyError("member 7")


def large() -> np.ndarray:
    return np.arange(5_000_000, dtype=np.float64)


def in_daemon(place: Path) -> None:
    place.write_text(str(in_child(double, 21, what=WHAT)))


def is_alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def gone_within(process: int, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while is_alive(process) and time.monotonic() < end:
        time.sleep(0.05)
    return not is_alive(process)


def test_what_the_function_returns_comes_back():
    assert in_child(double, 21, what=WHAT) == 42
    assert in_child(large, what=WHAT).sum() == pytest.approx(5e6 * (5e6 - 1) / 2)


def test_what_a_library_prints_does_not_mix_with_the_answer(capfd):
    assert in_child(say_much, Path("quay/berth.nc"), what=WHAT) == "berth.nc"
    assert capfd.readouterr() == ("", "")


def test_an_error_of_ours_is_raised_as_it_was():
    with pytest.raises(InputError) as caught:
        in_child(refuse, what=WHAT)
    assert caught.value.message == "The file cannot be read."
    assert [str(problem) for problem in caught.value.problems] == [
        "a.csv, row 3, column 'b': it is odd. Make it even."
    ] * 2
    with pytest.raises(NotFoundError, match="no such thing"):
        in_child(not_there, what=WHAT)


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (crash, "SIGSEGV"),
        (abort, "SIGABRT"),
        (leave, "exit status 7"),
        (leave_as_if_well, "exit status 0"),
        (break_down, "KeyError: 'member 7'"),
        (take_memory, "more than 256 MiB of memory"),
        (take_memory_in_one, "more than 256 MiB of memory"),
    ],
)
def test_every_way_to_break_down_is_one_clear_error(function, words):
    with pytest.raises(InputError) as caught:
        in_child(function, what=WHAT, memory_bytes=256 << 20)
    assert "\n" not in caught.value.message
    assert caught.value.message == "harbour.dat cannot be read."
    [problem] = caught.value.problems
    assert problem.file == WHAT
    assert words in problem.message
    assert problem.cure


@pytest.mark.parametrize("function", [loop, wait])
def test_an_endless_reader_is_stopped(function, monkeypatch):
    monkeypatch.setattr("transcaspian.untrusted.START_SECONDS", 2.0)
    began = time.monotonic()
    with pytest.raises(InputError, match="takes more than 1 s"):
        in_child(function, what=WHAT, seconds=1.0)
    assert time.monotonic() - began < 15.0


def test_threads_and_daemon_processes_may_read_too(tmp_path):
    found = []
    threads = [
        threading.Thread(target=lambda k=k: found.append(in_child(double, k, what=WHAT)))
        for k in range(4)
    ]
    for thread in threads:
        thread.start()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=in_daemon, args=(tmp_path / "found",), daemon=True)
    process.start()
    for thread in threads:
        thread.join()
    process.join()
    assert sorted(found) == [0, 2, 4, 6]
    assert (tmp_path / "found").read_text() == "42"


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_child_outlives_its_parent(tmp_path, how):
    mark = tmp_path / "mark"
    code = (
        f"import sys; sys.path[:] = {sys.path!r}\n"
        "from pathlib import Path\n"
        "from tests.test_untrusted import wait\n"
        "from transcaspian.untrusted import in_child\n"
        f"in_child(wait, Path({str(mark)!r}), what='f')\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL) as parent:
        while not (mark.exists() and mark.read_text()):
            assert parent.poll() is None
            time.sleep(0.05)
        child = int(mark.read_text())
        assert is_alive(child)
        parent.send_signal(how)
        parent.wait()
        assert gone_within(child, 5.0)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_no_child_is_left_after_the_call(tmp_path, monkeypatch):
    monkeypatch.setattr("transcaspian.untrusted.START_SECONDS", 2.0)
    mark = tmp_path / "mark"
    with pytest.raises(InputError):
        in_child(wait, mark, what=WHAT, seconds=1.0)
    assert gone_within(int(mark.read_text()), 0.0)


def test_a_function_that_cannot_be_found_is_no_fault_of_the_file(tmp_path, monkeypatch):
    (tmp_path / "fleeting.py").write_text("def read():\n    return 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    import fleeting

    assert in_child(fleeting.read, what=WHAT) == 1
    (tmp_path / "fleeting.py").unlink()
    with pytest.raises(RuntimeError, match="fleeting"):
        in_child(fleeting.read, what=WHAT)
