"""Edge markets as ladders: price-quantity steps for each hour, both ways.

A market has a price of its own in every hour, the middle of its ladder. Step k sells above it and
buys below it, the further the later the step:

    sells at  price * (1 + premium_k) + spread,   up to quantity_k * max_sell
    buys at   price * (1 - premium_k) - spread,   up to quantity_k * max_buy

Both sides stand alike around the price, so the mean of the ladder weighted by quantity is the
price, and the monthly means of the price are those that `power/market_months` gives.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transcaspian.power.calendar import Calendar, month_of_hours
from transcaspian.units import DAYS_OF_MONTH

__all__ = ["MarketTables", "Markets", "read_markets"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

N_MONTH = len(DAYS_OF_MONTH)


class MarketTables(Protocol):
    """What a ladder is read from."""

    @property
    def year(self) -> int:
        """Calendar year."""
        ...

    @property
    def tables(self) -> Mapping[str, pl.DataFrame]:
        """Tables with the columns of the year joined in."""
        ...

    @property
    def profiles(self) -> Mapping[str, FloatArray]:
        """Hourly series."""
        ...


@dataclass(frozen=True, slots=True)
class Markets:
    """The steps of all markets, those of one market side by side.

    A market without rows in `power/market_steps` has one step: all of its depth at its price.
    """

    names: tuple[str, ...]  # [n_step] the market
    steps: IntArray  # [n_step] number of the step within its market, from 1
    bus: IntArray  # [n_step]
    price: FloatArray  # [n_hour, n_step], USD/MWh, the middle of the ladder
    spread: FloatArray  # [n_hour, n_step], USD/MWh, above it for sales and below it for purchases
    co2: FloatArray  # [n_step], t/MWh
    max_sell: FloatArray  # [n_step], MW
    max_buy: FloatArray  # [n_step], MW

    def labels(self, action: str) -> tuple[str, ...]:
        """Return a name for each step, such as 'sold by EXCHANGE, step 2'."""
        return tuple(
            f"{action} {name}, step {step}"
            for name, step in zip(self.names, self.steps, strict=True)
        )


def read_markets(view: MarketTables, calendar: Calendar, position: Mapping[str, int]) -> Markets:
    """Return the ladders of a year's markets; `position` says where each bus stands."""
    table = view.tables["power/markets"]
    of, steps, quantity, premium = _ladder(view, tuple(table["market"]))
    price = market_prices(view, calendar)[:, of]
    spread = _floats(table, "spread_usd_per_mwh")[of] + premium * price
    bus = np.array([position[name] for name in table["bus"]], dtype=np.int64)
    return Markets(
        names=tuple(table["market"][int(market)] for market in of),
        steps=steps,
        bus=bus[of],
        price=price,
        spread=spread,
        co2=_floats(table, "co2_t_per_mwh")[of],
        max_sell=_floats(table, "max_sell_mw")[of] * quantity,
        max_buy=_floats(table, "max_buy_mw")[of] * quantity,
    )


def _floats(frame: pl.DataFrame, column: str) -> FloatArray:
    return frame[column].cast(pl.Float64).to_numpy().astype(np.float64)


def _ladder(
    view: MarketTables, markets: tuple[str, ...]
) -> tuple[IntArray, IntArray, FloatArray, FloatArray]:
    """Return market, number, share of the depth and premium of each step, in order."""
    rows = (
        pl.DataFrame({"market": markets}, schema={"market": pl.String})
        .with_row_index("of")
        .join(view.tables["power/market_steps"], on="market", how="left", maintain_order="left")
        .with_columns(
            pl.col("step").fill_null(1),
            pl.col("quantity_pu").fill_null(1.0),
            pl.col("premium_pu").fill_null(0.0),
        )
        .sort("of", "step", maintain_order=True)
    )
    of, steps = (rows[name].to_numpy().astype(np.int64) for name in ("of", "step"))
    return of, steps, _floats(rows, "quantity_pu"), _floats(rows, "premium_pu")


def market_prices(view: MarketTables, calendar: Calendar) -> FloatArray:
    """Return the price of each market [n_hour, n_market], USD/MWh.

    price = yearly price * profile * factor of the month. The factor bends the profile's month to
    what `power/market_months` gives for the year, and is 1 where it gives nothing.
    """
    table = view.tables["power/markets"]
    profiles = [None if name is None else view.profiles[name] for name in table["price_profile"]]
    shape = np.ones((calendar.n_hour, len(profiles)))
    for market, profile in enumerate(profiles):
        if profile is not None:
            shape[:, market] = profile[calendar.hours]
    factor = _month_factors(view, tuple(table["market"]), profiles)
    month = month_of_hours(calendar.hours)
    return np.asarray(shape * factor[month] * _floats(table, "price_usd_per_mwh"))


def _month_factors(
    view: MarketTables, markets: tuple[str, ...], profiles: list[FloatArray | None]
) -> FloatArray:
    """Return what each month of each profile is multiplied by [12, n_market]."""
    factor = np.ones((N_MONTH, len(markets)))
    rows = view.tables["power/market_months"].filter(
        (pl.col("year") == view.year) & pl.col("market").is_in(list(markets))
    )
    if rows.is_empty():
        return factor
    position = {name: index for index, name in enumerate(markets)}
    market = np.array([position[name] for name in rows["market"]], dtype=np.int64)
    month = rows["month"].to_numpy().astype(np.int64) - 1
    means = np.stack([_month_means(profile) for profile in profiles], axis=1)
    factor[month, market] = _floats(rows, "price_pu") / means[month, market]
    return factor


def _month_means(profile: FloatArray | None) -> FloatArray:
    """Return the mean of each month [12] of an hourly series, 1 where it has no hour or is none."""
    if profile is None:
        return np.ones(N_MONTH)
    month = month_of_hours(np.arange(profile.size, dtype=np.int64))
    hours = np.bincount(month, minlength=N_MONTH)[:N_MONTH]
    totals = np.bincount(month, weights=profile, minlength=N_MONTH)[:N_MONTH]
    return np.divide(totals, hours, out=np.ones(N_MONTH), where=hours > 0)
