"""From the tables of one year of a case to the arrays of a `Grid`.

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
from transcaspian.power.grid import (
    Branches,
    Capacity,
    GlobalLimit,
    Grid,
    GridGenerators,
    GridLinks,
    GridStorageUnits,
    GridStores,
    LimitTerm,
)
from transcaspian.power.markets import Markets, read_markets

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
    """The grid of a year and what is needed to read its result by name and money.

    Generators of the grid stand in the order plants, unserved energy, market sales,
    market purchases; a market has one of each for every step of its ladder.
    """

    year: int
    grid: Grid
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
    plant_has_water: NDArray[np.bool_]  # its energy of a month is limited
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
    link_column: IntArray  # [n_link_column] the link of each link of the grid
    link_sense: IntArray  # [n_link_column] TWO_WAY, FORWARD or REVERSE
    markets: tuple[str, ...]  # [n_step] the market of each price step, as in `markets.Markets`
    market_bus: IntArray
    market_price: FloatArray  # [n_hour, n_step], USD/MWh
    market_spread: FloatArray  # [n_hour, n_step], USD/MWh
    market_co2: FloatArray  # t a MWh

    @property
    def generator_kind(self) -> IntArray:
        """What each generator of the grid is."""
        n_market = len(self.markets)
        sizes = (len(self.plants), self.unserved_bus.size, n_market, n_market)
        return np.repeat([PLANT, UNSERVED, MARKET_SELL, MARKET_BUY], sizes)


def read_year(view: YearTables, hours: Calendar | int = HOURS_PER_YEAR) -> PowerYear:
    """Return the power grid of a year: of all its hours, the first so many, or some days.

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
    limits, has_water = _monthly_limits(view, calendar, plants.p_nom)
    hour = np.ones(calendar.n_hour)
    grid = Grid(
        name=str(view.year),
        buses=tuple(buses["bus"]),
        n_snapshot=calendar.n_hour,
        weight_objective=hour,
        weight_stores=hour,
        weight_generators=hour,
        demand=demand,
        generators=generators,
        storage_units=_storage_units(view, position),
        stores=GridStores.none(),
        links=links.columns,
        branches=Branches.none(),
        limits=limits,
    )
    return PowerYear(
        year=view.year,
        grid=grid,
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
        plant_has_water=has_water,
        plant_p_nom=plants.p_nom,
        plant_heat_rate=plants.heat_rate,
        plant_fuel_price=plants.fuel_price,
        plant_opportunity_cost=plants.opportunity_cost,
        plant_co2=plants.co2,
        plant_variable_om=plants.variable_om,
        unserved_bus=unserved_bus,
        storage_carrier=grid.storage_units.carrier,
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
    available: FloatArray
    p_min_pu: FloatArray
    p_max_pu: FloatArray
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

    Availability holds all year, so it goes with the capacity: limits are per unit of what is left.
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
    p_max_pu = _series(view, table["p_max_profile"], calendar)
    p_min_pu = (
        _series(view, table["p_min_profile"], calendar) * _floats(table, "p_min_pu") * p_max_pu
    )
    variable_om = _floats(table, "variable_om_usd_per_mwh")
    co2 = intensity * heat_rate
    return _Plants(
        names=tuple(table["generator"]),
        bus=bus,
        carrier=tuple(table["carrier"]),
        fuel=tuple(table["fuel"]),
        is_renewable=table["is_renewable"].fill_null(value=False).to_numpy(),
        p_nom=p_nom,
        available=available,
        p_min_pu=p_min_pu,
        p_max_pu=p_max_pu,
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
) -> GridGenerators:
    """Join plants, unserved energy at VOLL, market sales and market purchases.

    Unserved energy is per unit of 1 MW, so that its limit is the demand of the hour.
    """
    n_hour = demand.shape[0]
    n_unserved, n_market = unserved_bus.size, len(markets.names)
    n = len(plants.names) + n_unserved + 2 * n_market
    zero, not_given = np.zeros((1, n)), np.full((1, n), np.nan)

    def side_by_side(*parts: FloatArray) -> FloatArray:
        return np.hstack([np.broadcast_to(part, (n_hour, part.shape[-1])) for part in parts])

    nominal = (plants.available, np.ones(n_unserved), markets.max_sell, markets.max_buy)
    return GridGenerators(
        names=(
            *plants.names,
            *(f"unserved in {buses[bus]}" for bus in unserved_bus),
            *markets.labels("sold by"),
            *markets.labels("bought by"),
        ),
        carrier=(*plants.carrier, *("unserved",) * n_unserved, *("trade",) * (2 * n_market)),
        bus=np.concatenate([plants.bus, unserved_bus, markets.bus, markets.bus]),
        sign=np.concatenate([np.ones(n - n_market), -np.ones(n_market)]),
        capacity=Capacity.fixed(np.concatenate(nominal)),
        p_min_pu=side_by_side(plants.p_min_pu, np.zeros(n_unserved + 2 * n_market)),
        p_max_pu=side_by_side(plants.p_max_pu, demand[:, unserved_bus], np.ones(2 * n_market)),
        p_set=not_given,
        marginal_cost=side_by_side(
            plants.marginal_cost,
            voll[unserved_bus],
            markets.price + markets.spread,
            markets.spread - markets.price,
        ),
        marginal_cost_quadratic=zero,
        ramp_limit_up=not_given,
        ramp_limit_down=not_given,
        p_init=not_given[0],
        energy_min=np.full(n, -np.inf),
        energy_max=np.full(n, np.inf),
        efficiency=np.ones((1, n)),
    )


def _monthly_limits(
    view: YearTables, calendar: Calendar, p_nom: FloatArray
) -> tuple[tuple[GlobalLimit, ...], NDArray[np.bool_]]:
    """Water: energy of a month <= capacity_factor * p_nom * its hours that are modelled.

    Also returned: which plants have such a limit.
    """
    table = view.tables["power/monthly_energy"]
    names = view.tables["power/generators"]["generator"]
    position = {name: index for index, name in enumerate(names)}
    table = table.filter(pl.col("generator").is_in(list(position)))
    bounds, hours = calendar.month_bounds, np.arange(calendar.n_hour)
    has_water = np.zeros(len(position), dtype=bool)
    limits = []
    rows = table.select("generator", "month", "capacity_factor").iter_rows()
    for name, month, capacity_factor in rows:
        if month >= len(bounds):
            continue
        first, end = bounds[month - 1], bounds[month]
        plant = np.array([position[name]], dtype=np.int64)
        inside = ((hours >= first) & (hours < end)).astype(np.float64)[:, None]
        energy = float(capacity_factor * p_nom[plant[0]] * (end - first))
        terms = (LimitTerm("generator_p", plant, inside),)
        limits.append(GlobalLimit(f"{name}, month {month}", -np.inf, energy, terms, "energy_limit"))
        has_water[plant] = True
    return tuple(limits), has_water


def _storage_units(view: YearTables, position: Mapping[str, int]) -> GridStorageUnits:
    table = view.tables["power/storage_units"]
    n = table.height
    zero, one, not_given = np.zeros((1, n)), np.ones((1, n)), np.full((1, n), np.nan)
    return GridStorageUnits(
        names=tuple(table["storage_unit"]),
        carrier=tuple(table["carrier"]),
        bus=_positions(table["bus"], position),
        sign=one[0],
        capacity=Capacity.fixed(_floats(table, "p_nom_mw")),
        p_min_pu=-one,
        p_max_pu=one,
        max_hours=_floats(table, "max_hours"),
        efficiency_store=_floats(table, "efficiency_store")[None, :],
        efficiency_dispatch=_floats(table, "efficiency_dispatch")[None, :],
        standing_loss=_floats(table, "standing_loss_per_h")[None, :],
        inflow=zero,
        marginal_cost=_floats(table, "variable_om_usd_per_mwh")[None, :],
        marginal_cost_quadratic=zero,
        marginal_cost_storage=zero,
        spill_cost=zero,
        level_initial=zero[0],
        is_cyclic=np.ones(n, dtype=bool),
        level_set=not_given,
        p_set=not_given,
        dispatch_set=not_given,
        store_set=not_given,
    )


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
    columns: GridLinks


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
    most = p_nom[is_reverse.astype(np.int64), column]
    nominal = np.where(sense == TWO_WAY, np.maximum(most, p_nom[1, column]), most)
    unit = np.where(nominal > 0.0, nominal, 1.0)
    n = column.size
    zero, not_given = np.zeros((1, n)), np.full((1, n), np.nan)
    columns = GridLinks(
        names=tuple(
            f"{names[link]}{suffix[int(way)]}" for link, way in zip(column, sense, strict=True)
        ),
        carrier=("DC",) * n,
        bus0=np.where(is_reverse, bus1[column], bus0[column]),
        capacity=Capacity.fixed(nominal),
        p_min_pu=np.where(sense == TWO_WAY, -p_nom[1, column] / unit, 0.0)[None, :],
        p_max_pu=(most / unit)[None, :],
        p_set=not_given,
        marginal_cost=(wheeling[column] + (1.0 - loss[column]) * arriving)[None, :],
        marginal_cost_quadratic=zero,
        ramp_limit_up=not_given,
        ramp_limit_down=not_given,
        p_init=not_given[0],
        length=zero[0],
        port_link=np.arange(n),
        port_bus=np.where(is_reverse, bus0[column], bus1[column]),
        port_efficiency=(1.0 - loss[column])[None, :],
    )
    return _LinkTable(names, bus0, bus1, loss, p_nom, wheeling, border_cost, column, sense, columns)
