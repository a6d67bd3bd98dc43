"""Random numbers: one stream per source of chance, the same in both engines.

A stream is a SplitMix64 generator (Steele, Lea and Flood 2014, doi:10.1145/2660193.2660195): its
state is a counter, so the n-th number of a stream is the same whatever the other streams do. Two
fleets that are compared with the same seed meet the same weather and the same trains.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["stream_keys"]


def stream_keys(seed: int, replication: int, names: tuple[str, ...]) -> NDArray[np.uint64]:
    """Return the start state of every stream: uint64[n_stream].

    It depends on the seed, the replication and the *name* of the stream, not on its position, so
    that adding a vessel leaves the weather as it was.
    """
    return np.array([_key(seed, replication, name) for name in names], dtype=np.uint64)


@lru_cache(maxsize=1 << 16)  # variants of a crossing ask for the same streams again
def _key(seed: int, replication: int, name: str) -> np.uint64:
    sequence = np.random.SeedSequence([seed, replication, *name.encode()])
    return np.uint64(sequence.generate_state(1, np.uint64)[0])
