"""Why a dispatch has no solution: the least energy by which balances and limits must give way."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from transcaspian.lp import LinearProgram, SolveOptions, Status, solve
from transcaspian.power.blocks import HourlyProgram

__all__ = ["describe_conflict"]

FloatArray = NDArray[np.float64]

TOLERANCE_MWH = 1e-4
N_NAMED = 5  # hours named in the message


def describe_conflict(buses: Sequence[str], program: HourlyProgram) -> str:
    """Return, in words, where and when how much energy is too much or too little.

    Every row gets two relaxing columns, and the program that needs least of them is solved: what
    is left of them is the conflict.
    """
    lp = program.lp
    if (lp.col_lower > lp.col_upper).any():
        return _describe_bounds(program)
    solution = solve(_relaxed(lp), SolveOptions())
    if solution.status is not Status.OPTIMAL:
        return "The constraints in conflict could not be told apart."
    missing = solution.x[lp.n_col : lp.n_col + lp.n_row]
    surplus = solution.x[lp.n_col + lp.n_row :]
    balance = lp.rows["energy_balance"]
    sentences = [
        *_sentences(buses, balance.take(surplus), "more must run than can be used or sent away"),
        *_sentences(buses, balance.take(missing), "demand cannot be met"),
    ]
    for name, block in lp.rows.items():
        if name != "energy_balance":
            excess = block.take(missing + surplus).sum(axis=0)
            sentences += [
                f"{name} {block.labels[item]}: broken by {excess[item]:,.1f} MWh."
                for item in np.flatnonzero(excess > TOLERANCE_MWH)[:N_NAMED]
            ]
    return " ".join(sentences)


def _relaxed(lp: LinearProgram) -> LinearProgram:
    """Return the program that breaks rows by as little as possible in sum."""
    eye = sparse.eye_array(lp.n_row, format="csc")
    zero, one = np.zeros(lp.n_row), np.ones(lp.n_row)
    return replace(
        lp,
        cost=np.concatenate([np.zeros(lp.n_col), one, one]),
        col_lower=np.concatenate([lp.col_lower, zero, zero]),
        col_upper=np.concatenate([lp.col_upper, np.full(2 * lp.n_row, np.inf)]),
        matrix=sparse.hstack([lp.matrix, eye, -eye], format="csc"),
        is_integer=np.zeros(0, dtype=bool),
        offset=0.0,
        quadratic=None,
    )


def _sentences(buses: Sequence[str], energy: FloatArray, what: str) -> list[str]:
    """Return one sentence for each bus where `energy` [n_hour, n_bus] is above zero."""
    sentences = []
    for bus in np.flatnonzero(energy.max(axis=0, initial=0.0) > TOLERANCE_MWH).tolist():
        hours = np.flatnonzero(energy[:, bus] > TOLERANCE_MWH)
        named = ", ".join(f"{hour} ({energy[hour, bus]:,.1f} MWh)" for hour in hours[:N_NAMED])
        more = f" and {hours.size - N_NAMED} more" if hours.size > N_NAMED else ""
        sentences.append(
            f"{buses[bus]}: {what}, {energy[:, bus].sum():,.1f} MWh in {hours.size} "
            f"hours: hour {named}{more}."
        )
    return sentences


def _describe_bounds(program: HourlyProgram) -> str:
    """Return which columns have a lower limit above the upper one."""
    lp = program.lp
    sentences = []
    for name, block in lp.columns.items():
        gap = block.take(lp.col_lower) - block.take(lp.col_upper)
        sentences += [
            f"{name} {block.labels[item]}: its least exceeds its most by up to "
            f"{gap[:, item].max():,.1f} MW."
            for item in np.flatnonzero((gap > 0.0).any(axis=0))[:N_NAMED]
        ]
    return " ".join(sentences)
