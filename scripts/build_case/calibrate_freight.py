"""Set route constants so that the base year's model meets the observed split by route.

    python scripts/build_case/calibrate_freight.py --figures DIR --case CASE

For every class of cargo (commodity and form) each main route that it can use gets a constant;
that of the route with most cargo is zero. From those in the case, constants move by log(modelled / observed) over the
class's logit scale until shares agree. A route on which nothing was observed is held at a small
share of the class, so that it stays a way out when the others get dearer.

Suez was closed to boxes in the base year. Its constants are those of the Cape plus one shift, set
so that the base year with Suez instead of the Cape gives the northern route what it carried in 2023, the last
year with Suez open, relative to 2024.

The sea crossing has the delay of its simulation, with one set of curves for all rounds.
"""

import argparse
import math
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import polars as pl
from freight_demand import read_flows
from freight_files import ASSUMPTION, read_rows, write_table

from transcaspian.case.read import read_case
from transcaspian.case.tables import Case, YearView
from transcaspian.freight.corridor import FreightResult
from transcaspian.freight.frames import freight_tables
from transcaspian.freight.paths import Catalogue
from transcaspian.study.crossing_room import CrossingRoom

BASE_YEAR = 2024
UNSEEN_SHARE = 0.002  # of a class, on a route without observed cargo
LARGEST_STEP = 4.0  # in units of logit
MAX_ROUNDS = 80
TOLERANCE = 2e-3  # relative error of a route's tonnes
NO_ROUTE = "none"
SUEZ, CAPE, NORTH = "ocean_suez", "ocean_cape", "north"
SUEZ_YEAR = 2023
SHIFT_RANGE_USD_PER_T = (-200.0, 600.0)
SHIFT_TOLERANCE = 1e-3
Key = tuple[str, str, str]  # route, form, commodity


def calibrate(figures: Path, case_dir: Path) -> None:
    """Write freight/route_constants of the case."""
    case = read_case(case_dir)
    scale = dict(
        case.tables["freight/commodities"].select("commodity", "logit_scale_per_usd").iter_rows()
    )
    constants: dict[Key, float] = defaultdict(float)
    for row in case.tables["freight/route_constants"].iter_rows(named=True):
        if row["form"] != "*" and row["route"] != SUEZ:
            constants[row["route"], row["form"], row["commodity"]] = row["usd_per_t"]
    crossings = CrossingRoom()
    result, modelled = _assign(case, constants, None, crossings)
    targets = _targets(figures, modelled)
    worst = math.inf
    for rounds in range(1, MAX_ROUNDS + 1):
        aims = _scaled(targets, modelled)
        worst = max(abs(modelled.get(key, 0.0) / aim - 1) for key, aim in aims.items())
        print(f"round {rounds}: worst error {worst:.4g}, gap {result.relative_gap:.2g}")  # noqa: T201
        if worst < TOLERANCE:
            break
        for key, aim in aims.items():
            step = math.log(max(modelled.get(key, 0.0), 1e-6) / aim)
            constants[key] += max(-LARGEST_STEP, min(LARGEST_STEP, step)) / scale[key[2]]
        _anchor(constants, targets)
        result, modelled = _assign(case, constants, result.catalogue, crossings)
    shift = _find_suez_shift(case, constants, modelled, _north_ratio(figures), crossings)
    _write(case_dir, constants, targets, modelled, figures, shift)


def _north_ratio(figures: Path) -> float:
    """Return the northern route's boxes of the last year with Suez open over the base year's."""
    teu = {
        int(row["year"]): float(row["value"])
        for row in read_rows(figures / "flows.csv")
        if row["series_id"] == "NORTH_TEU" and row["preferred"] == "1" and row["period"] == "year"
    }
    return teu[SUEZ_YEAR] / teu[BASE_YEAR]


def _find_suez_shift(
    case: Case,
    constants: dict[Key, float],
    closed: dict[Key, float],
    ratio: float,
    crossings: CrossingRoom,
) -> float:
    """Return the shift of Suez against the Cape [USD/t] at which the north keeps `ratio`."""

    def north(flows: dict[Key, float]) -> float:
        return sum(
            tonnes for key, tonnes in flows.items() if key[0] == NORTH and key[1] == "container"
        )

    low, high = SHIFT_RANGE_USD_PER_T
    catalogue = None
    while True:
        shift = (low + high) / 2
        trial = dict(constants)
        trial |= {
            (SUEZ, *key[1:]): value + shift for key, value in constants.items() if key[0] == CAPE
        }
        result, flows = _assign(case, trial, catalogue, crossings, with_suez=True)
        catalogue = result.catalogue
        found = north(flows) / north(closed)
        print(f"Suez shift {shift:.1f} USD/t: north at {found:.3f}, wanted {ratio:.3f}")  # noqa: T201
        if abs(found - ratio) < SHIFT_TOLERANCE or high - low < SHIFT_TOLERANCE:
            return shift
        low, high = (shift, high) if found < ratio else (low, shift)


