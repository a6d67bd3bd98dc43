"""What a cell of a PyPSA network says: a number, yes or no, or nothing. All lists are closed."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["is_empty", "number", "numbers", "too_large", "truth"]

# What PyPSA's readers (pandas and xarray) take for a cell without a value.
EMPTY = frozenset(
    ("", "nan", "NaN", "None", "NA", "N/A", "n/a", "null", "NULL", "#N/A", "#NA", "<NA>", "-nan",
     "-NaN")
)  # fmt: skip
TRUE = frozenset(("1", "1.0", "true"))
FALSE = frozenset(("0", "0.0", "false"))
# Times weights and other numbers this stays below 1e15, which the solver takes for an error in a
# matrix, and 1e20, which it takes for no limit at all.
LARGEST = 1e12
# Attributes whose infinity means that there is no limit above or below.
FREE_ABOVE = frozenset(
    ("p_nom", "s_nom", "e_nom", "p_nom_max", "s_nom_max", "e_nom_max", "lifetime", "v_ang_max",
     "e_sum_max", "ramp_limit_up", "ramp_limit_down", "ramp_limit_start_up",
     "ramp_limit_shut_down")
)  # fmt: skip
FREE_BELOW = frozenset(("e_sum_min",))


def is_empty(cell: str) -> bool:
    """Whether a cell holds nothing."""
    return cell.strip() in EMPTY


def truth(cell: str) -> bool | None:
    """Return what a word for yes or no says; None where it is neither."""
    word = cell.strip().lower()
    return True if word in TRUE else False if word in FALSE else None


def number(cell: str) -> float | None:
    """Return the number that a cell holds, NaN where it is empty; None where it is no number."""
    if is_empty(cell):
        return float("nan")
    if "_" in cell or not cell.isascii():  # Python takes 1_000 and digits of every script
        return None
    try:
        value = float(cell)
    except ValueError:
        return None
    is_overflow = np.isinf(value) and "inf" not in cell.lower()  # 1e400
    return None if is_overflow else value


def numbers(cells: Sequence[str]) -> NDArray[np.float64]:
    """Return the numbers of cells, NaN where one is empty; raises ValueError where one is none."""
    values = np.full(len(cells), np.nan)
    for row, cell in enumerate(cells):
        value = number(cell)
        if value is None:
            raise ValueError(row)
        values[row] = value
    return values


def too_large(attribute: str, values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which values are too large to count with; NaN, which is an empty cell, is not."""
    above = np.zeros(values.shape, dtype=bool)
    if attribute.endswith("_max") or attribute.startswith("nom_max_"):
        above = values > LARGEST
    elif attribute in FREE_ABOVE:
        above = np.isposinf(values)
    below = np.isneginf(values) if attribute in FREE_BELOW else np.zeros(values.shape, dtype=bool)
    return (np.abs(values) > LARGEST) & ~above & ~below
