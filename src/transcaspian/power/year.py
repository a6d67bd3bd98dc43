"""From the tables of one year of a case to the arrays of a `Network`.

Names and units end here: behind this module everything is position and MW, MWh, USD.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transcaspian.errors import InputError, Problem
from transcaspian.power.calendar import HOURS_PER_YEAR, Calendar
from transcaspian.power.markets import Markets, read_markets
from transcaspian.power.network import (
    EnergyLimits,
    Generators,
    Links,
    Network,
    StorageUnits,
)

__all__ = ["FORWARD", "REVERSE", "TWO_WAY", "Calendar", "PowerYear", "YearTables", "read_year"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

TWO_WAY, FORWARD, REVERSE = range(3)  # what one link column carries
PLANT, UNSERVED, MARKET_SELL, MARKET_BUY = range(4)  # what one generator column is


class YearTables(Protocol):
    """What this room needs of a case in one year."""

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

    def parameter(self, name: str, country: str) -> float:
        """Return a price by country."""
        ...


@dataclass(frozen=True, slots=True)
class PowerYear:
    """The network of a year and what is needed to read its result by name and money.

    Generator columns of the network stand in the order plants, unserved energy, market sales,
    market purchases; a market has a column of each for every step of its ladder.
    """

    year: int
    network: Network
    bus_kind: tuple[str, ...]
    country: tuple[str, ...]  # [n_bus]
    co2_price: FloatArray  # [n_bus], USD/t
    social_cost_of_carbon: FloatArray  # [n_bus], USD/t
    voll: FloatArray  # [n_bus], USD/MWh
    plants: tuple[str, ...]
    plant_bus: IntArray
    plant_carrier: tuple[str, ...]
    plant_fuel: tuple[str | None, ...]  # None without fuel
    plant_is_renewable: NDArray[np.bool_]
    plant_p_nom: FloatArray  # MW
    plant_heat_rate: FloatArray  # MWh of heat a MWh, 0 without fuel
    plant_fuel_price: FloatArray  # USD a MWh of heat, paid
    plant_opportunity_cost: FloatArray  # USD a MWh of heat, given up
    plant_co2: FloatArray  # t a MWh
    plant_variable_om: FloatArray  # USD a MWh
    unserved_bus: IntArray
    storage_carrier: tuple[str, ...]
    links: tuple[str, ...]
    link_bus0: IntArray
    link_bus1: IntArray
    link_loss: FloatArray
    link_p_nom: FloatArray  # [2, n_link], MW, forward and reverse
    link_wheeling: FloatArray  # USD a MWh sent
    link_border_cost: FloatArray  # [2, n_link], USD a MWh arriving
    link_column: IntArray  # [n_link_column] the link of each column of the network
    link_sense: IntArray  # [n_link_column] TWO_WAY, FORWARD or REVERSE
    markets: tuple[str, ...]  # [n_step] the market of each price step, as in `markets.Markets`
    market_bus: IntArray
    market_price: FloatArray  # [n_hour, n_step], USD/MWh
    market_spread: FloatArray  # [n_hour, n_step], USD/MWh
    market_co2: FloatArray  # t a MWh

    @property
    def generator_kind(self) -> IntArray:
        """What each generator column of the network is."""
        n_market = len(self.markets)
        sizes = (len(self.plants), self.unserved_bus.size, n_market, n_market)
        return np.repeat([PLANT, UNSERVED, MARKET_SELL, MARKET_BUY], sizes)


def read_year(view: YearTables, hours: Calendar | int = HOURS_PER_YEAR) -> PowerYear:
    """Return the power network of a year: of all its hours, the first so many, or some days.

    Raises InputError with every profile that is missing or too short.
    """
    calendar = Calendar.first_hours(hours) if isinstance(hours, int) else hours
    check_profiles(view, int(calendar.hours.max()) + 1)
    buses = view.tables["power/buses"]
    position = {bus: index for index, bus in enumerate(buses["bus"])}
    country = tuple(buses["country"])
    co2_price = _parameter(view, "co2_price", country)
    voll = _parameter(view, "voll", country)
    plants = _plants(view, calendar, position, co2_price)
    demand = _demand(view, calendar, position)
    markets = read_markets(view, calendar, position)
    links = _links(view, position)
    unserved_bus = np.flatnonzero(demand.any(axis=0))
    generators = _generators(plants, markets, demand, unserved_bus, voll, tuple(buses["bus"]))
    storage, storage_carrier = _storage_units(view, position)
    network = Network(
        buses=tuple(buses["bus"]),
        n_hour=calendar.n_hour,
        demand=demand,
        generators=generators,
        storage_units=storage,
        links=links.columns,
        energy_limits=_monthly_limits(view, calendar, plants.p_nom),
    )
    return PowerYear(
        year=view.year,
        network=network,
        bus_kind=tuple(buses["kind"]),
        country=country,
        co2_price=co2_price,
        social_cost_of_carbon=_parameter(view, "social_cost_of_carbon", country),
        voll=voll,
        plants=plants.names,
        plant_bus=plants.bus,
        plant_carrier=plants.carrier,
        plant_fuel=plants.fuel,
        plant_is_renewable=plants.is_renewable,
        plant_p_nom=plants.p_nom,
        plant_heat_rate=plants.heat_rate,
        plant_fuel_price=plants.fuel_price,
        plant_opportunity_cost=plants.opportunity_cost,
        plant_co2=plants.co2,
        plant_variable_om=plants.variable_om,
        unserved_bus=unserved_bus,
        storage_carrier=storage_carrier,
        links=links.names,
        link_bus0=links.bus0,
        link_bus1=links.bus1,
        link_loss=links.loss,
        link_p_nom=links.p_nom,
        link_wheeling=links.wheeling,
        link_border_cost=links.border_cost,
        link_column=links.column,
        link_sense=links.sense,
        markets=markets.names,
        market_bus=markets.bus,
        market_price=markets.price,
        market_spread=markets.spread,
        market_co2=markets.co2,
    )


def check_profiles(view: YearTables, n_hour: int) -> None:
    """Raise InputError where a table names a profile that is not there or too short."""
    problems = []
    for table, column in (
        ("power/loads", "profile"),
        ("power/generators", "p_max_profile"),
        ("power/generators", "p_min_profile"),
        ("power/markets", "price_profile"),
    ):
        for row, name in enumerate(view.tables[table][column], start=2):
            if name is None:
                continue
            if name not in view.profiles:
                message, cure = f"profile {name!r} is not there.", "Add it to profiles.parquet."
            elif view.profiles[name].size < n_hour:
                message = f"profile {name!r} has {view.profiles[name].size} hours of {n_hour}."
                cure = "Give every hour of the year."
            else:
                continue
            problems.append(Problem(f"{table}.csv", row, column, message, cure))
    if problems:
        raise InputError("Hourly series are missing.", problems)


def _parameter(view: YearTables, name: str, countries: Sequence[str]) -> FloatArray:
    values = {country: view.parameter(name, country) for country in sorted(set(countries))}
    return np.array([values[country] for country in countries])


def _positions(names: pl.Series, position: Mapping[str, int]) -> IntArray:
    return np.array([position[name] for name in names], dtype=np.int64)


def _floats(frame: pl.DataFrame, column: str) -> FloatArray:
    return frame[column].cast(pl.Float64).to_numpy().astype(np.float64)


def _series(view: YearTables, names: pl.Series, calendar: Calendar) -> FloatArray:
    """Return the profiles of the given names side by side, 1 where a name is null."""
    values = np.ones((calendar.n_hour, len(names)))
    for item, name in enumerate(names):
        if name is not None:
            values[:, item] = view.profiles[name][calendar.hours]
    return values


def _demand(view: YearTables, calendar: Calendar, position: Mapping[str, int]) -> FloatArray:
    """Demand [n_hour, n_bus]: yearly energy over 8,760 h times the profile."""
    loads = view.tables["power/loads"]
    values = _series(view, loads["profile"], calendar) * (
        _floats(loads, "energy_mwh") / HOURS_PER_YEAR
    )
    demand = np.zeros((calendar.n_hour, len(position)))
    for load, bus in enumerate(loads["bus"]):
        demand[:, position[bus]] += values[:, load]
    return demand


@dataclass(frozen=True, slots=True)
class _Plants:
    names: tuple[str, ...]
    bus: IntArray
    carrier: tuple[str, ...]
    fuel: tuple[str | None, ...]
    is_renewable: NDArray[np.bool_]
    p_nom: FloatArray
    p_min: FloatArray
    p_max: FloatArray
    heat_rate: FloatArray
    fuel_price: FloatArray
    opportunity_cost: FloatArray
    co2: FloatArray
    variable_om: FloatArray
    marginal_cost: FloatArray


def _plants(
    view: YearTables, calendar: Calendar, position: Mapping[str, int], co2_price: FloatArray
) -> _Plants:
    """Plants with cost and limits by hour.

    marginal_cost = fuel_price / efficiency + variable_om + co2_price * co2 / efficiency
    p_max = p_nom * availability * profile;  p_min = p_min_pu * profile * p_max
    """
    fuels = view.tables["power/fuels"].select(
        "fuel",
        "co2_t_per_mwh_th",
        "price_usd_per_mwh_th",
        "opportunity_cost_usd_per_mwh_th",
    )
    carriers = view.tables["power/carriers"].select("carrier", "is_renewable")
    table = (
        view.tables["power/generators"]
        .join(fuels, on="fuel", how="left", maintain_order="left")
        .join(carriers, on="carrier", how="left", maintain_order="left")
    )
    bus = _positions(table["bus"], position)
    burns = table["fuel"].is_not_null().to_numpy()
    efficiency = _floats(table, "efficiency")
    heat_rate = np.where(burns, 1.0 / efficiency, 0.0)
    fuel_price, opportunity_cost, intensity = (
        np.where(burns, np.nan_to_num(_floats(table, column)), 0.0)
        for column in (
            "price_usd_per_mwh_th",
            "opportunity_cost_usd_per_mwh_th",
            "co2_t_per_mwh_th",
        )
    )
    p_nom = _floats(table, "p_nom_mw")
    available = _floats(table, "availability_pu") * p_nom
    p_max = _series(view, table["p_max_profile"], calendar) * available
    p_min = _series(view, table["p_min_profile"], calendar) * _floats(table, "p_min_pu") * p_max
    variable_om = _floats(table, "variable_om_usd_per_mwh")
    co2 = intensity * heat_rate
    return _Plants(
        names=tuple(table["generator"]),
        bus=bus,
        carrier=tuple(table["carrier"]),
        fuel=tuple(table["fuel"]),
        is_renewable=table["is_renewable"].fill_null(value=False).to_numpy(),
        p_nom=p_nom,
        p_min=p_min,
        p_max=p_max,
        heat_rate=heat_rate,
        fuel_price=fuel_price,
        opportunity_cost=opportunity_cost,
        co2=co2,
        variable_om=variable_om,
        marginal_cost=fuel_price * heat_rate + variable_om + co2_price[bus] * co2,
    )


def _generators(
    plants: _Plants,
    markets: Markets,
    demand: FloatArray,
    unserved_bus: IntArray,
    voll: FloatArray,
    buses: Sequence[str],
) -> Generators:
    """Join plants, unserved energy at VOLL, market sales and market purchases."""
    n_hour = demand.shape[0]
    n_unserved, n_market = unserved_bus.size, len(markets.names)

    def side_by_side(*parts: FloatArray) -> FloatArray:
        return np.hstack([np.broadcast_to(part, (n_hour, part.shape[-1])) for part in parts])

    return Generators(
        names=(
            *plants.names,
            *(f"unserved in {buses[bus]}" for bus in unserved_bus),
            *markets.labels("sold by"),
            *markets.labels("bought by"),
        ),
        bus=np.concatenate([plants.bus, unserved_bus, markets.bus, markets.bus]),
        sign=np.concatenate(
            [np.ones(len(plants.names) + n_unserved + n_market), -np.ones(n_market)]
        ),
        p_min=side_by_side(plants.p_min, np.zeros(n_unserved + 2 * n_market)),
        p_max=side_by_side(
            plants.p_max, demand[:, unserved_bus], markets.max_sell, markets.max_buy
        ),
        marginal_cost=side_by_side(
            plants.marginal_cost,
            voll[unserved_bus],
            markets.price + markets.spread,
            markets.spread - markets.price,
        ),
    )


def _monthly_limits(view: YearTables, calendar: Calendar, p_nom: FloatArray) -> EnergyLimits:
    """Water: energy of a month <= capacity_factor * p_nom * its hours that are modelled."""
    table = view.tables["power/monthly_energy"]
    names = view.tables["power/generators"]["generator"]
    position = {name: index for index, name in enumerate(names)}
    table = table.filter(pl.col("generator").is_in(list(position)))
    generator = _positions(table["generator"], position)
    month = table["month"].to_numpy().astype(np.int64) - 1
    keep = month < len(calendar.month_bounds) - 1
    bounds = np.array(calendar.month_bounds, dtype=np.int64)
    within = np.where(keep, month, 0)
    first, end = bounds[within], bounds[within + 1]
    energy = _floats(table, "capacity_factor") * p_nom[generator] * (end - first)
    labels = [f"{row[0]}, month {row[1]}" for row in table.select("generator", "month").iter_rows()]
    return EnergyLimits(
        names=tuple(label for label, kept in zip(labels, keep, strict=True) if kept),
        generator=generator[keep],
        first_hour=first[keep],
        end_hour=end[keep],
        energy_min=np.full(int(keep.sum()), -np.inf),
        energy_max=energy[keep],
    )


def _storage_units(
    view: YearTables, position: Mapping[str, int]
) -> tuple[StorageUnits, tuple[str, ...]]:
    table = view.tables["power/storage_units"]
    p_nom = _floats(table, "p_nom_mw")
    units = StorageUnits(
        names=tuple(table["storage_unit"]),
        bus=_positions(table["bus"], position),
        p_nom=p_nom,
        energy_max=p_nom * _floats(table, "max_hours"),
        efficiency_store=_floats(table, "efficiency_store"),
        efficiency_dispatch=_floats(table, "efficiency_dispatch"),
        standing_loss=_floats(table, "standing_loss_per_h"),
        marginal_cost=_floats(table, "variable_om_usd_per_mwh"),
    )
    return units, tuple(table["carrier"])


@dataclass(frozen=True, slots=True)
class _LinkTable:
    names: tuple[str, ...]
    bus0: IntArray
    bus1: IntArray
    loss: FloatArray
    p_nom: FloatArray
    wheeling: FloatArray
    border_cost: FloatArray
    column: IntArray
    sense: IntArray
    columns: Links


def _links(view: YearTables, position: Mapping[str, int]) -> _LinkTable:
    """Links as columns: one for each sense, or one for both where flow costs nothing.

    Cost of a MWh sent: wheeling + (1 - loss) * border_cost, as the charge is on what arrives.
    """
    table = view.tables["power/links"]
    bus0, bus1 = _positions(table["bus0"], position), _positions(table["bus1"], position)
    loss = _floats(table, "loss_pu")
    wheeling = _floats(table, "wheeling_usd_per_mwh")
    p_nom = np.stack([_floats(table, "p_nom_mw"), _floats(table, "p_nom_reverse_mw")])
    border_cost = np.stack(
        [
            _floats(table, "border_cost_usd_per_mwh"),
            _floats(table, "border_cost_reverse_usd_per_mwh"),
        ]
    )
    is_free = (loss == 0.0) & (wheeling == 0.0) & (border_cost == 0.0).all(axis=0)
    free, costly = np.flatnonzero(is_free), np.flatnonzero(~is_free)
    column = np.concatenate([free, costly, costly])
    sense = np.repeat([TWO_WAY, FORWARD, REVERSE], [free.size, costly.size, costly.size])
    is_reverse = sense == REVERSE
    arriving = border_cost[is_reverse.astype(np.int64), column]
    names = tuple(table["link"])
    suffix = {TWO_WAY: "", FORWARD: " forward", REVERSE: " reverse"}
    columns = Links(
        names=tuple(
            f"{names[link]}{suffix[int(way)]}" for link, way in zip(column, sense, strict=True)
        ),
        bus0=np.where(is_reverse, bus1[column], bus0[column]),
        bus1=np.where(is_reverse, bus0[column], bus1[column]),
        efficiency=1.0 - loss[column],
        p_min=np.where(sense == TWO_WAY, -p_nom[1, column], 0.0)[None, :],
        p_max=p_nom[is_reverse.astype(np.int64), column][None, :],
        marginal_cost=wheeling[column] + (1.0 - loss[column]) * arriving,
    )
    return _LinkTable(names, bus0, bus1, loss, p_nom, wheeling, border_cost, column, sense, columns)