def _assign(
    case: Case,
    constants: dict[Key, float],
    catalogue: Catalogue | None,
    crossings: CrossingRoom,
    with_suez: bool = False,
) -> tuple[FreightResult, dict[Key, float]]:
    view = with_constants(case.at(BASE_YEAR), constants)
    if with_suez:
        links = view.tables["freight/links"]
        routes = pl.col("route").fill_null("")
        links = links.with_columns(
            is_open=(pl.col("is_open") | (routes == SUEZ)) & (routes != CAPE)
        )
        view = replace(view, tables=MappingProxyType({**view.tables, "freight/links": links}))
    result = crossings.assign(view, catalogue).freight
    routes = (
        freight_tables(result)["freight_routes"]
        .group_by("route", "form", "commodity")
        .agg(pl.sum("tonnes"))
    )
    return result, {(row[0], row[1], row[2]): row[3] for row in routes.iter_rows()}


def with_constants(view: YearView, constants: dict[Key, float]) -> YearView:
    """Return the view with these route constants alone."""
    frame = pl.DataFrame(
        [(*key, value) for key, value in constants.items()],
        schema={
            "route": pl.String,
            "form": pl.String,
            "commodity": pl.String,
            "usd_per_t": pl.Float64,
        },
        orient="row",
    )
    return replace(view, tables=MappingProxyType({**view.tables, "freight/route_constants": frame}))


def _targets(figures: Path, modelled: dict[Key, float]) -> dict[Key, float]:
    """Return tonnes by route and class: observed, or a small share where the route is open."""
    observed: dict[Key, float] = defaultdict(float)
    for flow in read_flows(figures):
        observed[flow.route, flow.form, flow.commodity] += flow.tonnes
    for key in [key for key in observed if key[0] == NO_ROUTE]:
        del observed[key]
    total: dict[tuple[str, str], float] = defaultdict(float)
    for (_, form, commodity), tonnes in observed.items():
        total[form, commodity] += tonnes
    reachable = {key for key in modelled if key[0] != NO_ROUTE and key[1:] in total}
    unseen = {key: UNSEEN_SHARE * total[key[1:]] for key in sorted(reachable - set(observed))}
    left: dict[tuple[str, str], float] = defaultdict(float)
    for key, tonnes in unseen.items():
        left[key[1:]] += tonnes
    kept = {
        key: tonnes * (1 - left[key[1:]] / total[key[1:]])
        for key, tonnes in sorted(observed.items())
    }
    return {**kept, **unseen}


def _scaled(targets: dict[Key, float], modelled: dict[Key, float]) -> dict[Key, float]:
    """Return targets that add up to what each class carries on main routes in the model.

    Cargo that can do without a main route may still take one, so the sums differ a little.
    """
    wanted: dict[tuple[str, str], float] = defaultdict(float)
    carried: dict[tuple[str, str], float] = defaultdict(float)
    for key, tonnes in targets.items():
        wanted[key[1:]] += tonnes
        carried[key[1:]] += modelled.get(key, 0.0)
    return {key: tonnes * carried[key[1:]] / wanted[key[1:]] for key, tonnes in targets.items()}


def _anchor(constants: dict[Key, float], targets: dict[Key, float]) -> None:
    """Shift the constants of each class so that its largest route has zero."""
    largest: dict[tuple[str, str], Key] = {}
    for key, tonnes in targets.items():
        if key[1:] not in largest or tonnes > targets[largest[key[1:]]]:
            largest[key[1:]] = key
    base = {cargo: constants[key] for cargo, key in largest.items()}
    for key in constants:
        constants[key] -= base[key[1:]]


def _write(
    case_dir: Path,
    constants: dict[Key, float],
    targets: dict[Key, float],
    modelled: dict[Key, float],
    figures: Path,
    shift: float,
) -> None:
    observed = {(flow.route, flow.form, flow.commodity) for flow in read_flows(figures)}
    rows = []
    for key in sorted(targets):
        is_seen = key in observed
        error = modelled.get(key, 0.0) / targets[key] - 1
        note = f"Aim {targets[key] / 1000:.1f} kt in {BASE_YEAR}, error {100 * error:.1f} %"
        rows.append(
            _row(
                key,
                constants[key],
                "derived" if is_seen else "assumed",
                note
                if is_seen
                else f"Not observed: held at {100 * UNSEEN_SHARE:.1f} % of the class",
            )
        )
        if key[0] == CAPE:
            remark = f"As {CAPE} and {shift:.1f}: north then carries what it did in {SUEZ_YEAR}"
            rows.append(_row((SUEZ, *key[1:]), constants[key] + shift, "derived", remark))
    rows.sort(key=lambda row: (str(row["route"]), str(row["form"]), str(row["commodity"])))
    write_table(case_dir, "freight/route_constants", list(rows[0]), rows)


def _row(key: Key, value: float, confidence: str, note: str) -> dict[str, object]:
    return {
        "route": key[0], "form": key[1], "commodity": key[2], "usd_per_t": round(value, 2),
        "source": ASSUMPTION, "confidence": confidence, "note": note,
    }  # fmt: skip


def main() -> None:
    """Read the command line and calibrate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--figures", type=Path, required=True, help="folder of collected figures")
    parser.add_argument("--case", type=Path, required=True, help="case folder to calibrate")
    options = parser.parse_args()
    calibrate(options.figures, options.case)


if __name__ == "__main__":
    main()
