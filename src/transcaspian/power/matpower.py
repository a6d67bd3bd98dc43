"""MATPOWER case files (`.m`) as a `Grid` of one snapshot: direct-current optimal power flow.

Two published conventions of a branch's susceptance are known:

- `1/x`: flow = (angle difference - shift) / (x * tap), as MATPOWER's own DC model.
- `x/(r2+x2)`: flow = angle difference * x / (r**2 + x**2), without tap and shift, as the optima
  published with PGLib-OPF use (Babaeinejadsarookolaee et al. 2019, arXiv:1908.02788).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
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

__all__ = ["SUSCEPTANCES", "read_matpower"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

SUSCEPTANCES = ("1/x", "x/(r2+x2)")
# Columns of MATPOWER's case format, version 2.
BUS_I, BUS_TYPE, PD, GS = 0, 1, 2, 4
ISOLATED = 4
GEN_BUS, GEN_STATUS, PMAX, PMIN = 0, 7, 8, 9
F_BUS, T_BUS, BR_R, BR_X, RATE_A, TAP, SHIFT, BR_STATUS, ANGMIN, ANGMAX = (
    0,
    1,
    2,
    3,
    5,
    8,
    9,
    10,
    11,
    12,
)
MODEL, NCOST, COST = 0, 3, 4
PIECEWISE, POLYNOMIAL = 1, 2
DC_STATUS, DC_PMIN, DC_PMAX, DC_LOSS0, DC_LOSS1 = 2, 9, 10, 15, 16
NO_ANGLE_LIMIT = 360.0  # degrees, MATPOWER's sign for none
USED = ("baseMVA", "bus", "gen", "branch", "gencost", "dcline", "dclinecost")
WIDTHS = {"bus": 13, "gen": 10, "branch": 11, "gencost": 5, "dcline": 17}
ASSIGNMENT = re.compile(r"mpc\.(\w+)\s*=\s*(\[.*?\]|\{.*?\}|'[^']*'|[^;\n]+)", re.DOTALL)
# Columns that the optimum depends on; in others NaN is as good as any number.
COLUMNS = {
    "bus": (BUS_I, BUS_TYPE, PD, GS),
    "gen": (GEN_BUS, GEN_STATUS, PMAX, PMIN),
    "branch": (F_BUS, T_BUS, BR_R, BR_X, RATE_A, TAP, SHIFT, BR_STATUS, ANGMIN, ANGMAX),
    "dcline": (F_BUS, T_BUS, DC_STATUS, DC_PMIN, DC_PMAX, DC_LOSS0, DC_LOSS1),
}
CHANGE = re.compile(r"mpc\.(\w+)\s*\([^)]*\)\s*=[^=]")
FLAT = 1e-9  # slopes closer than this count as equal


def read_matpower(path: str | Path, susceptance: str = "1/x") -> Grid:
    """Return the grid of a MATPOWER case, one snapshot of one hour; cost is USD/h.

    Generators and branches that are out of service, and isolated buses, are left out. Shunt
    conductance is demand at one per unit voltage. Raises InputError for what could change the
    optimum and is not supported: costs that are not convex, polynomials above the second degree,
    piecewise costs of direct-current lines, user-defined constraints.
    """
    place = Path(path)
    if susceptance not in SUSCEPTANCES:
        problem = Problem(str(path), 0, "susceptance", f"{susceptance!r} is unknown.",
                          f"Use one of {', '.join(SUSCEPTANCES)}.")  # fmt: skip
        raise InputError("The susceptance convention is unknown.", [problem])
    if not place.is_file():
        problem = Problem(str(path), 0, "", "it is not there.", "Name a MATPOWER .m file.")
        raise InputError(f"The case {path} cannot be read.", [problem])
    case = _Case(place.name, _parse(place))
    case.check()
    grid = _grid(case, susceptance, place.stem)
    case.raise_problems()
    return grid


@dataclass(slots=True)
class _Case:
    file: str
    values: Mapping[str, "FloatArray | str"]
    problems: list[Problem] = field(default_factory=list)

    def raise_problems(self) -> None:
        if self.problems:
            raise InputError(f"The case {self.file} cannot be solved.", self.problems)

    def add_problem(self, column: str, row: int, message: str, cure: str) -> None:
        """Keep a problem; `row` counts rows of a matrix from 1."""
        self.problems.append(Problem(self.file, 0, f"mpc.{column}", f"row {row}: {message}", cure))

    def matrix(self, name: str) -> FloatArray:
        """Return a matrix, without rows where the file has none."""
        value = self.values.get(name)
        width = WIDTHS.get(name, 1)
        if not isinstance(value, np.ndarray) or not value.size:
            return np.zeros((0, width))
        return value

    def check(self) -> None:
        """Find what is missing or not supported."""
        for name in ("bus", "gen", "branch", "baseMVA"):
            if name not in self.values:
                self.problems.append(
                    Problem(self.file, 0, f"mpc.{name}", "it is missing.", "Give it.")
                )
        for name, width in WIDTHS.items():
            table = self.matrix(name)
            if len(table) and table.shape[1] < width:
                message = f"{table.shape[1]} columns where the format has {width}."
                self.add_problem(name, 1, message, "Use version 2 of the case format.")
        numbers = self.matrix("bus")[:, BUS_I]
        for row in np.flatnonzero(np.isin(numbers, numbers[_repeats(numbers)])).tolist():
            message = f"bus {numbers[row]:.0f} is given more than once."
            self.add_problem("bus", row + 1, message, "Give every bus a number of its own.")
        n_cost, n_plant = len(self.matrix("gencost")), len(self.matrix("gen"))
        if n_cost < n_plant:
            message = f"it has {n_cost} rows for {n_plant} generators."
            cure = "Give every generator a cost, in the order of mpc.gen."
            self.problems.append(Problem(self.file, 0, "mpc.gencost", message, cure))
        for name in ("A", "N", "H", "softlims", "reserves", "iflims", "if", "branchdc", "busdc"):
            if name in self.values:
                self.add_problem(name, 1, "user-defined parts are not supported.", "Take it out.")
        self.raise_problems()


def _repeats(values: FloatArray) -> NDArray[np.bool_]:
    """Return which values have stood before."""
    _, first = np.unique(values, return_index=True)
    again = np.ones(values.size, dtype=bool)
    again[first] = False
    return again


def _parse(path: Path) -> dict[str, "FloatArray | str"]:
    """Return the assignments of the file: matrices as arrays, the rest as text."""
    text = path.read_text(encoding="utf-8", errors="replace")
    text = re.sub(
        r"^[ \t]*%\{[ \t]*\r?\n.*?^[ \t]*%\}[ \t]*$", "", text, flags=re.DOTALL | re.MULTILINE
    )
    # Octave writes comments with # too; neither sign begins one within quotes.
    text = re.sub(r"('(?:[^'\n]|'')*')|[%#][^\n]*", lambda m: "''" if m[1] else "", text)
    if re.search(r"^\s*function\s*\[", text):  # version 1 gives matrices without a struct
        text = re.sub(r"^(\s*)(baseMVA|bus|gen|branch|gencost)(?=\s*=)", r"\1mpc.\2", text,
                      flags=re.MULTILINE)  # fmt: skip
    own = re.search(r"^\s*function\s+(\w+)\s*=", text)
    if own is not None:  # the case may go by another name than mpc
        text = re.sub(rf"\b{own[1]}\.(?=[A-Za-z])", "mpc.", text)
    text = re.sub(r"\.\.\.[^\n]*\n", " ", text)
    changed = CHANGE.search(text)
    if changed is not None:
        problem = Problem(
            path.name, 0, f"mpc.{changed[1]}", "it is changed by a formula after it is given.",
            "Write the changed numbers into the matrix.")  # fmt: skip
        raise InputError(f"The case {path.name} cannot be read.", [problem])
    values: dict[str, FloatArray | str] = {}
    for name, body in ASSIGNMENT.findall(text):
        values[name] = body.strip()
        if body.startswith("["):
            values[name] = _matrix(path.name, name, body[1:-1])
        elif name == "baseMVA":
            values[name] = _matrix(path.name, name, body)
    return values


def _matrix(file: str, name: str, body: str) -> FloatArray:
    """Return the numbers between brackets; short rows are filled with zero."""
    rows = [
        re.split(r"[\s,]+", row.strip(" \t\r,"))
        for row in re.split(r"[;\n]", body)
        if row.strip(" \t\r,")
    ]
    width = max((len(row) for row in rows), default=0)
    values = np.zeros((len(rows), width))
    for number, row in enumerate(rows):
        try:
            values[number, : len(row)] = [_number(cell) for cell in row]
            used = [column for column in COLUMNS.get(name, range(width)) if column < width]
            is_number = not np.isnan(values[number, used]).any()
        except ValueError:
            is_number = False
        if not is_number:
            problem = Problem(
                file, 0, f"mpc.{name}", f"row {number + 1}: {' '.join(row)!r} is not all numbers.",
                "Write plain numbers; formulas are not read.")  # fmt: skip
            raise InputError(f"The case {file} cannot be read.", [problem])
    return values


def _number(cell: str) -> float:
    """Return a number; 1d3 is 1000 too."""
    return float(re.sub(r"(?<=[0-9.])[dD](?=[-+0-9])", "e", cell))


def _grid(case: _Case, susceptance: str, name: str) -> Grid:
    base = float(np.ravel(case.values["baseMVA"])[0])
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
        stores=_no_stores(),
        links=links,
        branches=_branches(case, position, isolated, base, susceptance),
        piecewise_costs=pieces,
        cost_offset=offset + link_offset,
        ignored=tuple(f"mpc.{key}" for key in case.values if key not in USED),
    )


def _fixed(nominal: FloatArray) -> Capacity:
    zero = np.zeros(nominal.size)
    return Capacity(nominal, np.zeros(nominal.size, dtype=bool), zero, nominal, zero, zero)


def _in_service(
    case: _Case, name: str, table: FloatArray, columns: tuple[int, ...], status: int,
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
    case: _Case, position: Mapping[int, int], isolated: set[int]
) -> tuple[GridGenerators, PiecewiseCosts, float]:
    table = case.matrix("gen")
    rows = _in_service(case, "gen", table, (GEN_BUS,), GEN_STATUS, position, isolated)
    linear, quadratic = np.zeros(rows.size), np.zeros(rows.size)
    offset = 0.0
    segments: list[tuple[int, float, float]] = []
    costs = case.matrix("gencost")
    for item, row in enumerate(rows.tolist()):
        model, count = int(costs[row, MODEL]), int(costs[row, NCOST])
        numbers = costs[row, COST:]
        if model == POLYNOMIAL:
            square, slope, constant = _polynomial(case, row, numbers[:count])
            quadratic[item], linear[item] = square, slope
            offset += constant
        elif model == PIECEWISE:
            segments += [(item, *segment) for segment in _segments(case, row, numbers[: 2 * count])]
        else:
            case.add_problem("gencost", row + 1, f"cost model {model} is unknown.", "Use 1 or 2.")
    low, high = table[rows, PMIN], table[rows, PMAX]
    none = np.full((1, rows.size), np.nan)
    generators = GridGenerators(
        names=tuple(f"gen {row + 1}" for row in rows),
        carrier=("",) * rows.size,
        bus=np.array([position[int(table[row, GEN_BUS])] for row in rows], dtype=np.int64),
        sign=np.ones(rows.size),
        capacity=_fixed(np.ones(rows.size)),
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


def _polynomial(case: _Case, row: int, coefficients: FloatArray) -> tuple[float, float, float]:
    """Return the coefficients of p**2, p and 1; the file lists the highest degree first."""
    filled = np.trim_zeros(coefficients, "f")
    if filled.size > 3:
        message = f"a polynomial of degree {filled.size - 1} is not supported."
        case.add_problem("gencost", row + 1, message, "Use degree 2 or less, or segments.")
        return 0.0, 0.0, 0.0
    square, slope, constant = np.concatenate([np.zeros(3 - filled.size), filled]).tolist()
    if square < 0.0:
        case.add_problem("gencost", row + 1, "the cost is not convex.", "Give a convex cost.")
    return square, slope, constant


def _segments(case: _Case, row: int, numbers: FloatArray) -> list[tuple[float, float]]:
    """Return slope and intercept of each segment between points (p, cost)."""
    p, cost = numbers[0::2], numbers[1::2]
    repeats = np.zeros(p.size, dtype=bool)  # a point given twice is one point
    repeats[1:] = (np.diff(p) == 0.0) & (np.diff(cost) == 0.0)
    p, cost = p[~repeats], cost[~repeats]
    if p.size < 2 or (np.diff(p) <= 0.0).any():
        case.add_problem("gencost", row + 1, "points do not rise in p.", "Sort them, give two.")
        return []
    slope = np.diff(cost) / np.diff(p)
    if (np.diff(slope) < -FLAT * np.maximum(1.0, np.abs(slope[1:]))).any():
        case.add_problem("gencost", row + 1, "the cost is not convex.", "Give a convex cost.")
    return list(zip(slope.tolist(), (cost[:-1] - slope * p[:-1]).tolist(), strict=True))


def _branches(
    case: _Case, position: Mapping[int, int], isolated: set[int], base: float, susceptance: str
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
        capacity=_fixed(rate),
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
    case: _Case, position: Mapping[int, int], isolated: set[int]
) -> tuple[GridLinks, FloatArray, float]:
    """Return direct-current lines as links, the constant loss at each bus, and constant cost.

    What arrives is (1 - loss1) p - loss0 of the p sent. A positive limit is on what is sent, a
    negative one on what arrives, as MATPOWER's manual has it.
    """
    table = case.matrix("dcline")
    ends = (F_BUS, T_BUS)
    rows = _in_service(case, "dcline", table, ends, DC_STATUS, position, isolated)
    lines, n = table[rows], rows.size
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
    slope, quadratic, offset = np.zeros(n), np.zeros(n), 0.0
    costs = case.matrix("dclinecost")
    for item, row in enumerate(rows.tolist() if len(costs) else []):
        if row >= len(costs) or int(costs[row, MODEL]) != POLYNOMIAL:
            case.add_problem("dclinecost", row + 1, "it is no polynomial.", "Give one a line.")
            continue
        numbers = costs[row, COST : COST + int(costs[row, NCOST])]
        quadratic[item], slope[item], fixed = _polynomial(case, row, numbers)
        offset += fixed
    none = np.full((1, n), np.nan)
    links = GridLinks(
        names=tuple(f"dcline {row + 1}" for row in rows),
        carrier=("",) * n,
        bus0=bus0,
        capacity=_fixed(np.ones(n)),
        p_min_pu=low[None, :],
        p_max_pu=high[None, :],
        p_set=none,
        marginal_cost=slope[None, :],
        marginal_cost_quadratic=quadratic[None, :],
        ramp_limit_up=none,
        ramp_limit_down=none,
        p_init=none[0],
        length=np.zeros(n),
        port_link=np.arange(n, dtype=np.int64),
        port_bus=bus1,
        port_efficiency=1.0 - share[None, :],
    )
    return links, lost, offset


def _no_storage_units() -> GridStorageUnits:
    n, t, yes = np.zeros(0), np.zeros((1, 0)), np.zeros(0, dtype=bool)
    bus = np.zeros(0, dtype=np.int64)
    return GridStorageUnits(
        (), (), bus, n, _fixed(n), t, t, n, t, t, t, t, t, t, t, t, n, yes, t, t, t, t
    )


def _no_stores() -> GridStores:
    n, t, yes = np.zeros(0), np.zeros((1, 0)), np.zeros(0, dtype=bool)
    bus = np.zeros(0, dtype=np.int64)
    return GridStores((), (), bus, n, _fixed(n), t, t, t, t, t, t, n, yes, t, t)
