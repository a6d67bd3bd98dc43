"""Lines and transformers of a PyPSA network, their impedances per unit of 1 MVA."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from transcaspian.power.grid import Branches, Capacity
from transcaspian.power.pypsa_capacity import read_capacity
from transcaspian.power.standard_types import LINE_TYPES, TRANSFORMER_TYPES

if TYPE_CHECKING:
    from transcaspian.power.pypsa_tables import PypsaTables

__all__ = ["read_branches"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def read_branches(tables: PypsaTables, buses: dict[str, int]) -> Branches:
    """Lines and transformers side by side, impedances per unit of 1 MVA."""
    v_nom = tables.numbers("buses", "v_nom")
    message = "a nominal voltage is not above zero, and impedances are per unit of it."
    tables.add_where("buses", "v_nom", v_nom <= 0.0, message, "Give it in kV.")
    v_nom = np.where(v_nom > 0.0, v_nom, 1.0)
    parts = {c: _ends(tables, c, buses) for c in ("lines", "transformers")}
    lines, transformers = parts["lines"], parts["transformers"]
    reactance, resistance = _line_ohms(tables)
    line_volts = v_nom[lines[0]] ** 2
    given = _transformers(tables)
    per_mva = given.tap_ratio / np.where(
        np.isfinite(given.s_nom) & (given.s_nom > 0.0), given.s_nom, 1.0
    )
    x = np.concatenate([reactance / line_volts, given.x * per_mva])
    r = np.concatenate([resistance / line_volts, given.r * per_mva])
    bus0 = np.concatenate([lines[0], transformers[0]])
    bus1 = np.concatenate([lines[1], transformers[1]])
    is_alternating = _alternating(tables.text("buses", "carrier"), bus0, bus1)
    line_carrier = tables.carriers_or_of_bus("lines", "bus0")
    has_angle = np.array([name == "AC" for name in line_carrier], dtype=bool)
    angle_of_lines = np.where(has_angle, tables.numbers("lines", "v_ang_max"), np.inf)
    angle = np.radians(
        np.concatenate([angle_of_lines, tables.numbers("transformers", "v_ang_max")])
    )
    shift = np.radians(given.phase_shift)
    no_shift = np.zeros((shift.shape[0], lines[0].size))
    capacities = [
        read_capacity(tables, "lines", "s_nom"),
        replace(read_capacity(tables, "transformers", "s_nom"), nominal=given.s_nom),
    ]
    n_line = lines[0].size
    return Branches(
        names=(*tables.names("lines"), *tables.names("transformers")),
        carrier=(*line_carrier, *("",) * transformers[0].size),
        bus0=bus0,
        bus1=bus1,
        capacity=_joined(capacities),
        s_max_pu=_side_by_side(tables, "s_max_pu"),
        s_set=_side_by_side(tables, "s_set"),
        impedance=np.where(is_alternating, x, r),
        reactance=x,
        phase_shift=np.hstack([no_shift, shift]),
        angle_min=np.where(x != 0.0, -angle, -np.inf),
        angle_max=np.where(x != 0.0, angle, np.inf),
        length=np.concatenate([tables.numbers("lines", "length"), np.zeros(bus0.size - n_line)]),
    )


def _ends(tables: PypsaTables, component: str, buses: dict[str, int]) -> tuple[IntArray, IntArray]:
    return (
        tables.positions(component, "bus0", buses),
        tables.positions(component, "bus1", buses),
    )


def _alternating(bus_carrier: Sequence[str], bus0: IntArray, bus1: IntArray) -> NDArray[np.bool_]:
    """Return which branches lie in a part of the network whose first bus is of carrier AC.

    Only there does reactance rule the flow; resistance does elsewhere, as in PyPSA.
    """
    n_bus = len(bus_carrier)
    joined = sparse.coo_array((np.ones(bus0.size), (bus0, bus1)), shape=(n_bus, n_bus))
    part = sparse.csgraph.connected_components(joined, directed=False)[1]
    _, first = np.unique(part, return_index=True)
    return np.array([bus_carrier[bus] == "AC" for bus in first[part[bus0]]], dtype=bool)


def _side_by_side(tables: PypsaTables, attribute: str) -> FloatArray:
    lines, transformers = (tables.series(c, attribute) for c in ("lines", "transformers"))
    n_row = max(lines.shape[0], transformers.shape[0])
    return np.hstack(
        [np.broadcast_to(part, (n_row, part.shape[1])) for part in (lines, transformers)]
    )


def _joined(parts: Sequence[Capacity]) -> Capacity:
    return Capacity(
        nominal=np.concatenate([part.nominal for part in parts]),
        is_extendable=np.concatenate([part.is_extendable for part in parts]),
        least=np.concatenate([part.least for part in parts]),
        most=np.concatenate([part.most for part in parts]),
        cost=np.concatenate([part.cost for part in parts]),
        investment=np.concatenate([part.investment for part in parts]),
    )


def _line_ohms(tables: PypsaTables) -> tuple[FloatArray, FloatArray]:
    """Return reactance and resistance [ohm]; a line with a type takes them from the type.

    x = x_per_length * length / num_parallel
    """
    x, r = tables.numbers("lines", "x"), tables.numbers("lines", "r")
    own = zip(
        tables.numbers("line_types", "r_per_length").tolist(),
        tables.numbers("line_types", "x_per_length").tolist(),
        strict=True,
    )
    types = LINE_TYPES | dict(zip(tables.names("line_types"), own, strict=True))
    count = tables.numbers("lines", "num_parallel")
    is_typed = np.array([kind != "" for kind in tables.text("lines", "type")], dtype=bool)
    _check_count(tables, "lines", is_typed & ~(count > 0.0))
    share = tables.numbers("lines", "length") / np.where(count > 0.0, count, 1.0)
    rows = np.flatnonzero(tables.active("lines"))
    for line, kind in enumerate(tables.text("lines", "type")):
        if kind in types:
            r[line], x[line] = (value * share[line] for value in types[kind])
        elif kind:
            message = f"standard type {kind!r} has no row in line_types."
            tables.add_problem("lines", int(rows[line]), "type", message, "Export its row too.")
    return x, r


def _check_count(tables: PypsaTables, component: str, is_wrong: NDArray[np.bool_]) -> None:
    message = "a standard type is shared by a number that is not above zero."
    tables.add_where(component, "num_parallel", is_wrong, message, "Give 1 or more.")


@dataclass(frozen=True, slots=True)
class _Transformers:
    """Impedance per unit of the rating, tap ratio, shift [degrees] and rating [MVA]."""

    x: FloatArray
    r: FloatArray
    tap_ratio: FloatArray
    phase_shift: FloatArray
    s_nom: FloatArray


def _transformers(tables: PypsaTables) -> _Transformers:
    """Return what transformers are, after their type where they have one.

    r = vscr, x = sqrt(vsc**2 - vscr**2), over the number in parallel;
    tap_ratio = 1 + (tap_position - tap_neutral) tap_step
    """
    c = "transformers"
    x, r, ratio, s_nom = (tables.numbers(c, name) for name in ("x", "r", "tap_ratio", "s_nom"))
    shift = np.array(tables.series(c, "phase_shift"))
    count, tap = tables.numbers(c, "num_parallel"), tables.numbers(c, "tap_position")
    rows = np.flatnonzero(tables.active(c))
    types = TRANSFORMER_TYPES | _own_transformer_types(tables)
    kinds = tables.text(c, "type")
    is_typed = np.array([kind != "" for kind in kinds], dtype=bool)
    _check_count(tables, c, is_typed & ~(count > 0.0))
    count = np.where(count > 0.0, count, 1.0)
    has_series = tables.has_series(c, "phase_shift")
    for item, kind in enumerate(kinds):
        if kind in types:
            rating, vsc, vscr, angle, neutral, step = types[kind]
            r[item] = vscr / 100.0 / count[item]
            x[item] = float(np.sqrt(max(vsc**2 - vscr**2, 0.0))) / 100.0 / count[item]
            ratio[item] = 1.0 + (tap[item] - neutral) * step / 100.0
            s_nom[item] = rating
            if not has_series[item]:  # a shift by snapshot stands above that of the type
                shift[:, item] = angle
        elif kind:
            message = f"standard type {kind!r} has no row in transformer_types."
            tables.add_problem(c, int(rows[item]), "type", message, "Give x and tap_ratio instead.")
        if not 0.0 < s_nom[item] < np.inf:
            message = "s_nom is not above zero and finite, and x is per unit of it."
            tables.add_problem(c, int(rows[item]), "s_nom", message, "Give s_nom.")
    return _Transformers(x, r, ratio, shift, s_nom)


def _own_transformer_types(
    tables: PypsaTables,
) -> dict[str, tuple[float, float, float, float, float, float]]:
    """Return the types that the network itself holds, in the order of `TRANSFORMER_TYPES`."""
    c = "transformer_types"
    columns = ("s_nom", "vsc", "vscr", "phase_shift", "tap_neutral", "tap_step")
    voltage, resistive = tables.numbers(c, "vsc"), tables.numbers(c, "vscr")
    message = "vscr is the part of vsc that resistance has: it cannot be more."
    tables.add_where(c, "vscr", np.abs(resistive) > np.abs(voltage), message, "Correct one.")
    rating, vsc, vscr, angle, neutral, step = (tables.numbers(c, name).tolist() for name in columns)
    rows = zip(rating, vsc, vscr, angle, neutral, step, strict=True)
    return dict(zip(tables.names(c), rows, strict=True))
