"""What users gain from a lower generalised cost, those who came before and those who come anew."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from transcaspian.errors import InputError

__all__ = ["demand_integral", "needs_integral", "rule_of_a_half", "split_by_user"]

FloatArray = NDArray[np.float64]

# Beyond a third of the cost the straight line of the rule of a half errs by several per cent:
# integrate the demand curve instead (Nellthorp, J. and Hyman, G. (2001), Alternatives to the Rule
# of a Half in Matrix-Based Appraisal, European Transport Conference).
LARGE_CHANGE = 1.0 / 3.0


def rule_of_a_half(
    volume_before: ArrayLike, volume_after: ArrayLike, cost_before: ArrayLike, cost_after: ArrayLike
) -> FloatArray:
    """Return the gain of all users, 0.5 * (q0 + q1) * (c0 - c1).

    Parameters
    ----------
    volume_before, volume_after : float64[...]
        Users a year without and with the project, such as t/a.
    cost_before, cost_after : float64[...]
        Generalised cost of one, such as USD/t.

    Raises
    ------
    InputError
        For a volume below zero or a cost that is not finite: a way that does not exist without the
        project has no cost, and its users gain against what they used before.
    """
    before, after = _checked(volume_before, volume_after)
    saving = _saving(cost_before, cost_after)
    return np.asarray(0.5 * (before + after) * saving, dtype=np.float64)


def split_by_user(
    volume_before: ArrayLike, volume_after: ArrayLike, cost_before: ArrayLike, cost_after: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Return the gain of existing users, who save the whole difference, and of induced ones, half.

    The two add up to the rule of a half. Where volume falls, those who leave lose half each.
    """
    before, after = _checked(volume_before, volume_after)
    saving = _saving(cost_before, cost_after)
    stayed = np.minimum(before, after)
    moved = np.abs(after - before)
    return np.asarray(stayed * saving, dtype=np.float64), np.asarray(
        0.5 * moved * saving, dtype=np.float64
    )


def demand_integral(
    volume_before: ArrayLike, cost_before: ArrayLike, cost_after: ArrayLike, elasticity: float
) -> FloatArray:
    """Return the area left of the demand curve q = q0 * (c / c0) ** elasticity.

    The area is q0 * c0 * (1 - (c1 / c0) ** (1 + e)) / (1 + e), or q0 * c0 * log(c0 / c1) for e = -1.
    It replaces the rule of a half where a cost changes by more than a third.

    Parameters
    ----------
    elasticity : float
        Of demand to generalised cost, not above zero.
    """
    before, _ = _checked(volume_before, volume_before)
    first, last = np.asarray(cost_before, np.float64), np.asarray(cost_after, np.float64)
    if not (np.all(first > 0.0) and np.all(last > 0.0)):
        raise InputError("a demand curve needs costs above zero. Add the fixed part of the cost.")
    if not elasticity <= 0.0:
        raise InputError(
            f"an elasticity of {elasticity} makes demand rise with cost. Give one below 0."
        )
    change = np.log(last / first)
    power = 1.0 + elasticity
    # (1 - exp(p x)) / p without loss where p x is small; its limit at p = 0 is -x.
    area = -change if power == 0.0 else -np.expm1(power * change) / power
    return np.asarray(before * first * area, dtype=np.float64)


def needs_integral(cost_before: ArrayLike, cost_after: ArrayLike) -> NDArray[np.bool_]:
    """Return where a cost changes by more than a third, so that the rule of a half errs."""
    first, last = np.asarray(cost_before, np.float64), np.asarray(cost_after, np.float64)
    return np.asarray(np.abs(last - first) > LARGE_CHANGE * np.abs(first), dtype=np.bool_)


def _checked(before: ArrayLike, after: ArrayLike) -> tuple[FloatArray, FloatArray]:
    first, last = np.asarray(before, np.float64), np.asarray(after, np.float64)
    if not (np.all(first >= 0.0) and np.all(last >= 0.0)):
        raise InputError("volumes must not be below zero. Give users with and without the project.")
    return first, last


def _saving(before: ArrayLike, after: ArrayLike) -> FloatArray:
    first, last = np.asarray(before, np.float64), np.asarray(after, np.float64)
    if not (np.isfinite(first).all() and np.isfinite(last).all()):
        message = "generalised costs must be finite."
        raise InputError(f"{message} Users of a new way gain against the way they used before.")
    return np.asarray(first - last, dtype=np.float64)
