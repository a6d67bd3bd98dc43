"""Processes that solve side by side end with the one that started them, however it ends."""

import signal
import subprocess
import sys

import pytest

LONG_S = 3600.0
PARENT = f"""
import os, sys, time
from transcaspian.workers import worker_pool

if __name__ == "__main__":
    with worker_pool(2) as pool:
        works = [pool.submit(time.sleep, {LONG_S}) for _ in range(2)]
        if sys.argv[1] == "at work":
            while not all(work.running() for work in works):
                time.sleep(0.01)
        print("ready", flush=True)
        if sys.argv[2] == "error":
            raise KeyError("a mistake of the parent")
        works[0].result()
"""
ENDS = [signal.SIGTERM, signal.SIGINT] + ([signal.SIGKILL] if sys.platform != "win32" else [])


def wait_for_all(parent: "subprocess.Popen[str]") -> None:
    """Wait until nobody holds the output of the parent any more: it, its workers, their tracker."""
    parent.communicate(timeout=300)


@pytest.mark.parametrize("moment", ["at work", "at the start"])
@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.name)
def test_workers_end_with_their_parent(
    tmp_path_factory: pytest.TempPathFactory, moment: str, end: signal.Signals
) -> None:
    program = tmp_path_factory.mktemp("parent") / "parent.py"
    program.write_text(PARENT, "utf-8")
    with subprocess.Popen(
        [sys.executable, str(program), moment, "signal"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "ready\n"
        parent.send_signal(end)
        wait_for_all(parent)

    assert parent.returncode != 0


def test_workers_end_where_their_parent_makes_a_mistake(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    program = tmp_path_factory.mktemp("parent") / "parent.py"
    program.write_text(PARENT, "utf-8")

    done = subprocess.run(
        [sys.executable, str(program), "at work", "error"],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert "a mistake of the parent" in done.stderr
