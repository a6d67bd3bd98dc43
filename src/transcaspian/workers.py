"""Processes that solve side by side, and never outlive the one that started them.

A worker waits for work on a queue whose other end it holds itself, so that it would wait for ever
once its parent is gone. It therefore watches a pipe of which the parent alone holds the far end:
the system closes it however the parent ends.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import Thread

__all__ = ["worker_pool"]

SIGNAL_AT_PARENTS_END = 1  # Linux, prctl.h: PR_SET_PDEATHSIG


@contextmanager
def worker_pool(count: int) -> Iterator[ProcessPoolExecutor]:
    """Give a pool of processes; where the block is left by an error, they end at once."""
    context = get_context("spawn")
    watched, held = context.Pipe(duplex=False)
    with watched, held:
        pool = ProcessPoolExecutor(count, context, _begin, (watched, os.getpid()))
        try:
            yield pool
        except BaseException:
            held.close()  # the workers see it, and end
            raise
        finally:
            pool.shutdown(cancel_futures=True)


def _begin(watched: Connection, parent: int) -> None:
    """Watch the parent from now on, in a worker that has just started."""
    Thread(target=_end_with, args=(watched,), daemon=True).start()
    if sys.platform == "linux":
        # Needs no thread of ours to get its turn; the pipe alone tells what happened before.
        ctypes.CDLL(None).prctl(SIGNAL_AT_PARENTS_END, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)


def _end_with(watched: Connection) -> None:
    watched.poll(None)  # nothing is ever sent: it wakes when the far end is closed
    os._exit(1)
