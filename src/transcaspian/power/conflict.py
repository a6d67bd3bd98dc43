"""Why a dispatch has no solution: the least energy by which balances and limits must give way."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from transcaspian.lp import Block, LinearProgram, SolveOptions, Status, solve
from transcaspian.power.blocks import HourlyProgram
from transcaspian.power.words import KIND

__all__ = ["describe_conflict"]

FloatArray = NDArray[np.float64]

TOLERANCE_MWH = 1e-4
N_NAMED = 5  # hours or elements named in the message
SURPLUS = 3.0  # weight of a MWh too much over one that is missing: shortage is told first
OTHER_ROWS = 1000.0  # weight of a row that is no balance of energy, over one that is
ENERGY_ROWS = ("storage_balance", "store_balance", "generator_energy", "energy_limit")


def describe_conflict(
    buses: Sequence[str], program: HourlyProgram, hours: FloatArray | None = None
) -> str:
    """Return, in words, where and when how much energy is too much or too little.

    hours: what each snapshot stands for [h]; one where it is not given.

    Every row gets two relaxing columns, and the program that needs least of them is solved: what
    is left of them is the conflict. Balances of energy give way before any other row, so that a
    conflict is told as zone, hour and MWh wherever it can be; then what stands at its limit there
    is named.
    """
    lp = program.lp
    if (lp.col_lower > lp.col_upper).any():
        return _describe_bounds(program)
    weight = np.ones(program.n_hour) if hours is None else np.where(hours > 0.0, hours, 1.0)
    solution = solve(_relaxed(lp, weight), SolveOptions())
    if solution.status is not Status.OPTIMAL:
        return "The constraints in conflict could not be told apart."
    x = solution.x[: lp.n_col]
    missing = solution.x[lp.n_col : lp.n_col + lp.n_row]
    surplus = solution.x[lp.n_col + lp.n_row :]
    balance = lp.rows["energy_balance"]
    too_much, too_little = (balance.take(part) * weight[:, None] for part in (surplus, missing))
    sentences = [
        *_sentences(buses, too_much, "more must run than can be used or sent away"),
        *_sentences(buses, too_little, "demand cannot be met"),
    ]
    for sign, energy in ((-1.0, too_much), (1.0, too_little)):
        sentences += _at_limit(buses, program, x, solution.row_dual, energy, sign)
    binding = _binding_rows(program, solution.row_dual)
    if sentences and binding:
        sentences.append(f"Limits that bind: {', '.join(binding)}.")
    for name, block in lp.rows.items():
        if name != "energy_balance":
            sentences += _broken(name, block, block.take(missing + surplus))
    return " ".join(sentences)


def _broken(name: str, block: Block, excess: FloatArray) -> list[str]:
    """Return one sentence for each row of a block that has to give way, `excess` [n_step, n]."""
    total = excess.sum(axis=0)
    unit = "MWh" if name in ENERGY_ROWS else "of its own unit"
    sentences = []
    for item in np.flatnonzero(total > TOLERANCE_MWH)[:N_NAMED].tolist():
        at = np.flatnonzero(excess[:, item] > TOLERANCE_MWH)
        when = f", first in hour {at[0]}" if block.n_step > 1 else ""
        what = f"{KIND.get(name, name)} {block.labels[item]}"
        sentences.append(f"{what}: cannot be kept, by {total[item]:,.1f} {unit}{when}.")
    return sentences


def _at_limit(
    buses: Sequence[str],
    program: HourlyProgram,
    x: FloatArray,
    row_dual: FloatArray,
    energy: FloatArray,
    sign: float,
) -> list[str]:
    """Return, for the worst hour of each bus in conflict, which elements stand at their limit.

    sign: +1 where energy is missing (what feeds the bus is full), -1 where there is too much (what
    must run does, and what leads away is full).
    """
    lp = program.lp
    rows = lp.matrix.tocsr()
    sentences = []
    for bus in np.flatnonzero(energy.max(axis=0, initial=0.0) > TOLERANCE_MWH)[:N_NAMED].tolist():
        hour = int(energy[:, bus].argmax())
        row = lp.rows["energy_balance"].start + hour * lp.rows["energy_balance"].stride + bus
        entries = slice(rows.indptr[row], rows.indptr[row + 1])
        names = []
        for column, weight in zip(rows.indices[entries], rows.data[entries], strict=True):
            limit = lp.col_upper[column] if weight * sign > 0.0 else lp.col_lower[column]
            helps = limit if weight * sign > 0.0 else -limit
            if np.isfinite(limit) and abs(x[column] - limit) <= TOLERANCE_MWH:
                is_must_run = sign < 0.0 and weight > 0.0 and limit > 0.0
                if helps > 0.0 or is_must_run:
                    names.append(_column_name(program, int(column)))
        names += _binding_in_hour(program, row_dual, hour)
        if names:
            more = f" and {len(names) - N_NAMED} more" if len(names) > N_NAMED else ""
            listed = ", ".join(names[:N_NAMED])
            sentences.append(f"At its limit in {buses[bus]}, hour {hour}: {listed}{more}.")
    return sentences


def _binding_in_hour(program: HourlyProgram, row_dual: FloatArray, hour: int) -> list[str]:
    """Return the limits of one hour, such as ramps and stored energy, that the conflict hangs on."""
    names = []
    for name, block in program.lp.rows.items():
        if name == "energy_balance" or (block.n_step == 1 and program.n_hour > 1):
            continue
        dual = np.abs(block.take(row_dual)[hour])
        names += [
            f"{KIND.get(name, name)} {block.labels[item]}"
            for item in np.flatnonzero(dual > TOLERANCE_MWH)
        ]
    return names


def _column_name(program: HourlyProgram, column: int) -> str:
    """Return block and label of an hourly column."""
    place = column % program.n_hour_col
    for name, block in program.lp.columns.items():
        item = place - block.start
        if (block.n_step > 1 or program.n_hour == 1) and 0 <= item < len(block.labels):
            return f"{KIND.get(name, name)} {block.labels[item]}"
    return f"column {column}"


def _binding_rows(program: HourlyProgram, row_dual: FloatArray) -> list[str]:
    """Return the limits over many hours that the conflict hangs on."""
    names = []
    for name, block in program.lp.rows.items():
        if block.n_step == 1 and name != "energy_balance" and program.n_hour > 1:
            dual = np.abs(block.take(row_dual)).sum(axis=0)
            names += [
                f"{KIND.get(name, name)} {block.labels[item]}"
                for item in np.flatnonzero(dual > TOLERANCE_MWH)
            ]
    more = [f"{len(names) - N_NAMED} more"] if len(names) > N_NAMED else []
    return names[:N_NAMED] + more


def _relaxed(lp: LinearProgram, weight: FloatArray) -> LinearProgram:
    """Return the program that breaks rows by as little as possible in sum, balances in MWh."""
    eye = sparse.eye_array(lp.n_row, format="csc")
    zero, one = np.zeros(lp.n_row), np.full(lp.n_row, OTHER_ROWS)
    one[lp.rows["energy_balance"].positions()] = weight[:, None]
    return replace(
        lp,
        cost=np.concatenate([np.zeros(lp.n_col), one, SURPLUS * one]),
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
        count = "1 hour" if hours.size == 1 else f"{hours.size} hours"
        sentences.append(
            f"{buses[bus]}: {what}, {energy[:, bus].sum():,.1f} MWh in {count}: hour {named}{more}."
        )
    return sentences


def _describe_bounds(program: HourlyProgram) -> str:
    """Return which columns have a lower limit above the upper one."""
    lp = program.lp
    sentences = []
    for name, block in lp.columns.items():
        gap = block.take(lp.col_lower) - block.take(lp.col_upper)
        sentences += [
            f"{KIND.get(name, name)} {block.labels[item]}: its least exceeds its most by up to "
            f"{gap[:, item].max():,.1f} MW."
            for item in np.flatnonzero((gap > 0.0).any(axis=0))[:N_NAMED]
        ]
    return " ".join(sentences)
