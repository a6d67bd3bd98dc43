"""Array types of the room and the one sum that numpy has no typed name for."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["BoolArray", "FloatArray", "Int32Array", "IntArray", "starts_of", "sum_by"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Int32Array = NDArray[np.int32]
BoolArray = NDArray[np.bool_]


def sum_by(index: IntArray, weights: FloatArray, size: int) -> FloatArray:
    """Return the sum of `weights` for every value of `index`, in the order of the rows."""
    return np.asarray(np.bincount(index, weights=weights, minlength=size), dtype=np.float64)


def starts_of(counts: IntArray) -> IntArray:
    """Return where each group begins when groups of these sizes stand one after another."""
    starts = np.zeros(counts.size + 1, dtype=np.int64)
    np.cumsum(counts, out=starts[1:])
    return starts
