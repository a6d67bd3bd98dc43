"""Compiled state of links: cost and slope at the volume that they carry.

`state` has one row of eight numbers per link, a cache line: volume, cost, slope and, for the
commonest function, its three parameters; then the kind and flags.
"""

from transcaspian.compile import kernel
from transcaspian.freight.arrays import FloatArray
from transcaspian.freight.delay_kernels import evaluate_delay, whole_power

VOLUME, COST, SLOPE, START, FACTOR, POWER, KIND, FLAGS = range(8)
N_STATE = 8
MARGINAL, LIMITED = 1, 2  # bits of the flags
# Columns of the parameters after those of the delay function, for links with a hard capacity.
MULTIPLIER, PENALTY, LIMIT = 6, 7, 8
MARGINAL_STEP = 1e-4  # relative step of the second derivative, which only scales moves

LINKS = "float64[:, ::1], float64[:, ::1], float64[:, ::1]"


@kernel(f"void({LINKS}, int64)")
def refresh_link(state: FloatArray, parameters: FloatArray, points: FloatArray, link: int) -> None:
    """Bring cost and slope of one link up to its volume, in place.

    A limited link adds max(0, multiplier + penalty * (volume - limit)) to its time (augmented
    Lagrangian of a hard capacity).
    """
    volume = max(state[link, VOLUME], 0.0)
    flags = int(state[link, FLAGS])
    if state[link, KIND] == 0.0:
        if state[link, FACTOR] == 0.0:
            time, slope = state[link, START], 0.0
        else:
            power, below = whole_power(volume, state[link, POWER])
            time = state[link, START] + state[link, FACTOR] * power
            slope = state[link, FACTOR] * state[link, POWER] * below
    else:
        kind = int(state[link, KIND])
        time, slope = evaluate_delay(kind, parameters[link], points, volume)
        if flags & MARGINAL:
            step = MARGINAL_STEP * max(volume, 1e-6)
            _, ahead = evaluate_delay(kind, parameters[link], points, volume + step)
            time += volume * slope
            slope = 2.0 * slope + volume * max(ahead - slope, 0.0) / step
    if flags & LIMITED:
        extra = parameters[link, MULTIPLIER] + parameters[link, PENALTY] * (
            volume - parameters[link, LIMIT]
        )
        if extra > 0.0:
            time += extra
            slope += parameters[link, PENALTY]
    state[link, COST] = time
    state[link, SLOPE] = slope


@kernel(f"void({LINKS})")
def refresh_all(state: FloatArray, parameters: FloatArray, points: FloatArray) -> None:
    """Bring cost and slope of every link up to its volume, in place."""
    for link in range(state.shape[0]):
        refresh_link(state, parameters, points, link)
