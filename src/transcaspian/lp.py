"""Linear programs and their exact solution by HiGHS; the only module that imports highspy.

A model builds one `LinearProgram` of arrays, `solve` passes it to HiGHS in one call and gives
back a `Solution` of arrays. Every call runs on one thread: HiGHS keeps one scheduler a process,
and parallel work is threads of our own (HiGHS lets go of the interpreter while it solves).

A `LinearProgram` holds numbers that a solver can take or is not made, and a `Solution` is optimal
by its measured gap or not at all: both are checked here, whatever method found it.

Sign of duals: `row_dual[i]` is the rise of the optimal objective per unit that `row_lower[i]` and
`row_upper[i]` rise together. Where a row says generation = demand, it is the price of demand.
"""

import ctypes
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from time import perf_counter

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from transcaspian.errors import (
    InfeasibleError,
    ModelError,
    NotConvergedError,
    UnboundedError,
)
from transcaspian.linear_program import Block, LinearProgram, duality_gap, measured_gap

__all__ = [
    "MOST_GAP",
    "Basis",
    "Block",
    "LinearProgram",
    "Solution",
    "SolveOptions",
    "Status",
    "WarmProgram",
    "duality_gap",
    "measured_gap",
    "raise_unless_optimal",
    "release_memory",
    "solve",
    "solve_from",
    "solver_version",
]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int32]
StatusArray = NDArray[np.int8]

INFINITY = float("inf")
DUAL, PRIMAL = 1, 4  # simplex_strategy of HiGHS
NO_LIMIT = 2_147_483_647  # largest iteration limit of HiGHS
MOST_SHIFTED = 1_000  # columns; with more, a starting basis counts as far from optimal
MOST_PRIMAL_ITERATIONS = 3000
MOST_GAP = 1e-6  # of what may be called optimal, unless a wider gap was asked for
TIGHT_TOLERANCE = 1e-9  # of the second try where the first left a gap


class Status(Enum):
    """How a solve ended."""

    OPTIMAL = "optimal"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    LIMIT = "limit"


_MODEL_STATUS = {
    highspy.HighsModelStatus.kOptimal: Status.OPTIMAL,
    highspy.HighsModelStatus.kModelEmpty: Status.OPTIMAL,
    highspy.HighsModelStatus.kInfeasible: Status.INFEASIBLE,
    highspy.HighsModelStatus.kUnbounded: Status.UNBOUNDED,
    highspy.HighsModelStatus.kIterationLimit: Status.LIMIT,
    highspy.HighsModelStatus.kTimeLimit: Status.LIMIT,
    highspy.HighsModelStatus.kSolutionLimit: Status.LIMIT,
    highspy.HighsModelStatus.kObjectiveBound: Status.LIMIT,
    highspy.HighsModelStatus.kObjectiveTarget: Status.LIMIT,
    highspy.HighsModelStatus.kUnknown: Status.LIMIT,
}

# Our own codes, in the order of HighsBasisStatus.
AT_LOWER, BASIC, AT_UPPER, FREE_ZERO, NONBASIC = range(5)
_BASIS_STATUS = np.array(
    [
        highspy.HighsBasisStatus.kLower,
        highspy.HighsBasisStatus.kBasic,
        highspy.HighsBasisStatus.kUpper,
        highspy.HighsBasisStatus.kZero,
        highspy.HighsBasisStatus.kNonbasic,
    ],
    dtype=object,
)


@dataclass(frozen=True, slots=True)
class Basis:
    """Which columns and rows are basic, and at which bound the others stand."""

    col_status: StatusArray  # [n_col]
    row_status: StatusArray  # [n_row]


