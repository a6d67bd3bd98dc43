"""Rates of return of many cash flows at once, against a loop over pyxirr.

Three kinds: one rate each, a clean-up cost at the end (mostly two rates), and noisy years (many
changes of sign, one to three rates). Prints seconds and the largest difference from pyxirr where
the rate is the only one.

Run: python benchmarks/appraisal_irr.py [number of flows, by default 2000]
"""

import sys
import time

import numpy as np
import pyxirr
from numpy.typing import NDArray

from transcaspian.appraisal.returns import irr_many

YEARS = 41


def make_flows(kind: str, number: int) -> NDArray[np.float64]:
    """Return flows[number, YEARS] of a project built in three years."""
    rng = np.random.default_rng(2024)
    flows = rng.uniform(20.0, 200.0, (number, YEARS))
    flows[:, 0] = -1000.0 * rng.uniform(0.5, 2.0, number)
    flows[:, 1:3] *= -1.0
    if kind == "clean_up":
        flows[:, -1] = -rng.uniform(100.0, 2000.0, number)
    if kind == "noisy":
        flows += rng.normal(scale=60.0, size=flows.shape)
    return flows


def main(number: int) -> None:
    """Time both and print one line a kind."""
    for kind in ("simple", "clean_up", "noisy"):
        flows = make_flows(kind, number)
        start = time.process_time()
        found = irr_many(flows)
        ours = time.process_time() - start
        start = time.process_time()
        single = np.array([pyxirr.irr(flow, silent=True) or np.nan for flow in flows])
        loop = time.process_time() - start
        only = np.flatnonzero(found.count == 1)
        gap = np.abs(found.rate[found.start[only]] - single[only]).max() if only.size else 0.0
        print(  # noqa: T201
            f"{kind:9} {number} flows: {ours:.3f} processor s, pyxirr loop {loop:.3f}, "
            f"rates a flow {np.bincount(found.count).tolist()}, difference {gap:.1e}"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
