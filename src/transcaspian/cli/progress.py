"""Progress of long commands, on standard error so that standard output stays clean."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["shown_progress"]

Progress = Callable[[str], None]


@contextmanager
def shown_progress() -> Iterator[Progress]:
    """Yield a function that names the phase at work; each line says the seconds since the start."""
    start = time.monotonic()

    def progress(phase: str) -> None:
        sys.stderr.write(f"[{time.monotonic() - start:5.0f} s] {phase}\n")
        sys.stderr.flush()

    yield progress
    progress("Done")
