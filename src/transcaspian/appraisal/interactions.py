"""How much projects depend on each other: added first, added last, and their fair shares.

The worth of every combination of a few projects is given, each solved on its own. PINT puts one
project at a time into the grid without any (first in); TOOT takes one at a time out of the grid
with all (last in). The two answer different questions and are never ranked in one list (ENTSO-E
2023, 4th Guideline for Cost Benefit Analysis of Grid Development Projects).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations
from math import factorial
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transcaspian.errors import InputError, Problem

__all__ = [
    "Method",
    "PackageValues",
    "interaction_matrix",
    "one_by_one",
    "package_values",
    "rank_one_method",
    "shapley_shares",
]

FloatArray = NDArray[np.float64]
Method = Literal["PINT", "TOOT"]

MAX_PROJECTS = 12  # 4,096 combinations
# Below this share of the two values together, an interaction is called none.
INDEPENDENT_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class PackageValues:
    """Worth of every combination of a few projects; that of none is zero.

    Combination i holds project j where bit j of i is set.
    """

    projects: tuple[str, ...]
    value_musd: FloatArray  # [2 ** n_project]

    def of(self, *projects: str) -> float:
        """Return the worth of a combination."""
        return float(self.value_musd[sum(1 << self.projects.index(name) for name in projects)])


def package_values(values: Mapping[frozenset[str], float]) -> PackageValues:
    """Return the worth of every combination from a mapping of sets of projects.

    Raises
    ------
    InputError
        Naming every combination that is missing, or where there are too many projects.
    """
    projects = tuple(sorted(frozenset(chain.from_iterable(values))))
    if len(projects) > MAX_PROJECTS:
        message = f"{len(projects)} projects make too many combinations."
        raise InputError(f"{message} Value at most {MAX_PROJECTS} together.")
    table = np.zeros(1 << len(projects))
    problems = []
    for members in _combinations(projects):
        if members not in values:
            name = " + ".join(sorted(members))
            problems.append(
                Problem(
                    "projects/clusters.csv", 0, "project", f"{name} is not valued.", "Solve it too."
                )
            )
            continue
        table[_place(projects, members)] = values[members]
    if problems:
        raise InputError("The values of some combinations are missing.", problems)
    none = values.get(frozenset(), 0.0)
    if none != 0.0:
        raise InputError(f"No project at all is worth {none}, not 0. Value against the reference.")
    table.flags.writeable = False
    return PackageValues(projects, table)


def one_by_one(values: PackageValues) -> pl.DataFrame:
    """Return PINT and TOOT of every project, and what the others do to it.

    Columns: project, pint_musd (first in), toot_musd (last in), shapley_musd, relation
    (complement where it is worth more with the others, substitute where less, independent).
    """
    whole = (1 << len(values.projects)) - 1
    shares = shapley_shares(values)
    rows = []
    for place, project in enumerate(values.projects):
        first = float(values.value_musd[1 << place])
        last = float(values.value_musd[whole] - values.value_musd[whole ^ (1 << place)])
        relation = _relation(last - first, abs(first) + abs(last))
        rows.append((project, first, last, float(shares[place]), relation))
    schema = {
        "project": pl.String(),
        "pint_musd": pl.Float64(),
        "toot_musd": pl.Float64(),
        "shapley_musd": pl.Float64(),
        "relation": pl.String(),
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def rank_one_method(values: PackageValues, method: Method) -> pl.DataFrame:
    """Return the projects by their worth under one method; the two are never put in one list.

    Columns: rank, project, method, value_musd.
    """
    column = {"PINT": "pint_musd", "TOOT": "toot_musd"}[method]
    table = one_by_one(values).select("project", value_musd=column)
    ordered = table.sort("value_musd", "project", descending=[True, False])
    return ordered.with_row_index("rank", offset=1).select(
        pl.col("rank").cast(pl.Int64), "project", pl.lit(method).alias("method"), "value_musd"
    )


def shapley_shares(values: PackageValues) -> FloatArray:
    """Return each project's mean worth over every order of building them.

    The shares add up to the worth of all together; projects that change nothing get nothing, and
    equal projects get the same. Shapley, L.S. (1953), A Value for n-Person Games.
    """
    count = len(values.projects)
    combination = np.arange(1 << count)
    size = np.array([int(one).bit_count() for one in combination])
    shares = np.empty(count)
    for place in range(count):
        without = combination[(combination >> place) & 1 == 0]
        added = values.value_musd[without | (1 << place)] - values.value_musd[without]
        weight = np.array(
            [factorial(s) * factorial(count - s - 1) / factorial(count) for s in range(count)]
        )
        shares[place] = added @ weight[size[without]]
    return shares


def interaction_matrix(values: PackageValues) -> pl.DataFrame:
    """Return, for each pair, the worth of both together less that of each alone.

    Columns: project, other, alone_musd, other_alone_musd, together_musd, interaction_musd,
    relation (complement above zero, substitute below, independent within 2 % of the two values).
    """
    rows = []
    for one, other in combinations(values.projects, 2):
        alone, beside, both = values.of(one), values.of(other), values.of(one, other)
        interaction = both - alone - beside
        relation = _relation(interaction, abs(alone) + abs(beside))
        rows.append((one, other, alone, beside, both, interaction, relation))
    names = ["alone_musd", "other_alone_musd", "together_musd", "interaction_musd"]
    schema: dict[str, pl.DataType] = {"project": pl.String(), "other": pl.String()}
    schema |= dict.fromkeys(names, pl.Float64())
    schema["relation"] = pl.String()
    return pl.DataFrame(rows, schema=schema, orient="row")


def _relation(interaction: float, size: float) -> str:
    if abs(interaction) <= INDEPENDENT_SHARE * size:
        return "independent"
    return "complement" if interaction > 0.0 else "substitute"


def _combinations(projects: Sequence[str]) -> Iterable[frozenset[str]]:
    for size in range(1, len(projects) + 1):
        yield from (frozenset(members) for members in combinations(projects, size))


def _place(projects: Sequence[str], members: frozenset[str]) -> int:
    return sum(1 << projects.index(name) for name in members)
