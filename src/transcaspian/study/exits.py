"""Cargo by exit, and what a project moves from one exit to another."""

import polars as pl

from transcaspian.case.tables import REFERENCE

__all__ = ["NEW", "exit_shifts"]

NEW = "none"  # cargo that passed no exit before, or passes none now
PER_RUN = ("scenario", "year", "run")
SMALLEST_T = 1.0


def exit_shifts(exits: pl.DataFrame) -> pl.DataFrame:
    """Return tonnes by the exit left and the exit taken, of every run against the reference.

    exits: `freight_exit_year`. What a flow loses at some exits goes to those where it gains, in
    proportion to the gains; what is left over came from, or goes to, ways without an exit (`none`).
    """
    keys = ["scenario", "year", "demand", "exit"]
    before = exits.filter(pl.col("run") == REFERENCE).select(*keys, before="tonnes")
    flows = exits.select("scenario", "year", "demand").unique(maintain_order=True)
    runs = (
        exits.filter(pl.col("run") != REFERENCE)
        .select("scenario", "year", "run")
        .unique(maintain_order=True)
    )
    after = exits.filter(pl.col("run") != REFERENCE).select(*keys, "run", after="tonnes")
    every = (
        runs.join(before, on=["scenario", "year"])
        .join(after, on=[*keys, "run"], how="full", coalesce=True, maintain_order="left_right")
        .with_columns(change=pl.col("after").fill_null(0.0) - pl.col("before").fill_null(0.0))
        .join(flows, on=["scenario", "year", "demand"], how="semi")
        .select(*PER_RUN, "demand", "exit", "change")
    )
    rest = every.group_by(*PER_RUN, "demand", maintain_order=True).agg(
        pl.lit(NEW).alias("exit"), change=-pl.col("change").sum()
    )
    every = pl.concat([every, rest.select(every.columns)])
    of_flow = [*PER_RUN, "demand"]
    lost = every.filter(pl.col("change") < 0.0).select(
        *of_flow, from_exit="exit", lost=-pl.col("change")
    )
    gained = every.filter(pl.col("change") > 0.0).with_columns(
        share=pl.col("change") / pl.col("change").sum().over(of_flow)
    )
    return (
        lost.join(gained.select(*of_flow, "share", to_exit="exit"), on=of_flow)
        .group_by(*PER_RUN, "from_exit", "to_exit", maintain_order=True)
        .agg(tonnes=(pl.col("lost") * pl.col("share")).sum())
        .filter(pl.col("tonnes") >= SMALLEST_T)
        .select("scenario", "run", "year", "from_exit", "to_exit", "tonnes")
        .sort("scenario", "year", "run", "from_exit", "to_exit")
    )
