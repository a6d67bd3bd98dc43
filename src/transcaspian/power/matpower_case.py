"""A MATPOWER case as matrices whose numbers are checked: format version 2, columns by name."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transcaspian.errors import InputError
from transcaspian.power.matpower_text import CaseText
from transcaspian.power.misspelt import meant_name

__all__ = ["MatpowerCase"]

FloatArray = NDArray[np.float64]

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
DC_STATUS, DC_PMIN, DC_PMAX, DC_LOSS0, DC_LOSS1 = 2, 9, 10, 15, 16
NO_ANGLE_LIMIT = 360.0  # degrees, MATPOWER's sign for none
MOST_BUS_NUMBER = 2.0**53  # up to which every whole number is one of its own
LARGEST = 1e12  # products of what is larger the solver takes for no numbers
USED = ("baseMVA", "bus", "gen", "branch", "gencost", "dcline", "dclinecost")
WIDTHS = {"bus": 13, "gen": 10, "branch": 11, "gencost": 5, "dcline": 17, "dclinecost": 5}
USER_DEFINED = ("A", "N", "H", "softlims", "reserves", "iflims", "if", "branchdc", "busdc")
BUSES = {"bus": (BUS_I,), "gen": (GEN_BUS,), "branch": (F_BUS, T_BUS), "dcline": (F_BUS, T_BUS)}
# Columns that the optimum depends on must be finite; in others anything is as good as any number.
FINITE = {
    "bus": (BUS_TYPE, PD, GS),
    "gen": (GEN_STATUS, PMIN),
    "branch": (BR_R, BR_X, TAP, SHIFT, BR_STATUS),
    "dcline": (DC_STATUS, DC_PMIN, DC_PMAX, DC_LOSS0, DC_LOSS1),
}
FREE = {"gen": (PMAX,), "branch": (RATE_A, ANGMIN, ANGMAX)}  # infinite where there is no limit
# Columns that hold one of a few numbers, and what those mean.
CHOICES: dict[str, tuple[int, tuple[float, ...], str]] = {
    "bus": (BUS_TYPE, (1, 2, 3, 4), "a type of bus"),
    "branch": (BR_STATUS, (0, 1), "a status"),
    "dcline": (DC_STATUS, (0, 1), "a status"),
}
# Columns that are not below zero.
POSITIVE = {"branch": (RATE_A, TAP), "dcline": (DC_LOSS1,)}


@dataclass(slots=True)
class MatpowerCase:
    """Matrices of a case; gathers problems on the way."""

    text: CaseText

    def raise_problems(self) -> None:
        """Raise InputError with all problems found so far."""
        if self.text.problems:
            problems = tuple(dict.fromkeys(self.text.problems))
            raise InputError(f"The case {self.text.file} cannot be solved.", problems)

    def add_problem(self, name: str, row: int, message: str, cure: str) -> None:
        """Keep a problem; `row` counts rows of a matrix from 1."""
        table = self.text.tables.get(name)
        has_row = table is not None and 0 < row <= len(table.lines)
        line = table.lines[row - 1] if table is not None and has_row else 0
        message = f"row {row}: {message}" if has_row else message
        self.text.add(line or self.text.lines.get(name, 0), name, message, cure)

    def matrix(self, name: str) -> FloatArray:
        """Return a matrix, without rows where the file has none."""
        table = self.text.tables.get(name)
        if table is None or not table.values.size:
            return np.zeros((0, WIDTHS.get(name, 1)))
        return table.values

    def check(self) -> None:
        """Find what is missing, no number to count with, or not supported."""
        for name in ("bus", "gen", "branch", "baseMVA"):
            if name not in self.text.tables:
                self.add_problem(name, 0, "it is missing.", "Give it.")
        for name, width in WIDTHS.items():
            table = self.matrix(name)
            if len(table) and table.shape[1] < width:
                message = f"{table.shape[1]} columns where the format has {width}."
                self.add_problem(name, 1, message, "Use version 2 of the case format.")
        missing = [name for name in USED if name not in self.text.lines]
        for name in self.text.lines:
            meant = "" if name in USED else meant_name(name, missing)
            if meant:
                cure = "Correct the name."
                self.add_problem(name, 0, f"no such part counts; {meant!r} is the nearest.", cure)
        for name in USER_DEFINED:
            if name in self.text.lines:
                self.add_problem(name, 0, "user-defined parts are not supported.", "Take it out.")
        self.raise_problems()
        self._check_base()
        for name in BUSES:
            self._check_cells(name)
        self._check_buses()
        self._check_costs()
        self.raise_problems()

    def _check_base(self) -> None:
        base = self.matrix("baseMVA")
        if base.size != 1 or not 0.0 < base[0, 0] <= LARGEST:
            cure = "Give one number above zero, in MVA."
            self.add_problem("baseMVA", 1, "it is not one finite number above zero.", cure)

    def _check_cells(self, name: str) -> None:
        """Find numbers that count and are not finite, not of the few or below zero."""
        table = self.matrix(name)
        width = table.shape[1]
        limits = [column for column in FREE.get(name, ()) if column < width]
        faults = [
            *((c, ~(np.abs(table[:, c]) <= LARGEST), "is not finite.") for c in FINITE[name]),
            *((c, np.isnan(table[:, c]), "is no number.") for c in limits),
            *((c, table[:, c] < 0.0, "is below zero.") for c in POSITIVE.get(name, ())),
        ]
        if name in CHOICES:
            column, choices, words = CHOICES[name]
            faults.append((column, ~np.isin(table[:, column], choices), f"is not {words}."))
        if name == "dcline":
            is_wrong = table[:, DC_LOSS1] >= 1.0
            faults.append((DC_LOSS1, is_wrong, "leaves nothing of what is sent."))
        if name == "gen":
            faults.append((PMAX, table[:, PMAX] < -LARGEST, "is no upper limit."))
        for column, is_wrong, words in faults:
            for row in np.flatnonzero(is_wrong).tolist():
                message = f"{table[row, column]:g} in column {column + 1} {words}"
                self.add_problem(name, row + 1, message, "Correct the number.")

    def _check_buses(self) -> None:
        """Find buses without a whole number of their own, and what refers to none."""
        for name, columns in BUSES.items():
            for column in columns:
                numbers = self.matrix(name)[:, column]
                is_whole = (
                    (numbers > 0.0) & (numbers < MOST_BUS_NUMBER) & (numbers == np.floor(numbers))
                )
                for row in np.flatnonzero(~is_whole).tolist():
                    message = f"{numbers[row]:g} in column {column + 1} is no number of a bus."
                    self.add_problem(name, row + 1, message, "Give a whole number above zero.")
        for name, words in (("bus", "buses"), ("gen", "generators")):
            if not len(self.matrix(name)):
                self.add_problem(name, 0, f"it holds no {words}.", "Give at least one.")
        bus = self.matrix("bus")
        if len(bus) and (bus[:, BUS_TYPE] == ISOLATED).all():
            self.add_problem("bus", 0, "all buses are isolated.", "Give at least one another type.")
        numbers = bus[:, BUS_I]
        for row in np.flatnonzero(np.isin(numbers, numbers[_repeats(numbers)])).tolist():
            message = f"bus {numbers[row]:.0f} is given more than once."
            self.add_problem("bus", row + 1, message, "Give every bus a number of its own.")

    def _check_costs(self) -> None:
        n_cost, n_plant = len(self.matrix("gencost")), len(self.matrix("gen"))
        if n_cost not in (n_plant, 2 * n_plant):  # a second part is of reactive power
            cure = "Give every generator a cost, in the order of mpc.gen."
            message = f"it has {n_cost} rows for {n_plant} generators."
            self.add_problem("gencost", 0, message, cure)
        n_cost, n_line = len(self.matrix("dclinecost")), len(self.matrix("dcline"))
        if "dclinecost" in self.text.tables and n_cost != n_line:
            message = f"it has {n_cost} rows for {n_line} lines."
            self.add_problem("dclinecost", 0, message, "Give every line a cost, in their order.")


def _repeats(values: FloatArray) -> NDArray[np.bool_]:
    """Return which values have stood before."""
    _, first = np.unique(values, return_index=True)
    again = np.ones(values.size, dtype=bool)
    again[first] = False
    return again
