"""The one decorator that compiles the kernels of this room ahead of their first call.

A kernel has a fixed signature and is kept in numba's cache folder, so that only the first run on a
machine pays for compilation. Where no cache folder can be written the kernel still runs.
"""

import warnings
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

__all__ = ["kernel"]

Function = TypeVar("Function", bound=Callable[..., Any])


def kernel(signature: str) -> Callable[[Function], Function]:
    """Return a decorator that compiles a function of arrays and scalars for `signature`.

    No fastmath: sums keep their order, so the same inputs give the same bits.
    """

    def decorate(function: Function) -> Function:
        try:
            compiled = numba.njit(signature, cache=True, nogil=True)(function)
        except RuntimeError as error:
            # numba raises this where neither the package nor the user's cache folder is writable.
            if "cache" not in str(error) and "locator" not in str(error):
                raise
            warnings.warn(
                f"{function.__name__} is compiled anew on every start: {error}",
                RuntimeWarning,
                stacklevel=2,
            )
            compiled = numba.njit(signature, nogil=True)(function)
        return cast("Function", compiled)

    return decorate
