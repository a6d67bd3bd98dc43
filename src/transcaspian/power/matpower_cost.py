"""Cost of a MATPOWER case: polynomials up to the second degree and convex points."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

import numpy as np

from transcaspian.power.matpower_text import CaseText

__all__ = ["Cost", "Part", "read_cost", "split_by_slope"]

MODEL, NCOST, COST = 0, 3, 4
PIECEWISE, POLYNOMIAL = 1, 2
FLAT = 1e-9  # slopes closer than this share count as equal
WHOLE = 0.5  # half of the last digit of a number without decimals
LARGEST = 1e12  # products of what is larger the solver takes for no numbers
Points = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Cost:
    """square p**2 + slope p + constant [USD/h of MW], or what the points (p, cost) span."""

    square: float = 0.0
    slope: float = 0.0
    constant: float = 0.0
    points: tuple[tuple[float, float], ...] = ()

    def segments(self) -> list[tuple[float, float]]:
        """Return slope and intercept between neighbouring points; they rise."""
        found = []
        for (p, cost), (next_p, next_cost) in pairwise(self.points):
            slope = (next_cost - cost) / (next_p - p)
            found.append((slope, cost - slope * p))
        return found


def read_cost(case: CaseText, name: str, row: int) -> Cost:
    """Return the cost of a row, counted from 0; what is wrong with it is kept as a problem."""
    table = case.tables[name]
    model, count = table.values[row, MODEL], table.values[row, NCOST]
    printed = table.cells[row][COST:]
    message = ""
    if model not in (PIECEWISE, POLYNOMIAL):
        message, cure = f"cost model {model:g} is unknown.", "Use 1 or 2."
    elif not 1 <= count <= LARGEST or count % 1.0:
        message, cure = f"NCOST is {count:g}.", "Give how many numbers or points follow."
    else:
        needed = int(count) * (2 if model == PIECEWISE else 1)
        if len(printed) < needed:
            message = f"{needed} numbers of cost are needed, {len(printed)} are given."
            cure = "Give them, or correct NCOST."
        elif not (np.abs(table.values[row, COST : COST + needed]) <= LARGEST).all():
            message, cure = "a number of cost is not finite.", "Correct it."
    if message:
        _add(case, name, row, message, cure)
        return Cost()
    numbers = table.values[row, COST : COST + needed].tolist()
    if model == POLYNOMIAL:
        return _polynomial(case, name, row, numbers)
    return _points(case, name, row, numbers, printed[:needed])


def _add(case: CaseText, name: str, row: int, message: str, cure: str) -> None:
    case.add(case.tables[name].lines[row], name, f"row {row + 1}: {message}", cure)


def _polynomial(case: CaseText, name: str, row: int, coefficients: list[float]) -> Cost:
    """Return the polynomial; the file lists the highest degree first."""
    filled = np.trim_zeros(np.array(coefficients), "f")
    if filled.size > 3:
        message = f"a polynomial of degree {filled.size - 1} is not supported."
        _add(case, name, row, message, "Use degree 2 or less, or segments.")
        return Cost()
    square, slope, constant = np.concatenate([np.zeros(3 - filled.size), filled]).tolist()
    if square < 0.0:
        _add(case, name, row, "the cost is not convex.", "Give a convex cost.")
    return Cost(square, slope, constant)


def _points(
    case: CaseText, name: str, row: int, numbers: list[float], printed: Sequence[str]
) -> Cost:
    """Return the points; one given twice is one, and what rounding bent is straightened."""
    points: Points = []
    for at in range(0, len(numbers), 2):
        point = (numbers[at], numbers[at + 1])
        if not points or point != points[-1]:
            points.append(point)
    if len(points) < 2 or any(b[0] <= a[0] for a, b in pairwise(points)):
        _add(case, name, row, "points do not rise in p.", "Sort them, give two.")
        return Cost()
    hull, most = _lower_hull(points), _allowed(points, printed)
    if any(cost - _on(hull, p) > most + FLAT * max(1.0, abs(cost)) for p, cost in points):
        _add(case, name, row, "the cost is not convex.", "Give a convex cost.")
    return Cost(points=tuple(hull))


def _half_digit(cell: str) -> float:
    """Return how far a number may be from what was printed: half of its last digit, or of 1."""
    exponent = Decimal(cell.lower().replace("d", "e")).as_tuple().exponent
    assert isinstance(exponent, int)
    return 0.5 * float(10.0 ** min(exponent, 0))


def _allowed(points: Points, printed: Sequence[str]) -> float:
    """Return by how much a point may stand above the hull through rounding alone.

    Costs were rounded to the last digit that any of them shows, and p too where it has decimals:
    both the point and the chord below it may be off by that much.
    """
    of_p, of_cost = (min(_half_digit(cell) for cell in printed[at::2]) for at in (0, 1))
    steep = max(abs((b[1] - a[1]) / (b[0] - a[0])) for a, b in pairwise(points))
    return 2.0 * (of_cost + (of_p * steep if of_p < WHOLE else 0.0))


def _lower_hull(points: Points) -> Points:
    """Return the points that no chord of the others lies below."""
    hull: Points = []
    for point in points:
        while len(hull) > 1 and _turns_down(hull[-2], hull[-1], point):
            hull.pop()
        hull.append(point)
    return hull


def _turns_down(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> bool:
    return (c[1] - b[1]) * (b[0] - a[0]) < (b[1] - a[1]) * (c[0] - b[0])


def _on(hull: Points, p: float) -> float:
    return float(np.interp(p, [x for x, _ in hull], [cost for _, cost in hull]))


@dataclass(frozen=True, slots=True)
class Part:
    """One of the parts that a flow is the sum of: limits [MW] and cost square x**2 + slope x."""

    low: float
    high: float
    slope: float
    square: float = 0.0


def split_by_slope(cost: Cost, low: float, high: float) -> tuple[list[Part], float]:
    """Return the parts of a flow between two limits, and the cost that none of them changes.

    The first part begins at the lower limit, each other one at zero; since the cost is convex the
    cheaper ones fill first, so the parts cost together what the flow costs.
    """
    if not cost.points:
        return [Part(low, high, cost.slope, cost.square)], cost.constant
    segments = cost.segments()
    edges = [-np.inf, *(p for p, _ in cost.points[1:-1]), np.inf]
    used = [
        (max(begin, low), min(end, high), *segment)
        for begin, end, segment in zip(edges, edges[1:], segments, strict=False)
        if max(begin, low) < min(end, high)
    ]
    if not used:  # the limits leave one value, or none
        slope, intercept = max(segments, key=lambda segment: segment[0] * low + segment[1])
        return [Part(low, high, slope)], intercept
    first, *others = used
    parts = [Part(first[0], first[1], first[2])]
    parts += [Part(0.0, most - least, slope) for least, most, slope, _ in others]
    return parts, first[3]
