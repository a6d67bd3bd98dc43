"""The one decorator that compiles kernels ahead of their first call.

A kernel has a fixed signature and is kept in numba's cache folder, so that only the first run on a
machine pays for compilation. Where no cache folder can be written the kernel still runs, compiled
anew on every start, and one notice says so.
"""

import warnings
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

__all__ = ["kernel"]

Function = TypeVar("Function", bound=Callable[..., Any])


def kernel(signature: object) -> Callable[[Function], Function]:
    """Return a decorator that compiles a function of arrays and scalars for `signature`.

    No fastmath: sums keep their order, so the same inputs give the same bits.
    """

    def decorate(function: Function) -> Function:
        try:
            compiled = numba.njit(signature, cache=True, nogil=True)(function)
        except RuntimeError as error:
            # numba raises this where neither the package nor the user's cache folder is writable.
            if "locator" not in str(error):
                raise
            # The same words and place for every kernel, so that Python shows them once.
            warnings.warn(
                "numba finds no folder to keep compiled code in: kernels are compiled anew on "
                "every start. Set NUMBA_CACHE_DIR to a folder that can be written.",
                RuntimeWarning,
                stacklevel=1,
            )
            compiled = numba.njit(signature, nogil=True)(function)
        return cast("Function", compiled)

    return decorate
