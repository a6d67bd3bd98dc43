"""Packages of a plan: with other sizes of their parts, and without each part.

What a part is worth last in is its package less the package without it; both must be solved. What
is neither valued on its own nor asked for is a side run: solved in the first scenario alone and in
the model years that its worth rests on.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import polars as pl

from transcaspian.appraisal.plans import BUILT
from transcaspian.case.tables import Case

__all__ = ["Package", "packages_of", "run_of", "side_runs", "years_of_opening"]


class Package(NamedTuple):
    """A cluster, or a cluster with another size of one part in its place."""

    cluster: str
    members: tuple[str, ...]
    other_size: str | None  # the part that stands in place of the cluster's own


def packages_of(case: Case, runs: Sequence[str]) -> list[Package]:
    """Return the packages among `runs`, each followed by those with another size of one part.

    A cluster with a part that is built already, or that takes away what is built, compares two
    networks and is no package. A variant is another size where it changes other values of the
    network; one that has only another cost is none.
    """
    table = case.tables["projects/projects"]
    facts = {row["project"]: row for row in table.iter_rows(named=True)}
    built = {name for name, row in facts.items() if row["status"] == BUILT}
    clusters = case.tables["projects/clusters"]["cluster"].unique(maintain_order=True)
    found: list[Package] = []
    for cluster in clusters.filter(clusters.is_in(list(runs))):
        members = case.members(cluster)
        compared = {facts[member]["variant_of"] for member in members} | set(members)
        if len(members) > 1 and not compared & built:
            found.append(Package(cluster, members, None))
            found += _other_sizes(case, cluster, members, facts)
    return found


def _other_sizes(
    case: Case, cluster: str, members: Sequence[str], facts: Mapping[str, Mapping[str, object]]
) -> Iterator[Package]:
    for name, row in facts.items():
        part = row["variant_of"]
        if part in members and row["is_active"] and _changes(case, name) != _changes(case, part):
            kept = tuple(name if member == part else member for member in members)
            yield Package(cluster, kept, name)


def _changes(case: Case, project: object) -> set[tuple[object, ...]]:
    own = case.tables["projects/changes"].filter(pl.col("project") == project)
    return set(own.select("table", "row", "column", "operation", "value", "from_year").rows())


def run_of(members: Mapping[str, Sequence[str]], projects: Sequence[str]) -> str | None:
    """Return the first run that puts exactly these projects into the network."""
    wanted = frozenset(projects)
    return next((run for run, own in members.items() if frozenset(own) == wanted), None)


def side_runs(case: Case, members: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Return the projects of every side run that the valued runs `members` call for, by its name."""
    known = {run: tuple(own) for run, own in members.items()}
    for package in packages_of(case, tuple(members)):
        for projects in _with_and_without(package):
            if projects and run_of(known, projects) is None:
                known[" + ".join(projects)] = projects
    return {run: own for run, own in known.items() if run not in members}


def _with_and_without(package: Package) -> Iterator[tuple[str, ...]]:
    """Give the projects of a package, and of the package without each part that is asked about."""
    yield package.members
    for part in package.members:
        if package.other_size in (None, part):
            yield tuple(member for member in package.members if member != part)


def years_of_opening(opening: int, years: Sequence[int]) -> tuple[int, ...]:
    """Return the model years on which benefits from `opening` on rest."""
    before = [year for year in years if year <= opening]
    return tuple(year for year in years if not before or year >= max(before))
