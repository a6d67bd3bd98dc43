"""The crossing of past years against published counts, with the error of each.

Traffic, fleet and closed shares are inputs; the number of calls, what each line's ships carry and
the hours at the quay come out. Nothing is fitted by an algorithm, but some assumptions (rules of
sailing, split of the fleet) were chosen with these errors in sight.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import polars as pl

from transcaspian.case.tables import YearView
from transcaspian.crossing.model import HOURS_PER_YEAR, FloatArray
from transcaspian.crossing.programs import Options
from transcaspian.crossing.replicate import Simulation, half_width, simulate
from transcaspian.errors import NotFoundError

__all__ = ["QUANTITIES", "SPELLS_H", "compare_with_published"]

SPELLS_H = (12.0, 48.0, 168.0)  # nobody publishes the length of spells: shortest, middle, longest


def _calls(port: str) -> Callable[[Simulation], FloatArray]:
    def of(simulation: Simulation) -> FloatArray:
        keys = [key for key in simulation.keys if key[2] == f"calls {port}"]
        return _total(simulation, keys)

    return of


def _units(port: str, cargo: str) -> Callable[[Simulation], FloatArray]:
    def of(simulation: Simulation) -> FloatArray:
        keys = [
            key
            for key in simulation.keys
            if key[0] == "pair" and key[2] == "sailed" and key[1].startswith(f"{cargo} ")
        ]
        return _total(simulation, [key for key in keys if port in key[1].split()[1].split("-")])

    return of


def _carried(service: str, cargo: str) -> Callable[[Simulation], FloatArray]:
    return lambda simulation: _total(simulation, [("service", service, f"sailed {cargo}")])


def _handling(port: str, cargo: str) -> Callable[[Simulation], FloatArray]:
    def of(simulation: Simulation) -> FloatArray:
        services = [
            name
            for group, name, statistic in simulation.keys
            if group == "service" and statistic == f"handling_h {port}"
            and simulation.mean("service", name, f"sailed {cargo}") > 0.0
        ]  # fmt: skip
        calls = [simulation.of("service", name, f"calls {port}") for name in services]
        hours = [simulation.of("service", name, f"handling_h {port}") for name in services]
        return np.asarray(np.average(hours, axis=0, weights=calls), dtype=np.float64)

    return of


def _total(simulation: Simulation, keys: list[tuple[str, str, str]]) -> FloatArray:
    if not keys:
        raise NotFoundError("The crossing has nothing to compare the published figure with.")
    return np.asarray(sum(simulation.of(*key) for key in keys), dtype=np.float64)


QUANTITIES: Mapping[str, Callable[[Simulation], FloatArray]] = {
    "kuryk_calls": _calls("KURYK"),
    "kuryk_wagons": _units("KURYK", "wagon"),
    "kuryk_vehicles": _units("KURYK", "truck"),
    "kmtf_teu": _carried("AKTAU_KMTF", "teu"),
    "alat_handling_h": _handling("ALAT", "teu"),
}


def compare_with_published(
    view: YearView, *, replications: int = 20, seed: int = 0, workers: int = 1
) -> pl.DataFrame:
    """Return one row a published figure of the year and length of spells.

    Columns: quantity, name, year, unit, mean_spell_h, observed, modelled, low, high, error (modelled
    over observed less one). Raises NotFoundError where the year has no published figure.
    """
    observed = view.tables["crossing/observed"].filter(pl.col("year") == view.year)
    if not observed.height:
        raise NotFoundError(f"crossing/observed has no figure of {view.year}.")
    tonnes = dict(view.tables["crossing/cargoes"].select("cargo", "tonnes").iter_rows())
    rows = []
    for spell_h in SPELLS_H:
        for share in observed["year_share"].unique(maintain_order=True):
            options = replace(Options(), mean_spell_h=spell_h, counted_h=share * HOURS_PER_YEAR)
            simulation = simulate(
                view, options, replications=replications, seed=seed, workers=workers
            )
            for row in observed.filter(pl.col("year_share") == share).iter_rows(named=True):
                values = _modelled(row["quantity"], simulation, tonnes)
                mean, half = float(np.mean(values)), half_width(values)
                rows.append(
                    {name: row[name] for name in ("quantity", "name", "year", "unit")}
                    | {
                        "mean_spell_h": spell_h,
                        "observed": row["value"],
                        "modelled": mean,
                        "low": mean - half,
                        "high": mean + half,
                        "error": mean / row["value"] - 1.0,
                    }
                )
    return pl.DataFrame(rows)


def _modelled(quantity: str, simulation: Simulation, tonnes: Mapping[str, float]) -> FloatArray:
    if quantity == "kuryk_t":
        wagons = QUANTITIES["kuryk_wagons"](simulation) * tonnes["wagon"]
        return wagons + QUANTITIES["kuryk_vehicles"](simulation) * tonnes["truck"]
    if quantity not in QUANTITIES:
        known = ", ".join(("kuryk_t", *QUANTITIES))
        raise NotFoundError(f"The crossing does not model {quantity!r}; it models {known}.")
    return QUANTITIES[quantity](simulation)
