"""Where vessels were and how long the queues stood: the data of a time-space diagram."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from transcaspian.case.tables import YearView
from transcaspian.crossing.check import check_crossing
from transcaspian.crossing.engine import run_kernel
from transcaspian.crossing.measure import BUDGET, pair_name
from transcaspian.crossing.model import HOURS_PER_YEAR, Event
from transcaspian.crossing.programs import Options, build_model
from transcaspian.crossing.statistics import gather_facts, queue_curve, yard_curve
from transcaspian.crossing.tables import read_crossing
from transcaspian.units import HOURS_PER_DAY

__all__ = ["TimeSpace", "draw_time_space"]


@dataclass(frozen=True, slots=True)
class TimeSpace:
    """A stretch of one replication; times are hours since 1 January.

    `vessels` has a row a mark (vessel, service, time_h, event, port, units aboard), `queues` a row
    an hour and queue (name, kind, time_h, waiting), `closures` a row a closed spell (weather,
    begin_h, end_h).
    """

    vessels: pl.DataFrame
    queues: pl.DataFrame
    closures: pl.DataFrame


def draw_time_space(
    view: YearView,
    options: Options | None = None,
    *,
    from_day: int = 0,
    days: int = 31,
    seed: int = 0,
    replication: int = 0,
) -> TimeSpace:
    """Return vessels, queues and closures of some days of a replication, by default of January."""
    chosen = options or Options()
    crossing = check_crossing(read_crossing(view, sea_level_path=chosen.sea_level_path))
    model, places = build_model(crossing, chosen)
    facts = gather_facts(run_kernel(model, chosen.until_h, seed, replication))
    begin = chosen.warm_up_h + from_day * HOURS_PER_DAY
    end = min(begin + days * HOURS_PER_DAY, chosen.warm_up_h + HOURS_PER_YEAR)

    ports = {number: port for port, number in places.ports.items()}
    service_of = {vessel: name for name, all_ in places.vessels.items() for vessel in all_}
    rows = np.sort(np.concatenate([facts.rows_of(event) for event in BUDGET]))
    marks = facts.take(rows)
    marks = marks[(marks["time_h"] >= begin) & (marks["time_h"] < end)]
    vessels = pl.DataFrame(
        {
            "vessel": [model.vessel_names[number] for number in marks["entity"]],
            "service": [service_of[int(number)] for number in marks["entity"]],
            "time_h": marks["time_h"] - chosen.warm_up_h,
            "event": [Event(number).name.lower() for number in marks["event"]],
            "port": [ports.get(int(number)) for number in marks["place"]],
            "units_aboard": marks["amount"],
        },
        schema_overrides={"port": pl.String, "vessel": pl.String, "service": pl.String},
    )
    hours = np.arange(begin, end)
    queues = [
        _queue_rows(pair_name(pair), "cargo", yard_curve(facts, store).at(hours), hours)
        for pair, store in places.stores.items()
    ] + [
        _queue_rows(
            model.resource_names[number], "vessels", queue_curve(facts, number).at(hours), hours
        )
        for number in places.berths.values()
    ]
    return TimeSpace(
        vessels,
        pl.concat(queues).with_columns(pl.col("time_h") - chosen.warm_up_h),
        _closed_spells(facts.of(Event.CLOSE), facts.of(Event.OPEN), model.weather_names, begin, end)
        .with_columns(pl.col("begin_h", "end_h") - chosen.warm_up_h),
    )  # fmt: skip


def _queue_rows(name: str, kind: str, waiting: np.ndarray, hours: np.ndarray) -> pl.DataFrame:
    return pl.DataFrame({"time_h": hours, "waiting": waiting}).select(
        pl.lit(name).alias("name"), pl.lit(kind).alias("kind"), "time_h", "waiting"
    )


def _closed_spells(
    closes: np.ndarray, opens: np.ndarray, names: tuple[str, ...], begin: float, end: float
) -> pl.DataFrame:
    spells = []
    for weather, name in enumerate(names):
        starts = closes["time_h"][closes["place"] == weather]
        ends = opens["time_h"][opens["place"] == weather]
        ends = np.append(ends, end)[: starts.size]
        inside = (ends > begin) & (starts < end)
        spells += [
            {"weather": name, "begin_h": max(low, begin), "end_h": min(high, end)}
            for low, high in zip(starts[inside], ends[inside], strict=True)
        ]
    schema = {"weather": pl.String, "begin_h": pl.Float64, "end_h": pl.Float64}
    return pl.DataFrame(spells, schema=schema)
