"""Queues that are fuller or narrower in some months than in others.

Shippers choose routes for the year; their cargo moves evenly over the days. A queue's mean delay is
then the mean over the months of the delay at the month's traffic and capacity:

    factor = sum_m w_m (1 + alpha ((v + b (g_m - 1)) / (o_m C)) ** beta)

with w_m the month's share of the year, v the yearly volume with the background b, g_m the
background of the month over the mean month's, o_m the share of the month that is open, C the
capacity.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from transcaspian.errors import InputError, Problem
from transcaspian.freight.arrays import FloatArray, IntArray
from transcaspian.units import DAYS_OF_MONTH

__all__ = ["MONTH_SHARE", "QueueRow", "Seasons", "read_seasons"]

QueueRow = tuple[float, float, bool, float, float]  # capacity, background, in TEU, alpha, beta
MONTH_SHARE = np.array(DAYS_OF_MONTH, dtype=np.float64) / sum(
    DAYS_OF_MONTH
)  # [12] of the year's time


@dataclass(frozen=True, slots=True)
class Seasons:
    """Months of the queues that have any: shares of time open and background."""

    queue: IntArray  # [n_seasonal]
    open_share: FloatArray  # [n_seasonal, 12]
    extra: FloatArray  # [n_seasonal, 12] background of the month less that of the mean month
    capacity: FloatArray  # [n_seasonal]
    alpha: FloatArray  # [n_seasonal]
    beta: FloatArray  # [n_seasonal]

    def load(self, volume: FloatArray) -> FloatArray:
        """Return volume over capacity of every month [n_seasonal, 12] at the yearly volume."""
        month = np.maximum(volume[:, None] + self.extra, 0.0)
        load: FloatArray = month / (self.open_share * self.capacity[:, None])
        return load

    def factor(self, volume: FloatArray) -> FloatArray:
        """Return mean time over free time."""
        power = self.load(volume) ** self.beta[:, None]
        factor: FloatArray = 1.0 + self.alpha * (power * MONTH_SHARE).sum(axis=1)
        return factor

    def slope(self, volume: FloatArray) -> FloatArray:
        """Return the derivative of `factor` by the volume."""
        power = self.load(volume) ** (self.beta[:, None] - 1.0) / self.open_share
        slope: FloatArray = (
            self.alpha * self.beta * (power * MONTH_SHARE).sum(axis=1) / self.capacity
        )
        return slope

    def by_capacity(self, volume: FloatArray) -> FloatArray:
        """Return the derivative of `factor` by the capacity, below zero."""
        power = self.load(volume) ** self.beta[:, None]
        change: FloatArray = (
            -self.alpha * self.beta * (power * MONTH_SHARE).sum(axis=1) / self.capacity
        )
        return change


def read_seasons(
    tables: Mapping[str, pl.DataFrame],
    queues: Mapping[str, QueueRow],
    queues_of: Mapping[str, Sequence[str]],
) -> Seasons | None:
    """Return the months of the queues, None where no table gives any.

    queues: rows by name; queues_of: the queues of each link and terminal. Things without a capacity have no queue and no use for months. Raises
    InputError where two terminals of one queue differ in their months.
    """
    months: dict[str, tuple[str, FloatArray]] = {}
    problems: list[Problem] = []
    for thing in ("link", "terminal"):
        frame = tables.get(f"freight/{thing}_months")
        if frame is None:
            continue
        for (name,), rows in frame.group_by(thing, maintain_order=True):
            table = rows.sort("month").select("open_share", "background_factor").to_numpy()
            for queue in queues_of.get(str(name), ()):
                if queue in months and not np.array_equal(months[queue][1], table):
                    problems.append(
                        Problem(
                            f"freight/{thing}_months.csv",
                            0,
                            thing,
                            f"{name} and {months[queue][0]} share one capacity but differ in their months.",
                            "Give both the same months.",
                        )
                    )
                elif queue in queues:
                    months[queue] = str(name), table
    if problems:
        raise InputError("The months of the freight network cannot be used.", problems)
    if not months:
        return None
    at = {name: position for position, name in enumerate(queues)}
    stacked = np.stack([table for _, table in months.values()])
    rows_of = [queues[name] for name in months]
    background = np.array([row[1] for row in rows_of])
    return Seasons(
        queue=np.array([at[name] for name in months], dtype=np.int64),
        open_share=np.ascontiguousarray(stacked[:, :, 0]),
        extra=background[:, None] * (stacked[:, :, 1] - 1.0),
        capacity=np.array([row[0] for row in rows_of]),
        alpha=np.array([row[3] for row in rows_of]),
        beta=np.array([row[4] for row in rows_of]),
    )
