"""What a cable or a class of plants is worth as capacity: ELCC and EFC.

Equivalent firm capacity: power that never fails, put in a zone in place of the element, at which
the zone's energy not served is the same. Effective load-carrying capability: constant load that the
zone can bear besides with the element, at the energy not served that it has without. (Keane et al.
2011, Capacity value of wind power, IEEE Transactions on Power Systems 26(2),
doi:10.1109/TPWRS.2010.2062543; Zachary and Dent 2012, doi:10.1177/1748006X11418288.) Both compare
the same outage years.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transcaspian.power.adequacy.simulate import AdequacyOptions, AdequacyResult, simulate
from transcaspian.power.adequacy.system import AdequacySystem

__all__ = ["CapacityValue", "capacity_value"]

FloatArray = NDArray[np.float64]
STEPS = 24
CLOSE = 1e-4  # of the element's capacity
Z_95 = 1.959964


@dataclass(frozen=True, slots=True)
class CapacityValue:
    """Capacity value of one element in one zone [MW], with 95 % intervals.

    None where the zone is never short without the element: there is nothing to measure by.
    """

    efc_mw: float | None
    efc_low_mw: float | None
    efc_high_mw: float | None
    elcc_mw: float | None
    elcc_low_mw: float | None
    elcc_high_mw: float | None


def capacity_value(
    without: AdequacySystem,
    with_it: AdequacySystem,
    zone: int,
    p_nom: float,
    options: AdequacyOptions,
) -> CapacityValue:
    """Return the capacity value of what `with_it` has and `without` lacks, for one zone.

    p_nom: most that it can be worth [MW]. The number of years is that of `options.samples`.
    """
    base = simulate(without, options)
    better = simulate(with_it, options)
    if base.eens[:, zone].sum() <= 0.0:
        return CapacityValue(None, None, None, None, None, None)

    def firm(megawatts: float) -> AdequacyResult:
        return simulate(without, options, _at(without, zone, megawatts))

    def loaded(megawatts: float) -> AdequacyResult:
        return simulate(with_it, options, _at(with_it, zone, -megawatts))

    efc = _equal(firm, better.eens[:, zone], zone, p_nom, rises=False)
    elcc = _equal(loaded, base.eens[:, zone], zone, p_nom, rises=True)
    return CapacityValue(*efc, *elcc)


def _at(system: AdequacySystem, zone: int, megawatts: float) -> FloatArray:
    firm = np.zeros(len(system.zones))
    firm[zone] = megawatts
    return firm


def _equal(
    run: Callable[[float], AdequacyResult],
    target: FloatArray,
    zone: int,
    p_nom: float,
    *,
    rises: bool,
) -> tuple[float, float, float]:
    """Return the MW between 0 and `p_nom` at which the mean EENS of `run` is that of `target`.

    By bisection, since EENS is monotone; the interval is that of the paired difference over the
    slope (delta method).
    """
    low, high = 0.0, p_nom
    sign = 1.0 if rises else -1.0
    for _ in range(STEPS):
        middle = 0.5 * (low + high)
        difference = sign * (run(middle).eens[:, zone].mean() - target.mean())
        if difference < 0.0:
            low = middle
        else:
            high = middle
        if high - low <= CLOSE * p_nom:
            break
    value = 0.5 * (low + high)
    gap = run(value).eens[:, zone] - target
    reach = 0.05 * p_nom
    above = run(min(value + reach, p_nom)).eens[:, zone].mean()
    below = run(max(value - reach, 0.0)).eens[:, zone].mean()
    slope = abs(above - below) / (min(value + reach, p_nom) - max(value - reach, 0.0))
    if slope <= 0.0 or gap.size < 2:
        return value, 0.0, p_nom
    half = Z_95 * gap.std(ddof=1) / np.sqrt(gap.size) / slope
    return value, float(max(value - half, 0.0)), float(min(value + half, p_nom))
