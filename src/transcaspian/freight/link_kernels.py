"""Compiled state of links: cost and slope at the volume that they carry.

`state` has one row of eight numbers per link, a cache line: volume, cost, slope and, for the
commonest function, its three parameters; then the kind and flags.
"""

from transcaspian.compile import kernel
from transcaspian.freight.arrays import FloatArray
from transcaspian.freight.delay_kernels import evaluate_delay, whole_power

VOLUME, COST, SLOPE, START, FACTOR, POWER, KIND, IS_MARGINAL = range(8)
N_STATE = 8
MARGINAL_STEP = 1e-4  # relative step of the second derivative, which only scales moves

LINKS = "float64[:, ::1], float64[:, ::1], float64[:, ::1]"


@kernel(f"void({LINKS}, int64)")
def refresh_link(state: FloatArray, parameters: FloatArray, points: FloatArray, link: int) -> None:
    """Bring cost and slope of one link up to its volume, in place."""
    volume = max(state[link, VOLUME], 0.0)
    if state[link, KIND] == 0.0:
        if state[link, FACTOR] == 0.0:
            state[link, COST] = state[link, START]
            state[link, SLOPE] = 0.0
        else:
            power, below = whole_power(volume, state[link, POWER])
            state[link, COST] = state[link, START] + state[link, FACTOR] * power
            state[link, SLOPE] = state[link, FACTOR] * state[link, POWER] * below
        return
    kind = int(state[link, KIND])
    time, slope = evaluate_delay(kind, parameters[link], points, volume)
    if state[link, IS_MARGINAL] == 0.0:
        state[link, COST] = time
        state[link, SLOPE] = slope
        return
    step = MARGINAL_STEP * max(volume, 1e-6)
    _, ahead = evaluate_delay(kind, parameters[link], points, volume + step)
    state[link, COST] = time + volume * slope
    state[link, SLOPE] = 2.0 * slope + volume * max(ahead - slope, 0.0) / step


@kernel(f"void({LINKS})")
def refresh_all(state: FloatArray, parameters: FloatArray, points: FloatArray) -> None:
    """Bring cost and slope of every link up to its volume, in place."""
    for link in range(state.shape[0]):
        refresh_link(state, parameters, points, link)
