"""The compiled half of the statistics: which arrivals left with which takings, first come first."""

import numpy as np
from numba import types
from numpy.typing import NDArray

from transcaspian.compile import kernel
from transcaspian.crossing.model import FloatArray

__all__ = ["match_lots"]

_FLOATS, _INTS = types.float64[::1], types.int64[::1]
LEAST_UNITS = 1e-9  # amounts are whole units or sums of them


@kernel(types.int64(_FLOATS, _FLOATS, _FLOATS, _INTS, _INTS))
def match_lots(
    come: FloatArray,
    gone: FloatArray,
    units: FloatArray,
    put_of: NDArray[np.int64],
    take_of: NDArray[np.int64],
) -> int:
    """Split arrivals and takings of a queue into lots that came together and left together.

    Parameters
    ----------
    come, gone : float64[n_put], float64[n_take]
        Units that came and that were taken, in order of time; `come` is used up in place: what is
        left in it was never taken.
    units, put_of, take_of : float64, int64, int64 [n_put + n_take]
        Written: the lots with the arrival and the taking that each belongs to.

    Returns
    -------
    int64
        Number of lots.
    """
    n_lot, put = 0, 0
    for take in range(gone.size):
        left = gone[take]
        while left > LEAST_UNITS and put < come.size:
            if come[put] <= LEAST_UNITS:
                put += 1
                continue
            amount = min(left, come[put])
            units[n_lot] = amount
            put_of[n_lot] = put
            take_of[n_lot] = take
            n_lot += 1
            come[put] -= amount
            left -= amount
    return n_lot
