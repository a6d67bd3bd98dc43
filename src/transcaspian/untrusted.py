"""Files of others are read in a child process with limits on memory and time.

Libraries that read binary formats (HDF5, Parquet, zip, workbooks) may crash, loop or take all the
memory on a damaged or hostile file. `in_child` runs one function of ours in a fresh interpreter, so
that whatever happens there is one `InputError` here. The child is no fork: it starts with nothing
but what the function imports, and works in threads and in daemon processes alike.
"""

import ctypes
import math
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, TracebackType
from typing import BinaryIO, TypeVar

from transcaspian.errors import InputError, Problem, TranscaspianError

resource: ModuleType | None
try:
    import resource
except ImportError:  # there are no such limits on Windows
    resource = None

__all__ = ["MEMORY_BYTES", "SECONDS", "answer", "in_child"]

Result = TypeVar("Result")
MEMORY_BYTES = 2 << 30  # on top of what the child takes before it reads
SECONDS = 120.0  # of wall clock, and of processor time
START_SECONDS = 30.0  # of wall clock, to start an interpreter on a busy machine
WATCH_SECONDS = 0.5  # how often the child looks whether its parent lives
MOST_WORDS = 300  # characters of what a library says
PR_SET_PDEATHSIG = 1  # prctl(2)
CURE = "Write it again with the program that made it, or give a smaller one."
# The first pickle is the search path of the parent, so that the second can be imported at all.
BOOT = (
    "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer); "
    "from transcaspian.untrusted import answer; answer()"
)
# Threads of libraries reserve address space that counts against the limit of memory.
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "POLARS_MAX_THREADS"), "1")


def in_child(
    function: Callable[..., Result],
    *arguments: object,
    what: str,
    memory_bytes: int = MEMORY_BYTES,
    seconds: float = SECONDS,
) -> Result:
    """Return `function(*arguments)`, run in a child process under limits.

    The function stands at the top of an importable module; arguments and result can be pickled.
    A `TranscaspianError` of the function is raised here unchanged. Any other error, a crash, more
    memory than `memory_bytes` or more time than `seconds` is an InputError that names the file
    `what`. The child never outlives the call, nor this process.
    """
    request = pickle.dumps(sys.path) + pickle.dumps(
        (os.getpid(), memory_bytes, seconds, function, arguments)
    )
    with _started() as process:
        try:
            told, _ = process.communicate(request, timeout=seconds + START_SECONDS)
        except subprocess.TimeoutExpired:
            raise _refused(what, f"reading it takes more than {seconds:g} s.") from None
        finally:
            process.kill()  # does nothing where it has ended
    if process.returncode not in (0, 1) or not told:
        raise _refused(what, _death_in_words(process.returncode, seconds))
    kind, value = pickle.loads(told)
    if kind == "result":
        result: Result = value
        return result
    if kind == "memory":
        raise _refused(what, f"reading it takes more than {memory_bytes >> 20} MiB of memory.")
    if kind == "damaged":
        raise _refused(what, f"it is damaged, or of another format ({value}).")
    raise value


def _started() -> "subprocess.Popen[bytes]":
    """Return a child that waits for its request."""
    return subprocess.Popen(
        [sys.executable, "-P", "-c", BOOT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # libraries in C write there as they please
        env=os.environ | ONE_THREAD,
    )


def _refused(what: str, message: str) -> InputError:
    return InputError(f"{what} cannot be read.", [Problem(what, 0, "", message, CURE)])


def _death_in_words(returncode: int, seconds: float) -> str:
    if returncode >= 0:
        return f"the library that reads it stopped (exit status {returncode}): it is damaged."
    name = signal.Signals(-returncode).name
    if name == "SIGXCPU":
        return f"reading it takes more than {seconds:g} s."
    return f"the library that reads it broke down ({name}): it is damaged."


def answer() -> None:
    """Serve one request of `in_child`: read it from stdin, write the answer to stdout."""
    private = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print must not mix with the answer
    sys.excepthook = _teller(private, "our mistake")
    parent, memory_bytes, seconds, function, arguments = pickle.load(sys.stdin.buffer)
    _die_with(parent)
    _limit(memory_bytes, seconds)
    sys.excepthook = _teller(private, "damaged")
    _tell(private, "result", function(*arguments))


def _tell(private: BinaryIO, kind: str, value: object) -> None:
    private.write(pickle.dumps((kind, value), protocol=pickle.HIGHEST_PROTOCOL))
    private.flush()


def _teller(private: BinaryIO, otherwise: str) -> Callable[..., None]:
    """Return what an error that nobody catches is handed to: it tells the parent."""

    def tell(kind: type[BaseException], error: BaseException, _: TracebackType | None) -> None:
        _lift_memory_limit()
        if isinstance(error, TranscaspianError):
            _tell(private, "ours", error)
        elif isinstance(error, MemoryError):
            _tell(private, "memory", None)
        elif otherwise == "damaged":
            _tell(private, "damaged", f"{kind.__name__}: {error}"[:MOST_WORDS])
        else:
            _tell(private, "ours", RuntimeError(f"a child could not start: {error!r}"))

    return tell


def _die_with(parent: int) -> None:
    """End this process when its parent ends: by the kernel on Linux, by looking elsewhere."""
    if os.name != "posix":
        return
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(WATCH_SECONDS)
    os._exit(1)


def _limit(memory_bytes: int, seconds: float) -> None:
    """Set limits of memory and processor time on what comes from here on."""
    if resource is None:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    end = math.ceil(time.process_time() + seconds)
    _lower(resource.RLIMIT_CPU, end)
    taken = Path("/proc/self/statm")
    if taken.exists():
        pages = int(taken.read_text().split()[0])
        _lower(resource.RLIMIT_AS, pages * resource.getpagesize() + memory_bytes)


def _lower(kind: int, limit: int) -> None:
    """Lower the soft limit; one that is lower already stays."""
    assert resource is not None
    soft, hard = resource.getrlimit(kind)
    unlimited = resource.RLIM_INFINITY
    least = min(value for value in (soft, hard, limit) if value != unlimited)
    resource.setrlimit(kind, (least, hard))


def _lift_memory_limit() -> None:
    """Leave room to tell of an error; the process ends right after."""
    if resource is not None:
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
