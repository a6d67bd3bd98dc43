"""From the tables of one year of a case to a system of zones that may run short."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transcaspian.errors import InputError
from transcaspian.power.adequacy.system import (
    LINK,
    LINK_WHOLE,
    PLANT,
    WATER,
    AdequacySystem,
    Storage,
    Units,
    Water,
)
from transcaspian.power.adequacy.water import class_factors, plan_release
from transcaspian.power.calendar import HOURS_PER_YEAR, MONTH_START
from transcaspian.power.year import YearTables

__all__ = ["ColdSpell", "has_outage_classes", "read_system"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Profiles = Mapping[str, FloatArray]

CLASSES = 3  # dry, middle and wet years of water
EVERYWHERE = "*"
HYDRO = "hydro"
WIND = "wind"


@dataclass(frozen=True, slots=True)
class ColdSpell:
    """Days of cold without wind, everywhere at once.

    The figures are assumed: a fortnight in January with a tenth more load, half of the wind.
    """

    first_hour: int = 9 * 24
    hours: int = 14 * 24
    load_factor: float = 1.10
    wind_factor: float = 0.5


def has_outage_classes(view: YearTables) -> bool:
    """Whether the case says how plants fail."""
    return view.tables["power/outage_classes"].height > 0


def read_system(
    view: YearTables,
    weather: Sequence[Profiles] = (),
    n_class: int = CLASSES,
    cold: ColdSpell | None = None,
) -> AdequacySystem:
    """Return the system of a year: plants by unit, links by part, water, storage, load by hour.

    weather: profiles of each weather year; by default the case's own. A plant's mean availability
    is that of its table: what forced outages do not explain is held off all year. Edge markets
    stand behind their links with all that they can sell.

    Raises InputError where a carrier of a plant without a profile has no outage class.
    """
    weather = weather or (view.profiles,)
    buses = tuple(view.tables["power/buses"]["bus"])
    position = {bus: index for index, bus in enumerate(buses)}
    plants = _plants(view)
    fixed = plants.filter(pl.col("p_max_profile").is_null())
    spread, basin = _basins(view, buses)
    factors = class_factors(spread, n_class)
    load = np.stack([_load(view, profiles, position, cold) for profiles in weather])
    need = np.empty((len(weather), n_class, HOURS_PER_YEAR, len(buses)))
    for number, profiles in enumerate(weather):
        other, hydro = _weather_output(plants, profiles, position, cold)
        for k in range(n_class):
            need[number, k] = load[number] - other - hydro * factors[k]
    units = _units(view, fixed, buses)
    budget_of_plant = _month_energy(view, fixed, position)
    budget = budget_of_plant[None] * factors[:, None, :]
    cap = np.zeros(len(buses))
    has_water = units.kind == WATER
    np.add.at(cap, units.place[has_water], units.p_nom[has_water])
    plan = np.zeros_like(need)
    for number in range(len(weather)):
        for k in range(n_class):
            plan_release(
                need[number, k], np.ascontiguousarray(budget[k]), cap, MONTH_START, plan[number, k]
            )
    links = _links(view)
    arriving = 1.0 - _floats(links, "loss_pu")
    fails = _fails(view, links)
    return AdequacySystem(
        zones=buses,
        links=tuple(links["link"]),
        link_zone0=_positions(links["bus0"], position),
        link_zone1=_positions(links["bus1"], position),
        forward=np.where(fails, 0.0, _floats(links, "p_nom_mw") * arriving),
        reverse=np.where(fails, 0.0, _floats(links, "p_nom_reverse_mw") * arriving),
        constant=_market_supply(view, position),
        need=need,
        load=load,
        units=units,
        water=Water(
            budget=np.repeat(budget[None], len(weather), axis=0),
            plan=plan,
            month_start=MONTH_START,
            basin=basin,
        ),
        storage=_storage(view, position),
    )


def _floats(frame: pl.DataFrame, column: str) -> FloatArray:
    return frame[column].cast(pl.Float64).to_numpy().astype(np.float64)


def _positions(names: pl.Series, position: Mapping[str, int]) -> IntArray:
    return np.array([position[name] for name in names], dtype=np.int64)


def _plants(view: YearTables) -> pl.DataFrame:
    """Return the plants with capacity, with the group of their carrier and whether water is theirs."""
    groups = view.tables["power/carriers"].select("carrier", "group")
    stored = view.tables["power/monthly_energy"]["generator"].unique()
    return (
        view.tables["power/generators"]
        .join(groups, on="carrier", how="left", maintain_order="left")
        .with_columns(has_water=pl.col("generator").is_in(stored.implode()))
        .filter(pl.col("p_nom_mw") > 0.0)
    )


def _load(
    view: YearTables, profiles: Profiles, position: Mapping[str, int], cold: ColdSpell | None
) -> FloatArray:
    loads = view.tables["power/loads"]
    load = np.zeros((HOURS_PER_YEAR, len(position)))
    for bus, profile, energy in loads.select("bus", "profile", "energy_mwh").iter_rows():
        load[:, position[bus]] += profiles[profile][:HOURS_PER_YEAR] * (energy / HOURS_PER_YEAR)
    if cold is not None:
        load[cold.first_hour : cold.first_hour + cold.hours] *= cold.load_factor
    return load


def _weather_output(
    plants: pl.DataFrame, profiles: Profiles, position: Mapping[str, int], cold: ColdSpell | None
) -> tuple[FloatArray, FloatArray]:
    """Return what the weather gives by zone [n_hour, n_zone]: all but water, and rivers."""
    other = np.zeros((HOURS_PER_YEAR, len(position)))
    hydro = np.zeros_like(other)
    rows = plants.filter(pl.col("p_max_profile").is_not_null()).select(
        "bus", "p_max_profile", "group", "p_nom_mw", "availability_pu"
    )
    for bus, profile, group, p_nom, available in rows.iter_rows():
        output = profiles[profile][:HOURS_PER_YEAR] * (p_nom * available)
        if cold is not None and group == WIND:
            output[cold.first_hour : cold.first_hour + cold.hours] *= cold.wind_factor
        (hydro if group == HYDRO else other)[:, position[bus]] += output
    return other, hydro


def _basins(view: YearTables, buses: Sequence[str]) -> tuple[FloatArray, IntArray]:
    """Return spread of water [n_zone] and number of the basin; zones without a row have neither."""
    rows = {row["bus"]: row for row in view.tables["power/water_years"].iter_rows(named=True)}
    names = sorted({row["basin"] for row in rows.values()})
    number = {name: index + 1 for index, name in enumerate(names)}
    spread = np.array([rows[bus]["spread_pu"] if bus in rows else 0.0 for bus in buses])
    basin = [number[rows[bus]["basin"]] if bus in rows else 0 for bus in buses]
    return spread, np.array(basin, dtype=np.int64)


def _units(view: YearTables, plants: pl.DataFrame, buses: Sequence[str]) -> Units:
    rows: list[tuple[int, int, float, float, float, float, str]] = []
    classes = {
        (row["carrier"], row["bus"]): row
        for row in view.tables["power/outage_classes"].iter_rows(named=True)
    }
    position = {bus: index for index, bus in enumerate(buses)}
    missing: set[str] = set()
    for plant in plants.iter_rows(named=True):
        carrier, bus = plant["carrier"], plant["bus"]
        kind = classes.get((carrier, bus)) or classes.get((carrier, EVERYWHERE))
        if kind is None:
            missing.add(carrier)
            continue
        count = max(round(plant["p_nom_mw"] / kind["unit_mw"]), 1)
        works = kind["mttf_h"] / (kind["mttf_h"] + kind["mttr_h"])
        size = plant["p_nom_mw"] / count * min(plant["availability_pu"] / works, 1.0)
        rows += [
            (
                WATER if plant["has_water"] else PLANT,
                position[bus],
                size,
                0.0,
                kind["mttf_h"],
                kind["mttr_h"],
                f"{plant['generator']} {number}",
            )
            for number in range(count)
        ]
    if missing:
        raise InputError(
            f"power/outage_classes.csv has no row for {', '.join(sorted(missing))}. Add a row with"
            " bus * for each carrier whose plants have no profile."
        )
    rows += _link_parts(view)
    columns = list(zip(*rows, strict=True)) or [()] * 7
    keys = [hashlib.blake2b(name.encode(), digest_size=8).digest() for name in columns[6]]
    return Units(
        kind=np.array(columns[0], dtype=np.int64),
        place=np.array(columns[1], dtype=np.int64),
        p_nom=np.array(columns[2], dtype=np.float64),
        p_nom_reverse=np.array(columns[3], dtype=np.float64),
        mttf_h=np.array(columns[4], dtype=np.float64),
        mttr_h=np.array(columns[5], dtype=np.float64),
        key=np.array([int.from_bytes(key, "little") for key in keys], dtype=np.uint64),
    )


def _link_parts(view: YearTables) -> list[tuple[int, int, float, float, float, float, str]]:
    kinds = {
        row["technology"]: row for row in view.tables["power/link_outages"].iter_rows(named=True)
    }
    rows: list[tuple[int, int, float, float, float, float, str]] = []
    for place, link in enumerate(_links(view).iter_rows(named=True)):
        kind = kinds.get(link["technology"])
        if kind is None:
            continue
        share = (1.0 - link["loss_pu"]) / kind["parts"]
        forward, reverse = share * link["p_nom_mw"], share * link["p_nom_reverse_mw"]
        name = link["link"]
        rows += [
            (LINK, place, forward, reverse, kind["mttf_h"], kind["mttr_h"], f"{name} part {part}")
            for part in range(kind["parts"])
        ]
        whole = (LINK_WHOLE, place, 0.0, 0.0, kind["whole_mttf_h"], kind["whole_mttr_h"])
        rows.append((*whole, f"{name} whole"))
    return rows


def _links(view: YearTables) -> pl.DataFrame:
    """Return the links that carry anything at all."""
    able = (pl.col("p_nom_mw") > 0.0) | (pl.col("p_nom_reverse_mw") > 0.0)
    return view.tables["power/links"].filter(able)


def _fails(view: YearTables, links: pl.DataFrame) -> NDArray[np.bool_]:
    """Return which links are made of parts that fail [n_link]."""
    kinds = view.tables["power/link_outages"]["technology"]
    return links["technology"].is_in(kinds.implode()).to_numpy()


def _month_energy(
    view: YearTables, plants: pl.DataFrame, position: Mapping[str, int]
) -> FloatArray:
    """Return the energy of each month by zone [12, n_zone], MWh."""
    hours = np.diff(MONTH_START)
    energy = np.zeros((hours.size, len(position)))
    rows = view.tables["power/monthly_energy"].join(
        plants.select("generator", "bus", "p_nom_mw"), on="generator", how="inner"
    )
    for bus, month, factor, p_nom in rows.select(
        "bus", "month", "capacity_factor", "p_nom_mw"
    ).iter_rows():
        energy[month - 1, position[bus]] += factor * p_nom * hours[month - 1]
    return energy


def _market_supply(view: YearTables, position: Mapping[str, int]) -> FloatArray:
    supply = np.zeros(len(position))
    markets = view.tables["power/markets"]
    for bus, most in markets.select("bus", "max_sell_mw").iter_rows():
        supply[position[bus]] += most
    return supply


def _storage(view: YearTables, position: Mapping[str, int]) -> Storage:
    table = view.tables["power/storage_units"].filter(pl.col("p_nom_mw") > 0.0)
    p_nom = _floats(table, "p_nom_mw")
    return Storage(
        zone=_positions(table["bus"], position),
        p_nom=p_nom,
        energy=p_nom * _floats(table, "max_hours"),
        efficiency_store=_floats(table, "efficiency_store"),
        efficiency_dispatch=_floats(table, "efficiency_dispatch"),
    )
