"""MATPOWER case files (`.m`) as a `Grid` of one snapshot: direct-current optimal power flow.

Two published conventions of a branch's susceptance are known:

- `1/x`: flow = (angle difference - shift) / (x * tap), as MATPOWER's own DC model.
- `x/(r2+x2)`: flow = angle difference * x / (r**2 + x**2), without tap and shift, as the optima
  published with PGLib-OPF use (Babaeinejadsarookolaee et al. 2019, arXiv:1908.02788).
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from transcaspian.errors import InputError, Problem
from transcaspian.power.grid import (
    Branches,
    Capacity,
    Grid,
    GridGenerators,
    GridLinks,
    GridStorageUnits,
    GridStores,
    PiecewiseCosts,
)
from transcaspian.power.matpower_case import (
    ANGMAX,
    ANGMIN,
    BR_R,
    BR_STATUS,
    BR_X,
    BUS_I,
    BUS_TYPE,
    DC_LOSS0,
    DC_LOSS1,
    DC_PMAX,
    DC_PMIN,
    DC_STATUS,
    F_BUS,
    GEN_BUS,
    GEN_STATUS,
    GS,
    ISOLATED,
    NO_ANGLE_LIMIT,
    PD,
    PMAX,
    PMIN,
    RATE_A,
    SHIFT,
    T_BUS,
    TAP,
    USED,
    MatpowerCase,
)
from transcaspian.power.matpower_cost import Cost, Part, read_cost, split_by_slope
from transcaspian.power.matpower_text import read_case_text

__all__ = ["SUSCEPTANCES", "read_matpower"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

SUSCEPTANCES = ("1/x", "x/(r2+x2)")


def read_matpower(path: str | Path, susceptance: str = "1/x") -> Grid:
    """Return the grid of a MATPOWER case, one snapshot of one hour; cost is USD/h.

    Generators and branches that are out of service, and isolated buses, are left out. Shunt
    conductance is demand at one per unit voltage. Raises InputError for what could change the
    optimum and is not supported, with its line: costs that are not convex, polynomials above the
    second degree, user-defined constraints, and any code that is no assignment of plain data.
    """
    place = Path(path)
    if susceptance not in SUSCEPTANCES:
        problem = Problem(str(path), 0, "susceptance", f"{susceptance!r} is unknown.",
                          f"Use one of {', '.join(SUSCEPTANCES)}.")  # fmt: skip
        raise InputError("The susceptance convention is unknown.", [problem])
    if not place.is_file():
        problem = Problem(str(path), 0, "", "it is not there.", "Name a MATPOWER .m file.")
        raise InputError(f"The case {path} cannot be read.", [problem])
    case = MatpowerCase(read_case_text(place))
    case.check()
    grid = _grid(case, susceptance, place.stem)
    case.raise_problems()
    return grid


def _grid(case: MatpowerCase, susceptance: str, name: str) -> Grid:
    base = float(case.matrix("baseMVA")[0, 0])
    bus = case.matrix("bus")
    bus = bus[bus[:, BUS_TYPE] != ISOLATED]
    position = {int(number): row for row, number in enumerate(bus[:, BUS_I])}
    isolated = {int(row[BUS_I]) for row in case.matrix("bus") if row[BUS_TYPE] == ISOLATED}
    generators, pieces, offset = _generators(case, position, isolated)
    links, lost, link_offset = _direct_current_lines(case, position, isolated)
    one = np.ones(1)
    return Grid(
        name=name,
        buses=tuple(str(int(number)) for number in bus[:, BUS_I]),
        n_snapshot=1,
        weight_objective=one,
        weight_stores=one,
        weight_generators=one,
        demand=(bus[:, PD] + bus[:, GS] + lost)[None, :],
        generators=generators,
        storage_units=_no_storage_units(),
        stores=GridStores.none(),
        links=links,
        branches=_branches(case, position, isolated, base, susceptance),
        piecewise_costs=pieces,
        cost_offset=offset + link_offset,
        ignored=tuple(f"mpc.{key}" for key in case.text.lines if key not in USED),
    )


def _in_service(
    case: MatpowerCase, name: str, table: FloatArray, columns: tuple[int, ...], status: int,
    position: Mapping[int, int], isolated: set[int],
) -> IntArray:  # fmt: skip
    """Return rows in service whose buses are all there; an unknown bus is a problem."""
    keep = []
    for row, line in enumerate(table):
        ends = [int(line[column]) for column in columns]
        if line[status] <= 0 or any(end in isolated for end in ends):
            continue
        unknown = [end for end in ends if end not in position]
        if unknown:
            case.add_problem(name, row + 1, f"bus {unknown[0]} is not in mpc.bus.", "Add it.")
            continue
        keep.append(row)
    return np.array(keep, dtype=np.int64)


def _generators(
    case: MatpowerCase, position: Mapping[int, int], isolated: set[int]
) -> tuple[GridGenerators, PiecewiseCosts, float]:
    table = case.matrix("gen")
    rows = _in_service(case, "gen", table, (GEN_BUS,), GEN_STATUS, position, isolated)
    linear, quadratic = np.zeros(rows.size), np.zeros(rows.size)
    offset = 0.0
    segments: list[tuple[int, float, float]] = []
    for item, row in enumerate(rows.tolist()):
        cost = read_cost(case.text, "gencost", row)
        linear[item], quadratic[item] = cost.slope, cost.square
        offset += cost.constant
        segments += [(item, slope, intercept) for slope, intercept in cost.segments()]
    low, high = table[rows, PMIN], table[rows, PMAX]
    none = np.full((1, rows.size), np.nan)
    generators = GridGenerators(
        names=tuple(f"gen {row + 1}" for row in rows),
        carrier=("",) * rows.size,
        bus=np.array([position[int(table[row, GEN_BUS])] for row in rows], dtype=np.int64),
        sign=np.ones(rows.size),
        capacity=Capacity.fixed(np.ones(rows.size)),
        p_min_pu=low[None, :],
        p_max_pu=high[None, :],
        p_set=none,
        marginal_cost=linear[None, :],
        marginal_cost_quadratic=quadratic[None, :],
        ramp_limit_up=none,
        ramp_limit_down=none,
        p_init=none[0],
        energy_min=np.full(rows.size, -np.inf),
        energy_max=np.full(rows.size, np.inf),
        efficiency=np.ones((1, rows.size)),
    )
    pieces = PiecewiseCosts(
        np.array([segment[0] for segment in segments], dtype=np.int64),
        np.array([segment[1] for segment in segments]),
        np.array([segment[2] for segment in segments]),
    )
    return generators, pieces, offset


def _branches(
    case: MatpowerCase,
    position: Mapping[int, int],
    isolated: set[int],
    base: float,
    susceptance: str,
) -> Branches:
    """Branches with impedance per unit of 1 MVA: angle difference = impedance * flow + shift."""
    table = case.matrix("branch")
    rows = _in_service(case, "branch", table, (F_BUS, T_BUS), BR_STATUS, position, isolated)
    lines = table[rows]
    n = rows.size
    r, x = lines[:, BR_R], lines[:, BR_X]
    if susceptance == "1/x":
        tap = np.where(lines[:, TAP] == 0.0, 1.0, lines[:, TAP])
        impedance, shift = x * tap / base, np.radians(lines[:, SHIFT])
    else:
        for item in np.flatnonzero((x == 0.0) & (r != 0.0)):
            message = "reactance is zero, so its susceptance is too."
            case.add_problem("branch", int(rows[item]) + 1, message, "Give x, or use 1/x.")
        impedance = np.divide(r**2 + x**2, x, out=np.zeros(n), where=x != 0.0) / base
        shift = np.zeros(n)
    rate = np.where(lines[:, RATE_A] == 0.0, np.inf, lines[:, RATE_A])
    angle_min, angle_max = np.full(n, -np.inf), np.full(n, np.inf)
    if table.shape[1] > ANGMAX:
        low, high = lines[:, ANGMIN], lines[:, ANGMAX]
        has_low = (low != 0.0) & (low > -NO_ANGLE_LIMIT)
        has_high = (high != 0.0) & (high < NO_ANGLE_LIMIT)
        angle_min[has_low], angle_max[has_high] = (
            np.radians(low[has_low]),
            np.radians(high[has_high]),
        )
    return Branches(
        names=tuple(f"branch {row + 1}" for row in rows),
        carrier=("AC",) * n,
        bus0=np.array([position[int(end)] for end in lines[:, F_BUS]], dtype=np.int64),
        bus1=np.array([position[int(end)] for end in lines[:, T_BUS]], dtype=np.int64),
        capacity=Capacity.fixed(rate),
        s_max_pu=np.ones((1, n)),
        s_set=np.full((1, n), np.nan),
        impedance=impedance,
        reactance=impedance,
        phase_shift=shift[None, :],
        angle_min=angle_min,
        angle_max=angle_max,
        length=np.zeros(n),
    )


def _direct_current_lines(
    case: MatpowerCase, position: Mapping[int, int], isolated: set[int]
) -> tuple[GridLinks, FloatArray, float]:
    """Return direct-current lines as links, the constant loss at each bus, and constant cost.

    What arrives is (1 - loss1) p - loss0 of the p sent. A positive limit is on what is sent, a
    negative one on what arrives, as MATPOWER's manual has it.
    """
    table = case.matrix("dcline")
    ends = (F_BUS, T_BUS)
    rows = _in_service(case, "dcline", table, ends, DC_STATUS, position, isolated)
    lines = table[rows]
    bus0, bus1 = (
        np.array([position[int(end)] for end in lines[:, column]], dtype=np.int64)
        for column in ends
    )
    constant, share = lines[:, DC_LOSS0], lines[:, DC_LOSS1]
    low, high = (
        np.where(limit < 0.0, (limit + constant) / (1.0 - share), limit)
        for limit in (lines[:, DC_PMIN], lines[:, DC_PMAX])
    )
    lost = np.zeros(len(position))
    np.add.at(lost, bus1, constant)
    offset = 0.0
    line: list[int] = []
    names: list[str] = []
    parts: list[Part] = []
    for item, row in enumerate(rows.tolist()):
        cost = read_cost(case.text, "dclinecost", row) if len(case.matrix("dclinecost")) else Cost()
        found, constant_cost = split_by_slope(cost, float(low[item]), float(high[item]))
        offset += constant_cost
        names += [f"dcline {row + 1}" + f", part {k + 1}" * (k > 0) for k in range(len(found))]
        line += [item] * len(found)
        parts += found
    item_of = np.array(line, dtype=np.int64)
    n_part = len(parts)
    none = np.full((1, n_part), np.nan)
    links = GridLinks(
        names=tuple(names),
        carrier=("",) * n_part,
        bus0=bus0[item_of],
        capacity=Capacity.fixed(np.ones(n_part)),
        p_min_pu=np.array([[part.low for part in parts]]).reshape(1, -1),
        p_max_pu=np.array([[part.high for part in parts]]).reshape(1, -1),
        p_set=none,
        marginal_cost=np.array([[part.slope for part in parts]]).reshape(1, -1),
        marginal_cost_quadratic=np.array([[part.square for part in parts]]).reshape(1, -1),
        ramp_limit_up=none,
        ramp_limit_down=none,
        p_init=none[0],
        length=np.zeros(n_part),
        port_link=np.arange(n_part, dtype=np.int64),
        port_bus=bus1[item_of],
        port_efficiency=1.0 - share[item_of][None, :],
    )
    return links, lost, offset


def _no_storage_units() -> GridStorageUnits:
    n, t, yes = np.zeros(0), np.zeros((1, 0)), np.zeros(0, dtype=bool)
    bus = np.zeros(0, dtype=np.int64)
    return GridStorageUnits(
        (), (), bus, n, Capacity.fixed(n), t, t, n, t, t, t, t, t, t, t, t, n, yes, t, t, t, t
    )
