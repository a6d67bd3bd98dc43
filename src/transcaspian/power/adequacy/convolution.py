"""Exact LOLE and EENS of one zone without storage, by convolution of outages.

The table of capacity on outage (Billinton and Allan 1996, Reliability Evaluation of Power Systems,
chapter 2), on a grid of whole steps of MW.
"""

import numpy as np
from numpy.typing import NDArray

from transcaspian.errors import InputError

__all__ = ["available_capacity", "loss_of_load"]

FloatArray = NDArray[np.float64]


def available_capacity(
    p_nom: FloatArray, outage_rate: FloatArray, step_mw: float = 1.0
) -> FloatArray:
    """Return the probability of each available capacity 0, step, 2 step, … [n_state].

    Raises InputError where a capacity is no whole number of steps.
    """
    steps = np.rint(p_nom / step_mw).astype(np.int64)
    if not np.allclose(steps * step_mw, p_nom, rtol=0.0, atol=1e-9):
        raise InputError(f"Capacities are whole numbers of {step_mw:g} MW, or take a smaller step.")
    probability = np.ones(1)
    for size, rate in zip(steps, outage_rate, strict=True):
        joined = np.zeros(probability.size + size)
        joined[: probability.size] += rate * probability
        joined[size:] += (1.0 - rate) * probability
        probability = joined
    return probability


def loss_of_load(
    p_nom: FloatArray, outage_rate: FloatArray, load: FloatArray, step_mw: float = 1.0
) -> tuple[float, float]:
    """Return LOLE [h] and EENS [MWh] over the hours of `load` [n_hour, MW]."""
    probability = available_capacity(p_nom, outage_rate, step_mw)
    capacity = step_mw * np.arange(probability.size)
    below = np.concatenate([[0.0], np.cumsum(probability)])
    energy = np.concatenate([[0.0], np.cumsum(probability * capacity)])
    # States with a capacity below the load, by a hair: equal is enough.
    state = np.searchsorted(capacity, load - 1e-9 * np.maximum(load, 1.0))
    return float(below[state].sum()), float((load * below[state] - energy[state]).sum())
