"""What feeds each cable: traced through the network, and by the difference of two runs.

Tracing says whose energy flows in the cable; the difference says which plants run more because it is
there, and is what the cable makes of the air. Of a package the difference is against the package
without the cable.
"""

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from transcaspian.case.tables import REFERENCE, Case
from transcaspian.power.origin import MARKET
from transcaspian.study.options import Plan
from transcaspian.study.side_runs import run_of
from transcaspian.study.solved import Key, Solved

__all__ = ["CABLE_ORIGIN_SCHEMA", "cable_links", "cable_origins", "run_without"]

CABLE = "cable"
CABLE_ORIGIN_SCHEMA: dict[str, pl.DataType] = {
    "scenario": pl.String(),
    "run": pl.String(),
    "year": pl.Int64(),
    "link": pl.String(),
    "method": pl.String(),  # traced or difference
    "sense": pl.String(),  # forward, reverse; both for a difference
    "bus": pl.String(),
    "country": pl.String(),
    "carrier": pl.String(),
    "is_renewable": pl.Boolean(),
    "energy_mwh": pl.Float64(),
    "co2_t": pl.Float64(),
}
Room = Mapping[Key, Solved]


def cable_links(case: Case, run: str) -> dict[str, str]:
    """Return the links that the cables of a run open, each with the project that opens it."""
    projects = case.tables["projects/projects"].filter(pl.col("kind") == CABLE)["project"]
    changes = case.tables["projects/changes"].filter(
        (pl.col("table") == "power/links")
        & (pl.col("operation") == "set")
        & pl.col("project").is_in(projects.to_list())
        & pl.col("project").is_in(case.members(run))
    )
    return dict(changes.select("row", "project").iter_rows())


def run_without(plan: Plan, run: str, project: str) -> str | None:
    """Return the run with all projects of `run` but one; the reference where none is left."""
    rest = [member for member in plan.members[run] if member != project]
    return run_of(plan.members, rest) if rest else REFERENCE


def cable_origins(case: Case, plan: Plan, power: Room) -> pl.DataFrame:
    """Return `CABLE_ORIGIN_SCHEMA` of every run with a cable in the first scenario.

    Energy of a difference is output of plants and sales of edge markets less their purchases, with
    the cable less without it; losses, storage and energy not served are not in it.
    """
    scenario = plan.scenarios[0]
    parts = [pl.DataFrame(schema=CABLE_ORIGIN_SCHEMA)]
    for run in plan.runs_in("power"):
        for link, project in cable_links(case, run).items():
            for year in plan.years_of(scenario):
                key = Key(scenario, run, year)
                names = _names(case)
                rows = [_traced(power[key], link)]
                rows += _difference(plan, power, key, project)
                parts += [_complete(frame, names, key, link) for frame in rows]
    return pl.concat(parts)


def _names(case: Case) -> tuple[pl.DataFrame, pl.DataFrame]:
    buses = case.tables["power/buses"].select("bus", "country")
    return buses, case.tables["power/carriers"].select("carrier", "is_renewable")


def _traced(solved: Solved, link: str) -> pl.DataFrame:
    origins = solved.tables["power_link_origin"].filter(pl.col("link") == link)
    return origins.select(
        pl.lit("traced").alias("method"),
        "sense",
        "bus",
        "carrier",
        energy_mwh="sent_mwh",
        co2_t="co2_t",
    )


def _difference(plan: Plan, power: Room, key: Key, project: str) -> Iterator[pl.DataFrame]:
    """Give the change of output against the run without the project, where that was solved."""
    without = run_without(plan, key.run, project)
    if without is None or key.year not in plan.years_of_run(key.scenario, without):
        return
    with_it, rest = (_output(power[Key(key.scenario, run, key.year)]) for run in (key.run, without))
    joined = with_it.join(rest, on=["bus", "carrier"], how="full", coalesce=True, suffix="_rest")
    change = {
        name: pl.col(name).fill_null(0.0) - pl.col(f"{name}_rest").fill_null(0.0)
        for name in ("energy_mwh", "co2_t")
    }
    yield joined.sort("bus", "carrier").select(
        pl.lit("difference").alias("method"),
        pl.lit("both").alias("sense"),
        "bus",
        "carrier",
        **change,
    )


def _output(solved: Solved) -> pl.DataFrame:
    plants = solved.tables["power_carrier_year"].select("bus", "carrier", "energy_mwh", "co2_t")
    markets = solved.tables["power_market_year"].select(
        "bus",
        pl.lit(MARKET).alias("carrier"),
        energy_mwh=pl.col("sold_mwh") - pl.col("bought_mwh"),
        co2_t="co2_t",
    )
    return (
        pl.concat([plants, markets])
        .group_by("bus", "carrier", maintain_order=True)
        .agg(pl.col("energy_mwh").sum(), pl.col("co2_t").sum())
    )


def _complete(
    frame: pl.DataFrame, names: Sequence[pl.DataFrame], key: Key, link: str
) -> pl.DataFrame:
    buses, carriers = names
    return (
        frame.join(buses, on="bus", how="left", maintain_order="left")
        .join(carriers, on="carrier", how="left", maintain_order="left")
        .filter((pl.col("energy_mwh") != 0.0) | (pl.col("co2_t") != 0.0))
        .select(
            pl.lit(key.scenario).alias("scenario"),
            pl.lit(key.run).alias("run"),
            pl.lit(key.year, dtype=pl.Int64).alias("year"),
            pl.lit(link).alias("link"),
            "method",
            "sense",
            "bus",
            "country",
            "carrier",
            pl.col("is_renewable").fill_null(value=False),
            "energy_mwh",
            "co2_t",
        )
    )
