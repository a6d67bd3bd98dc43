"""Values that are made once, by whoever asks first, while everybody else waits for them."""

from collections.abc import Callable, Hashable
from concurrent.futures import CancelledError, Future
from threading import Lock
from typing import Any, TypeVar, cast

__all__ = ["Once"]

Value = TypeVar("Value")


class Once:
    """Values by key, each made by the thread that asks for it first; the others wait for that one.

    No lock is held while a value is made. Where it can't be made, whoever waited tries in turn.
    A value must not ask for itself.
    """

    def __init__(self) -> None:
        self._found: dict[Hashable, Future[Any]] = {}
        self._guard = Lock()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """Return the value of the key; make it where there is none yet."""
        while True:
            own: Future[Any] = Future()
            with self._guard:
                found = self._found.setdefault(key, own)
            if found is own:
                self._fill(key, own, make)
            try:
                return cast("Value", found.result())
            except CancelledError:  # it could not be made: this thread's turn
                continue

    def drop(self, key: Hashable) -> None:
        """Forget the value of the key: who asks next makes it anew."""
        with self._guard:
            self._found.pop(key, None)

    def _fill(self, key: Hashable, own: Future[Any], make: Callable[[], object]) -> None:
        try:
            own.set_result(make())
        finally:
            if not own.done():
                self.drop(key)
                own.cancel()
