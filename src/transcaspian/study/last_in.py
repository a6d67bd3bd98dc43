"""What a part of a package is worth last in: the package less the package without it.

All three stand on the timeline of the package, which opens when its last part does:

    package = package without the part + the part last in.

Without the part the rest may open sooner and wear out sooner; what waiting for the part costs the
rest is its worth on its own timeline less that on the package's.
"""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from transcaspian.accounts import NOT_PARTIES
from transcaspian.appraisal.discounting import discount_factors
from transcaspian.appraisal.project import Appraisal
from transcaspian.case.tables import REFERENCE
from transcaspian.study.checks import CHECK_SCHEMA
from transcaspian.study.side_runs import Package, packages_of, run_of
from transcaspian.study.values import Books

__all__ = ["LAST_IN_SCHEMA", "last_in_checks", "last_in_table"]

CO2_KIND = "co2_damage"
TOLERANCE_MUSD = 1e-6
LAST_IN_SCHEMA: dict[str, pl.DataType] = {
    "scenario": pl.String(),
    "package": pl.String(),
    "package_name": pl.String(),
    "project": pl.String(),
    "name": pl.String(),
    "other_size": pl.String(),  # the part with which the package is built at another size
    "is_own_package": pl.Boolean(),  # the first package of the case that holds the project
    "opening_year": pl.Int64(),
    "capex_musd": pl.Float64(),
    "alone_musd": pl.Float64(),  # null where not valued alone
    "package_musd": pl.Float64(),
    "without_musd": pl.Float64(),
    "last_in_musd": pl.Float64(),
    "last_in_co2_musd": pl.Float64(),
    "last_in_break_even_capex_musd": pl.Float64(),
    "without_sooner_musd": pl.Float64(),  # the rest on its own timeline
    "waiting_musd": pl.Float64(),
}


def last_in_table(books: Books) -> pl.DataFrame:
    """Return `LAST_IN_SCHEMA`: every part of every package of the first scenario."""
    scenario = books.plan.scenarios[0]
    own: dict[str, str] = {}
    rows = []
    for package in packages_of(books.case, books.plan.runs_valued(scenario)):
        for part in package.members:
            if package.other_size in (None, part):
                first = own.setdefault(part, package.cluster)
                row = _row(books, scenario, package, part)
                rows.append(row | {"is_own_package": first == package.cluster})
    return pl.DataFrame(rows, schema=LAST_IN_SCHEMA)


def last_in_checks(table: pl.DataFrame) -> pl.DataFrame:
    """Return how far packages depart from the sum of their parts, as a row of the checks."""
    if table.is_empty():
        return pl.DataFrame(schema=CHECK_SCHEMA)
    parts = pl.col("without_musd") + pl.col("last_in_musd")
    departure = (table.select(value=pl.col("package_musd") - parts))["value"].abs()
    return pl.DataFrame(
        {
            "check": ["last_in_adds_up"],
            "value": [departure.max()],
            "tolerance": [TOLERANCE_MUSD],
            "passed": [bool((departure <= TOLERANCE_MUSD).all())],
            "meaning": ["package = package without the part + the part last in, million USD"],
        },
        schema=CHECK_SCHEMA,
    )


def _row(books: Books, scenario: str, package: Package, part: str) -> dict[str, object]:
    rest = tuple(member for member in package.members if member != part)
    whole, without = (_run(books, projects) for projects in (package.members, rest))
    together = _worth(books, scenario, package.members, whole, REFERENCE)
    shared = together.ledger.opening_year, together.ledger.last_year
    last = _worth(books, scenario, (part,), whole, without, shared)
    beside = _worth(books, scenario, rest, without, REFERENCE, shared)
    sooner = _worth(books, scenario, rest, without, REFERENCE)
    names = dict(books.case.tables["projects/projects"].select("project", "name").iter_rows())
    clusters = books.case.tables["projects/clusters"].filter(pl.col("cluster") == package.cluster)
    everybody = last.indicators["all"]
    return {
        "scenario": scenario,
        "package": package.cluster,
        "package_name": clusters["name"][0],
        "project": part,
        "name": names[part],
        "other_size": package.other_size,
        "opening_year": shared[0],
        "capex_musd": last.capex_musd,
        "alone_musd": _alone(books, scenario, part),
        "package_musd": _npv(together),
        "without_musd": _npv(beside),
        "last_in_musd": everybody.npv_headline_musd,
        "last_in_co2_musd": _co2(books, last),
        "last_in_break_even_capex_musd": everybody.break_even_capex_musd,
        "without_sooner_musd": _npv(sooner),
        "waiting_musd": _npv(beside) - _npv(sooner),
    }


def _run(books: Books, projects: Sequence[str]) -> str:
    """Return the run of these projects; every plan holds those that its packages call for."""
    run = run_of(books.plan.members, projects)
    if run is None:
        raise AssertionError(f"no run of {', '.join(projects)}")
    return run


def _worth(
    books: Books,
    scenario: str,
    projects: Sequence[str],
    having: str,
    lacking: str,
    shared: tuple[int, int] | None = None,
) -> Appraisal:
    """Return the worth of projects on their own timeline, or from and to the `shared` years.

    Until the shared opening they bring nothing, as the package is not open; they are kept and
    renewed to its end.
    """
    plans = [books.plans[project] for project in projects]
    rules = books.options.rules
    if shared is not None:
        opening = max(plan.opening_year for plan in plans)
        rules = replace(
            rules,
            horizon_years=shared[1] - opening + 1,
            ramp_up=(*((0.0,) * (shared[0] - opening)), *rules.ramp_up),
        )
    years = [
        year
        for year in books.plan.years
        if all(year in books.plan.years_of_run(scenario, run) for run in (having, lacking))
    ]
    return books.compare(scenario, " + ".join(projects), plans, (having, lacking), years, rules)


def _alone(books: Books, scenario: str, part: str) -> float | None:
    if part not in books.plan.runs_valued(scenario):
        return None
    return _npv(_worth(books, scenario, (part,), part, REFERENCE))


def _npv(value: Appraisal) -> float:
    return value.indicators["all"].npv_headline_musd


def _co2(books: Books, value: Appraisal) -> float:
    """Return the present value of what less carbon dioxide is worth to everybody."""
    rows = value.ledger.rows.filter(pl.col("kind") == CO2_KIND)
    factor = discount_factors(
        books.options.headline_rate, rows["year"].to_numpy() - books.options.discount_year
    )
    sign = pl.col("payer").is_in(NOT_PARTIES).cast(pl.Float64) - pl.col("receiver").is_in(
        NOT_PARTIES
    ).cast(pl.Float64)
    return float(rows.select(pl.col("amount_musd") * sign).to_series().to_numpy() @ factor)