@dataclass(frozen=True, slots=True)
class SolveOptions:
    """How HiGHS is asked to solve.

    method: "choose", "simplex" (dual), "ipm", "hipo" or "pdlp"; `iteration_limit` 0 is none;
    `mip_gap`: relative gap at which a program with integers ends.
    """

    method: str = "choose"
    presolve: bool = True
    primal: bool = False
    iteration_limit: int = 0
    time_limit_s: float = INFINITY
    feasibility_tolerance: float = 1e-7
    mip_gap: float = 1e-6
    log: bool = False
    extra: Mapping[str, str | float | int | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Solution:
    """What a solver found; arrays are empty unless the status is optimal or limit.

    `gap` is measured (see `measured_gap`; of an integer program the bound HiGHS proved), infinite
    where there is no solution with duals. Whatever the solver says, the status is optimal only if
    the gap is at most `MOST_GAP` or the gap that was asked for; else it is limit, and the message
    says why.
    """

    status: Status
    objective: float
    x: FloatArray  # [n_col]
    row_value: FloatArray  # [n_row]
    row_dual: FloatArray  # [n_row]
    col_dual: FloatArray  # [n_col]
    basis: Basis | None
    iterations: int
    seconds: float
    message: str
    gap: float = INFINITY
    asked_gap: float = 0.0

    def __post_init__(self) -> None:
        """Take back the word optimal where the gap does not prove it."""
        if self.status is Status.OPTIMAL and not self.gap <= max(MOST_GAP, self.asked_gap):
            proof = f"{self.gap:.3g}" if self.gap < INFINITY else "without bound"
            object.__setattr__(self, "status", Status.LIMIT)
            object.__setattr__(
                self, "message", f"{self.message}, but the gap that was measured is {proof}"
            )


def solver_version() -> str:
    """Return the name and version of the solver."""
    return f"HiGHS {highspy.Highs().version()}"


def release_memory() -> None:
    """Give freed memory back to the system, where the C library can do so (glibc).

    HiGHS frees arrays of a gigabyte in whatever thread solved, and glibc keeps a heap a thread:
    without this a study of many runs holds several times what it uses.
    """
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


def _check(status: highspy.HighsStatus, call: str) -> None:
    if status == highspy.HighsStatus.kError:
        raise ModelError(f"HiGHS refused {call}.")


def _set_options(solver: highspy.Highs, options: SolveOptions, *, is_mip: bool) -> None:
    values: dict[str, str | float | int | bool] = {
        "output_flag": options.log,
        "threads": 1,
        "parallel": "off",
        "presolve": "on" if options.presolve else "off",
        "primal_feasibility_tolerance": options.feasibility_tolerance,
        "dual_feasibility_tolerance": options.feasibility_tolerance,
        "simplex_strategy": PRIMAL if options.primal else DUAL,
    }
    if options.method != "choose" and not is_mip:
        values["solver"] = options.method
    if is_mip:
        values["mip_rel_gap"] = options.mip_gap
    if options.iteration_limit:
        values["simplex_iteration_limit"] = options.iteration_limit
    if options.time_limit_s < INFINITY:
        values["time_limit"] = options.time_limit_s
    _set(solver, **{**values, **options.extra})


def _pass_program(solver: highspy.Highs, lp: LinearProgram) -> None:
    """Hand the whole program over in one call."""
    if lp.quadratic is not None and lp.quadratic.any():
        raise ModelError("HiGHS is given linear programs alone; solve_quadratic takes this one.")
    matrix = lp.matrix
    integrality = (
        lp.is_integer.astype(np.int32) if lp.is_integer.size else np.zeros(lp.n_col, dtype=np.int32)
    )
    _check(
        solver.passModel(
            lp.n_col,
            lp.n_row,
            matrix.nnz,
            int(highspy.MatrixFormat.kColwise),
            int(highspy.ObjSense.kMinimize),
            lp.offset,
            lp.cost,
            lp.col_lower,
            lp.col_upper,
            lp.row_lower,
            lp.row_upper,
            matrix.indptr.astype(np.int32, copy=False),
            matrix.indices.astype(np.int32, copy=False),
            matrix.data,
            integrality,
        ),
        "the program",
    )


def _set_basis(solver: highspy.Highs, basis: Basis) -> None:
    start = highspy.HighsBasis()
    start.col_status = _BASIS_STATUS[basis.col_status].tolist()
    start.row_status = _BASIS_STATUS[basis.row_status].tolist()
    start.valid = True
    start.alien = True  # joined bases may hold a surplus or a lack of basics: HiGHS repairs them
    _check(solver.setBasis(start), "the starting basis")


def _get_basis(solver: highspy.Highs, lp: LinearProgram, x: FloatArray, rows: FloatArray) -> Basis:
    """Return the basis from the list of basic variables and the bounds where the others stand.

    Reading the two lists of statuses that highspy holds takes ten times longer; but after another
    method than simplex there may be no factor, and asking for basic variables ends the process.
    """
    if solver.getOptionValue("solver")[1] not in ("simplex", "choose"):
        held = solver.getBasis()
        return Basis(_codes(held.col_status), _codes(held.row_status))
    status, basic = solver.getBasicVariables()  # type: ignore[attr-defined] # not in the stubs
    _check(status, "to list the basic variables")
    col_status = _nearest_bound(x, lp.col_lower, lp.col_upper)
    row_status = _nearest_bound(rows, lp.row_lower, lp.row_upper)
    col_status[basic[basic >= 0]] = BASIC
    row_status[-1 - basic[basic < 0]] = BASIC
    return Basis(col_status, row_status)


def _codes(statuses: Sequence[highspy.HighsBasisStatus]) -> StatusArray:
    return np.array([int(status) for status in statuses], dtype=np.int8)


def _nearest_bound(value: FloatArray, lower: FloatArray, upper: FloatArray) -> StatusArray:
    is_upper = upper - value < value - lower
    is_free = np.isinf(lower) & np.isinf(upper)
    return np.where(is_free, FREE_ZERO, np.where(is_upper, AT_UPPER, AT_LOWER)).astype(np.int8)


def _iterations(info: highspy.HighsInfo) -> int:
    counts = (
        info.simplex_iteration_count,
        info.ipm_iteration_count,
        info.crossover_iteration_count,
        info.pdlp_iteration_count,
        info.qp_iteration_count,
    )
    return sum(max(count, 0) for count in counts)


def solve(lp: LinearProgram, options: SolveOptions, basis: Basis | None = None) -> Solution:
    """Solve one program on one thread, from `basis` where one is given.

    Rows without bounds are left out. An optimum whose measured gap is not small is sought once
    more, by simplex at a tighter tolerance. Raises ModelError where HiGHS refuses its input or
    fails; an infeasible, unbounded or interrupted solve is a status, not an error (see
    `raise_unless_optimal`).
    """
    began = perf_counter()
    bound = np.isfinite(lp.row_lower) | np.isfinite(lp.row_upper)
    if basis is None and not bound.all():
        return _without_free_rows(lp, options, bound)
    solver = highspy.Highs()
    is_mip = bool(lp.is_integer.any())
    _set_options(solver, options, is_mip=is_mip)
    _pass_program(solver, lp)
    if basis is not None:
        _set_basis(solver, basis)
    _check(solver.run(), "to solve")
    model_status = solver.getModelStatus()
    if model_status == highspy.HighsModelStatus.kUnboundedOrInfeasible:
        # Presolve cannot always tell the two apart; simplex on the whole program can.
        return replace(
            solve(lp, replace(options, presolve=False, method="simplex")),
            seconds=perf_counter() - began,
        )
    if model_status not in _MODEL_STATUS:
        raise ModelError(f"HiGHS failed: {solver.modelStatusToString(model_status)}.")
    found = _unpack(solver, lp, _MODEL_STATUS[model_status], began, asked_gap=options.mip_gap)
    return _sought_again(lp, found, model_status, options.feasibility_tolerance)


def _without_free_rows(lp: LinearProgram, options: SolveOptions, bound: BoolArray) -> Solution:
    """Return the optimum of a program some of whose rows bind nothing; their duals are zero."""
    fewer = replace(
        lp,
        matrix=sparse.csc_array(lp.matrix.tocsr()[np.flatnonzero(bound)]),
        row_lower=lp.row_lower[bound],
        row_upper=lp.row_upper[bound],
        rows={},
    )
    found = solve(fewer, options)
    basis = found.basis
    if basis is not None:
        row_status = np.full(lp.n_row, BASIC, dtype=np.int8)
        row_status[bound] = basis.row_status
        basis = Basis(basis.col_status, row_status)
    row_dual = np.zeros(lp.n_row if found.row_dual.size == fewer.n_row else 0)
    if row_dual.size:
        row_dual[bound] = found.row_dual
    row_value = lp.matrix @ found.x if found.x.size else found.row_value
    return replace(found, row_value=row_value, row_dual=row_dual, basis=basis)


def _sought_again(
    lp: LinearProgram,
    found: Solution,
    model_status: highspy.HighsModelStatus,
    tolerance: float,
) -> Solution:
    """Return what was found, or a tighter solve's answer where its gap does not prove it."""
    is_claimed = model_status in (
        highspy.HighsModelStatus.kOptimal,
        highspy.HighsModelStatus.kModelEmpty,
    )
    is_last = tolerance <= TIGHT_TOLERANCE or bool(lp.is_integer.any())
    if found.status is Status.OPTIMAL or not is_claimed or is_last:
        return found
    tight = SolveOptions(method="simplex", presolve=False, feasibility_tolerance=TIGHT_TOLERANCE)
    again = solve(lp, tight, found.basis)
    return replace(
        again,
        iterations=found.iterations + again.iterations,
        seconds=found.seconds + again.seconds,
    )


def solve_from(lp: LinearProgram, basis: Basis, options: SolveOptions) -> Solution:
    """Solve from a basis that is nearly optimal, by simplex without presolve.

    HiGHS perturbs every cost when a starting basis is not dual feasible, and then spends
    thousands of iterations on ties. So the few columns whose reduced cost has the wrong sign get a
    cost that makes it zero; dual simplex takes that program to its optimum; then the true costs
    come back, and primal simplex removes what little is left. Both stages run unperturbed. A basis
    with more than `MOST_SHIFTED` such columns is far from optimal, and plain dual simplex is used.
    """
    began = perf_counter()
    solver = highspy.Highs()
    _set_options(solver, replace(options, method="simplex", presolve=False), is_mip=False)
    _pass_program(solver, lp)
    _set_basis(solver, basis)
    wrong, reduced_cost = _wrong_signed(solver, lp, basis)
    spent = 0
    is_shifted = 0 < wrong.size <= MOST_SHIFTED
    if is_shifted:
        index = wrong.astype(np.int32)
        _check(
            solver.changeColsCost(index.size, index, lp.cost[wrong] - reduced_cost[wrong]),
            "shifted costs",
        )
        _check(solver.run(), "to solve with shifted costs")
        spent += _iterations(solver.getInfo())
        _check(solver.changeColsCost(index.size, index, lp.cost[wrong]), "the true costs")
        _set(solver, simplex_strategy=PRIMAL, simplex_iteration_limit=MOST_PRIMAL_ITERATIONS)
        _check(solver.run(), "to solve from the shifted optimum")
    if not is_shifted or solver.getModelStatus() == highspy.HighsModelStatus.kIterationLimit:
        if is_shifted:
            spent += _iterations(solver.getInfo())
        limit = options.iteration_limit or NO_LIMIT
        _set(solver, simplex_strategy=DUAL, simplex_iteration_limit=limit)
        _check(solver.run(), "to solve")
    model_status = solver.getModelStatus()
    if model_status not in _MODEL_STATUS:
        raise ModelError(f"HiGHS failed: {solver.modelStatusToString(model_status)}.")
    solution = _unpack(solver, lp, _MODEL_STATUS[model_status], began)
    solution = replace(solution, iterations=solution.iterations + spent)
    return _sought_again(lp, solution, model_status, options.feasibility_tolerance)


class WarmProgram:
    """A program that stays in HiGHS, to be solved again and again with other costs and bounds.

    Each solve goes on from the basis of the one before: dual simplex where bounds changed, primal
    simplex where costs changed, first the one, then the other where both did. Only what differs is
    handed over. Not for use by two threads at once.
    """

    def __init__(self, lp: LinearProgram, basis: Basis | None = None) -> None:
        self._lp = lp
        self._solver = highspy.Highs()
        options = SolveOptions(method="simplex", presolve=basis is None)
        _set_options(self._solver, options, is_mip=False)
        _pass_program(self._solver, lp)
        if basis is not None:
            _set_basis(self._solver, basis)
        self._is_cold = True

    def solve(
        self,
        *,
        cost: FloatArray | None = None,
        col_bounds: tuple[FloatArray, FloatArray] | None = None,
        row_bounds: tuple[FloatArray, FloatArray] | None = None,
        offset: float | None = None,
        with_basis: bool = False,
    ) -> Solution:
        """Return the optimum with the given costs and bounds in the place of the last ones.

        Raises ModelError where HiGHS fails; an infeasible program is a status. The basis is
        read only where asked for, as that takes as long as a short solve.
        """
        began = perf_counter()
        spent = 0
        if not self._is_cold:
            _set(self._solver, presolve="off", simplex_strategy=DUAL)
        if offset is not None and offset != self._lp.offset:
            _check(self._solver.changeObjectiveOffset(offset), "another constant cost")
            self._lp = replace(self._lp, offset=offset)
        bounds_changed = self._change_bounds(col_bounds, row_bounds)
        cost_changes = cost is not None and bool((cost != self._lp.cost).any())
        if bounds_changed or self._is_cold or not cost_changes:
            _check(self._solver.run(), "to solve again")
            spent += _iterations(self._solver.getInfo())
        if cost is not None and cost_changes:
            changed = np.flatnonzero(cost != self._lp.cost).astype(np.int32)
            _check(self._solver.changeColsCost(changed.size, changed, cost[changed]), "other costs")
            self._lp = replace(self._lp, cost=cost)
            _set(self._solver, presolve="off", simplex_strategy=PRIMAL)
            _check(self._solver.run(), "to solve with other costs")
            spent += _iterations(self._solver.getInfo())
        self._is_cold = False
        model_status = self._solver.getModelStatus()
        if model_status not in _MODEL_STATUS:
            raise ModelError(f"HiGHS failed: {self._solver.modelStatusToString(model_status)}.")
        solution = _unpack(
            self._solver, self._lp, _MODEL_STATUS[model_status], began, with_basis=with_basis
        )
        solution = replace(solution, iterations=spent)
        return _sought_again(self._lp, solution, model_status, 1.0)

    def _change_bounds(
        self,
        col_bounds: tuple[FloatArray, FloatArray] | None,
        row_bounds: tuple[FloatArray, FloatArray] | None,
    ) -> bool:
        """Hand over the bounds that differ; return whether any does."""
        lp, solver, any_changed = self._lp, self._solver, False
        if col_bounds is not None:
            lower, upper = col_bounds
            index = np.flatnonzero((lower != lp.col_lower) | (upper != lp.col_upper))
            changed = index.astype(np.int32)
            if changed.size:
                call = solver.changeColsBounds(changed.size, changed, lower[index], upper[index])
                _check(call, "other bounds of columns")
                lp, any_changed = replace(lp, col_lower=lower, col_upper=upper), True
        if row_bounds is not None:
            lower, upper = row_bounds
            index = np.flatnonzero((lower != lp.row_lower) | (upper != lp.row_upper))
            changed = index.astype(np.int32)
            if changed.size:
                call = solver.changeRowsBounds(  # type: ignore[attr-defined] # not in the stubs
                    changed.size, changed, lower[index], upper[index]
                )
                _check(call, "other bounds of rows")
                lp, any_changed = replace(lp, row_lower=lower, row_upper=upper), True
        self._lp = lp
        return any_changed


def _wrong_signed(
    solver: highspy.Highs, lp: LinearProgram, basis: Basis
) -> tuple[NDArray[np.int64], FloatArray]:
    """Return the nonbasic columns whose reduced cost asks to leave their bound, and all of them."""
    _set(solver, simplex_strategy=PRIMAL, simplex_iteration_limit=0)
    _set(solver, primal_simplex_bound_perturbation_multiplier=0.0)
    _check(solver.run(), "to factor the starting basis")
    reduced_cost = np.asarray(solver.getSolution().col_dual, dtype=np.float64)
    _set(solver, simplex_strategy=DUAL, simplex_iteration_limit=NO_LIMIT)
    if reduced_cost.size != lp.n_col:
        return np.zeros(0, dtype=np.int64), np.zeros(lp.n_col)
    tolerance = 1e-7
    is_wrong = ((basis.col_status == AT_LOWER) & (reduced_cost < -tolerance)) | (
        (basis.col_status == AT_UPPER) & (reduced_cost > tolerance)
    )
    return np.flatnonzero(is_wrong & (lp.col_lower < lp.col_upper)), reduced_cost


def _set(solver: highspy.Highs, /, **values: str | float | int | bool) -> None:
    for name, value in values.items():
        _check(solver.setOptionValue(name, value), f"option {name}={value!r}")


def _unpack(
    solver: highspy.Highs,
    lp: LinearProgram,
    status: Status,
    began: float,
    *,
    with_basis: bool = True,
    asked_gap: float = 0.0,
) -> Solution:
    info = solver.getInfo()
    solution = solver.getSolution()
    empty = np.zeros(0)
    has_value, has_dual = solution.value_valid, solution.dual_valid
    x = np.asarray(solution.col_value, dtype=np.float64) if has_value else empty
    row_value = np.asarray(solution.row_value, dtype=np.float64) if has_value else empty
    row_dual = np.asarray(solution.row_dual, dtype=np.float64) if has_dual else empty
    has_basis = with_basis and has_value and has_dual and lp.n_row > 0 and solver.getBasis().valid
    gap = INFINITY
    objective = float(info.objective_function_value)
    if lp.is_integer.any():
        gap = abs(objective - float(info.mip_dual_bound)) / max(1.0, abs(objective))
    elif has_value and has_dual:
        gap = measured_gap(lp, x, row_dual)
    return Solution(
        status=status,
        objective=objective,
        x=x,
        row_value=row_value,
        row_dual=row_dual,
        col_dual=np.asarray(solution.col_dual, dtype=np.float64) if has_dual else empty,
        basis=_get_basis(solver, lp, x, row_value) if has_basis else None,
        iterations=_iterations(info),
        seconds=perf_counter() - began,
        message=solver.modelStatusToString(solver.getModelStatus()),
        gap=gap,
        asked_gap=asked_gap if lp.is_integer.any() else 0.0,
    )


def raise_unless_optimal(solution: Solution, what: str) -> None:
    """Raise the error that fits a status other than optimal; `what` names the program."""
    if solution.status is Status.INFEASIBLE:
        raise InfeasibleError(f"{what} has no solution that meets every constraint.")
    if solution.status is Status.UNBOUNDED:
        raise UnboundedError(f"{what} can lower its cost without end.")
    if solution.status is Status.LIMIT:
        raise NotConvergedError(f"{what} stopped before the optimum: {solution.message}.")
