"""Finds, among the runs that were valued, those whose parts were valued too.

A run is a project or a package of several. Two runs that share no project and whose projects
together are a third run say how much the two depend on each other. A package says more, its shares
and its first-in and last-in values, where every combination of its parts was valued.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import polars as pl

from transcaspian.appraisal.interactions import (
    interaction_matrix,
    one_by_one,
    package_values,
)

__all__ = ["interaction_tables", "valued_pairs", "valued_parts"]

Members = Mapping[str, frozenset[str]]
# A package of more parts has too many ways to be cut into them.
MOST_PARTS = 8


def interaction_tables(worth: Mapping[str, float], members: Members) -> dict[str, pl.DataFrame]:
    """Return `interactions` and `package_shares` of all runs whose parts were valued.

    `interactions` has the columns of `interactions.interaction_matrix` and `package` (the run of
    both), `package_shares` those of `interactions.one_by_one` and `package`.

    Parameters
    ----------
    worth : mapping of run to float
        NPV against the same reference [million USD].
    members : mapping of run to set of projects
        What each run puts into the network.
    """
    pairs = [
        _named(
            interaction_matrix(
                package_values(
                    {
                        frozenset([one]): worth[one],
                        frozenset([other]): worth[other],
                        frozenset([one, other]): worth[both],
                    }
                )
            ),
            both,
        )
        for one, other, both in valued_pairs(members)
    ]
    shares = []
    for run in members:
        parts = valued_parts(run, members)
        if parts:
            values = {
                frozenset(some): worth[_run_of(_union(some, members), members)]
                for size in range(1, len(parts) + 1)
                for some in combinations(parts, size)
            }
            shares.append(_named(one_by_one(package_values(values)), run))
    empty = package_values({frozenset(["a"]): 0.0, frozenset(["b"]): 0.0, frozenset("ab"): 0.0})
    return {
        "interactions": pl.concat([_named(interaction_matrix(empty), "").clear(), *pairs]),
        "package_shares": pl.concat([_named(one_by_one(empty), "").clear(), *shares]),
    }


def valued_pairs(members: Members) -> list[tuple[str, str, str]]:
    """Return every (run, run, run of both) where the first two share no project."""
    known: dict[frozenset[str], str] = {}
    for run, projects in members.items():
        known.setdefault(projects, run)
    return [
        (one, other, known[members[one] | members[other]])
        for one, other in combinations(members, 2)
        if not members[one] & members[other] and members[one] | members[other] in known
    ]


def valued_parts(run: str, members: Members) -> tuple[str, ...]:
    """Return the most runs that a package splits into with every combination of them valued.

    Empty where there is no such split into two or more.
    """
    inside = [
        other
        for other, projects in members.items()
        if projects < members[run] and _run_of(projects, members) == other
    ]
    best: tuple[str, ...] = ()
    for parts in _splits(members[run], inside, members):
        if len(parts) > max(len(best), 1) and _is_closed(parts, members):
            best = parts
    return best


def _splits(
    left: frozenset[str], runs: Sequence[str], members: Members
) -> Iterator[tuple[str, ...]]:
    """Yield every way to cut the projects into runs, no project in two of them."""
    if not left:
        yield ()
        return
    first = min(left)
    for run in runs:
        if first in members[run] and members[run] <= left:
            for rest in _splits(left - members[run], runs, members):
                if len(rest) < MOST_PARTS:
                    yield (run, *rest)


def _is_closed(parts: Sequence[str], members: Members) -> bool:
    known = set(members.values())
    return all(
        _union(some, members) in known
        for size in range(2, len(parts) + 1)
        for some in combinations(parts, size)
    )


def _union(runs: Sequence[str], members: Members) -> frozenset[str]:
    return frozenset[str]().union(*(members[run] for run in runs))


def _run_of(projects: frozenset[str], members: Members) -> str:
    """Return the first run of these projects; two runs may have the same ones."""
    return next(run for run, own in members.items() if own == projects)


def _named(table: pl.DataFrame, package: str) -> pl.DataFrame:
    return table.select(pl.lit(package, dtype=pl.String).alias("package"), pl.all())
