"""What the page puts first: the scenario, the year and the runs that its charts speak of."""

from collections.abc import Mapping, Sequence

import polars as pl

from transcaspian.report.blocks import CaseLike
from transcaspian.report.names import REFERENCE, Names

__all__ = [
    "cable_runs",
    "changed_links",
    "featured_run",
    "focus_year",
    "focus_zones",
    "of_scenario",
    "ordered_projects",
]

# Zones with charts of their own.
MOST_ZONES = 4


def of_scenario(
    tables: Mapping[str, pl.DataFrame], scenario: str, years: Sequence[int]
) -> dict[str, pl.DataFrame]:
    """Return the rows of one scenario; of power and freight the rows of `years` only.

    Past years are solved too, for comparison with statistics: they are not part of the outlook.
    """
    chosen = {}
    for name, frame in tables.items():
        rows = (
            frame.filter(pl.col("scenario") == scenario) if "scenario" in frame.columns else frame
        )
        if name.startswith(("power_", "freight_")) and "year" in frame.columns:
            rows = rows.filter(pl.col("year").is_in(list(years)))
        chosen[name] = rows
    return chosen


def focus_year(years: Sequence[int], solved: pl.DataFrame) -> int:
    """Return the year that charts of one year show: late enough that most projects are open."""
    known = sorted(solved["year"].unique().to_list()) if solved.height else []
    wanted = years[len(years) // 2]
    return wanted if wanted in known or not known else int(known[len(known) // 2])


def ordered_projects(projects: pl.DataFrame) -> pl.DataFrame:
    """Return ranked single projects, best NPV first; clusters and variants are not here."""
    return projects.filter(pl.col("is_ranked") & ~pl.col("is_cluster")).sort(
        ["npv_musd", "project"], descending=[True, False]
    )


def featured_run(
    projects: pl.DataFrame,
    solved: pl.DataFrame,
    kinds: Sequence[str] = (),
    *,
    clusters: bool = False,
) -> str | None:
    """Return the run that a with/without chart shows: of the kinds given, most yearly benefit."""
    runs = set(solved["run"].unique().to_list()) if solved.height else set()
    fitting = projects.filter(
        pl.col("project").is_in(sorted(runs)), clusters | ~pl.col("is_cluster")
    )
    preferred = fitting.filter(pl.col("kind").is_in(list(kinds)))
    chosen = (preferred if preferred.height else fitting).sort(
        [pl.col("is_ranked"), pl.col("benefit_musd").abs(), "project"],
        descending=[True, True, False],
    )
    return str(chosen["project"][0]) if chosen.height else None


def members_of(run: str, case: CaseLike) -> list[str]:
    """Return the projects of a run: itself, or the members of a cluster."""
    clusters = case.tables.get("projects/clusters", pl.DataFrame())
    if clusters.height and run in clusters["cluster"]:
        return [str(project) for project in clusters.filter(pl.col("cluster") == run)["project"]]
    return [] if run == REFERENCE else [run]


def cable_runs(projects: pl.DataFrame, case: CaseLike) -> list[tuple[str, str]]:
    """Return runs with their cables (run, link): ranked cables first, then clusters with one."""
    cables = projects.filter(pl.col("kind") == "cable", ~pl.col("is_cluster"))
    links = {link for run in cables["project"] for link in changed_links(case, run, "power")}
    ordered = [
        *ordered_projects(cables)["project"],
        *projects.filter(pl.col("is_cluster")).sort("npv_musd", descending=True)["project"],
    ]
    return [
        (run, link)
        for run in ordered
        for link in changed_links(case, run, "power")
        if link in links
    ]


def changed_links(case: CaseLike, run: str, sector: str) -> list[str]:
    """Return the links of a sector ("power" or "freight") that a project or cluster changes."""
    changes = case.tables.get("projects/changes", pl.DataFrame())
    if changes.is_empty():
        return []
    rows = changes.filter(
        pl.col("project").is_in(members_of(run, case)),
        pl.col("table").str.starts_with(f"{sector}/link"),
    )["row"]
    return list(dict.fromkeys(str(row).split("|")[0] for row in rows))


def focus_zones(case: CaseLike, names: Names, zones: pl.DataFrame) -> list[str]:
    """Return the zones with charts: ends of links that projects change, then the corridor's.

    `zones` has bus and load_mwh of the reference in one year.
    """
    changes = case.tables.get("projects/changes", pl.DataFrame())
    counts: dict[str, int] = {}
    if changes.height:
        for row in changes.filter(pl.col("table").str.starts_with("power/link"))["row"]:
            for bus in names.power_links.get(str(row).split("|")[0], ()):
                counts[bus] = counts.get(bus, 0) + 1
    rows = sorted(
        zones.select("bus", "load_mwh").iter_rows(),
        key=lambda row: (
            names.bus_countries.get(row[0]) not in names.corridor,
            -counts.get(row[0], 0),
            -row[1],
        ),
    )
    return [str(row[0]) for row in rows[:MOST_ZONES]]
