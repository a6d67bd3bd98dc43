"""The optimum of a general network as tables: prices, dispatch, capacity, losses of cables."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transcaspian.errors import InputError, Problem
from transcaspian.power.grid import Capacity, Grid
from transcaspian.power.losses import LossResult
from transcaspian.power.optimise import GridResult
from transcaspian.swap import scratch_folder

__all__ = ["FORMATS", "check_target", "grid_tables", "write_tables"]

FloatArray = NDArray[np.float64]

FORMATS = ("csv", "parquet")
# Block of columns -> component and quantity, and its unit.
DISPATCH = {
    "generator_p": ("generator", "p_mw"),
    "storage_dispatch": ("storage_unit", "dispatch_mw"),
    "storage_store": ("storage_unit", "store_mw"),
    "storage_level": ("storage_unit", "level_mwh"),
    "storage_spill": ("storage_unit", "spill_mw"),
    "store_p": ("store", "p_mw"),
    "store_level": ("store", "level_mwh"),
    "link_p": ("link", "p0_mw"),
    "branch_s": ("branch", "p0_mw"),
}
PRICE_SCHEMA = {"snapshot": pl.Int64(), "bus": pl.String(), "price_per_mwh": pl.Float64()}
DISPATCH_SCHEMA = {
    "snapshot": pl.Int64(),
    "component": pl.String(),
    "name": pl.String(),
    "quantity": pl.String(),
    "value": pl.Float64(),
}
CAPACITY_SCHEMA = {
    "component": pl.String(),
    "name": pl.String(),
    "unit": pl.String(),
    "is_extendable": pl.Boolean(),
    "given": pl.Float64(),
    "optimal": pl.Float64(),
    "cost_per_unit": pl.Float64(),
}


def grid_tables(
    grid: Grid, result: GridResult, losses: LossResult | None = None
) -> dict[str, pl.DataFrame]:
    """Return prices, dispatch and capacity of an optimum, and losses where links have them.

    Snapshots are counted from 0 in the order of the source. Power of links and branches is
    positive from bus0, of generators before their sign. `given` is the capacity of the source,
    `optimal` what is there at the optimum (an unlimited one is infinite).
    """
    tables = {
        "prices": _long(PRICE_SCHEMA, [("", "", grid.buses, result.price)]),
        "dispatch": _long(
            DISPATCH_SCHEMA,
            [
                (component, quantity, result.labels[block], result.columns[block])
                for block, (component, quantity) in DISPATCH.items()
                if block in result.columns
            ],
        ),
        "capacity": _capacity(grid, result),
    }
    if losses is not None:
        sent = _long(PRICE_SCHEMA, [("", "", losses.links, losses.sent)])
        lost = _long(PRICE_SCHEMA, [("", "", losses.links, losses.loss)])
        tables["losses"] = pl.DataFrame(
            {
                "snapshot": sent["snapshot"],
                "link": sent["bus"],
                "sent_mw": sent["price_per_mwh"],
                "loss_mw": lost["price_per_mwh"],
            }
        )
    return tables


def _long(
    schema: Mapping[str, pl.DataType], parts: Sequence[tuple[str, str, Sequence[str], FloatArray]]
) -> pl.DataFrame:
    """Return one row for each snapshot and name, of values [n_snapshot, n] by component."""
    frames = []
    for component, quantity, names, values in parts:
        n_step, n_item = values.shape
        columns = {
            "snapshot": np.repeat(np.arange(n_step), n_item),
            "component": [component] * values.size,
            "name": list(names) * n_step,
            "quantity": [quantity] * values.size,
            "value": values.ravel(),
        }
        if len(schema) == len(PRICE_SCHEMA):
            columns = dict(
                zip(
                    schema,
                    (columns["snapshot"], columns["name"], columns["value"]),
                    strict=True,
                )
            )
        frames.append(pl.DataFrame(columns, schema=schema))
    return pl.concat(frames) if frames else pl.DataFrame(schema=schema)


def _capacity(grid: Grid, result: GridResult) -> pl.DataFrame:
    """Return the capacity of every component, given and optimal."""
    parts: tuple[tuple[str, str, str, tuple[str, ...], Capacity], ...] = (
        ("generator", "MW", "generator_p_nom", grid.generators.names, grid.generators.capacity),
        (
            *("storage_unit", "MW", "storage_unit_p_nom"),
            grid.storage_units.names,
            grid.storage_units.capacity,
        ),
        ("store", "MWh", "store_e_nom", grid.stores.names, grid.stores.capacity),
        ("link", "MW", "link_p_nom", grid.links.names, grid.links.capacity),
        ("branch", "MVA", "branch_s_nom", grid.branches.names, grid.branches.capacity),
    )
    frames = []
    for component, unit, block, names, capacity in parts:
        optimal = capacity.nominal.copy()
        if block in result.columns:
            optimal[capacity.is_extendable] = result.columns[block][0]
        columns = (
            [component] * len(names),
            list(names),
            [unit] * len(names),
            capacity.is_extendable,
            capacity.nominal,
            optimal,
            capacity.cost,
        )
        frames.append(
            pl.DataFrame(dict(zip(CAPACITY_SCHEMA, columns, strict=True)), schema=CAPACITY_SCHEMA)
        )
    return pl.concat(frames)


def check_target(folder: Path) -> None:
    """Raise InputError where tables cannot be written: it is a file, or holds anything already."""
    message = ""
    if folder.exists() and not folder.is_dir():
        message = "it is a file."
    elif folder.is_dir() and any(folder.iterdir()):
        message = "it is not empty."
    elif not folder.absolute().parent.is_dir():
        message = "the folder above it is not there."
    if message:
        problem = Problem(str(folder), 0, "", message, "Name a new or empty folder.")
        raise InputError("The tables cannot be written.", [problem])


def write_tables(tables: Mapping[str, pl.DataFrame], folder: Path, kind: str = "csv") -> None:
    """Write every table as a file of its name, all of them or none.

    kind: one of `FORMATS`. Raises InputError where the folder cannot be made or filled.
    """
    check_target(folder)
    place = folder.absolute()
    try:
        with scratch_folder(place.parent) as scratch:
            fresh = scratch / "tables"
            fresh.mkdir()
            for name, table in tables.items():
                if kind == "parquet":
                    table.write_parquet(fresh / f"{name}.parquet")
                else:
                    table.write_csv(fresh / f"{name}.csv")
            if place.is_dir():
                place.rmdir()
            fresh.rename(place)
    except OSError as error:
        problem = Problem(str(folder), 0, "", f"{error.strerror}.", "Name another folder.")
        raise InputError("The tables cannot be written.", [problem]) from error
