"""Set a few route constants so that the base year's model meets published totals.

    python scripts/build_case/calibrate_freight.py --case CASE

`freight_hand/calibration.csv` names the constants (main routes and a form of cargo) and the
published total that each is fitted to. Everything else that is published stays out, and is printed
beside the model with and without the constants. From those in the case a
constant moves by the secant of the logarithm of its total. All rounds have the same curves of the sea crossing.

All rounds choose from the paths that the study uses. Suez was closed to boxes in the base year and has no
constant: what the model loses to it when it opens is printed beside what was published.
"""

import argparse
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

import polars as pl
from freight_files import ASSUMPTION, Row, read_hand, write_table

from transcaspian.case.read import read_case
from transcaspian.case.tables import Case, YearView
from transcaspian.freight.corridor import collect_paths
from transcaspian.freight.frames import freight_tables
from transcaspian.freight.paths import Catalogue
from transcaspian.study.crossing_room import CrossingRoom
from transcaspian.study.freight_room import catalogue_views
from transcaspian.study.validation import gross_tonnes, measure

BASE_YEAR = 2024
SUEZ, CAPE = "ocean_suez", "ocean_cape"
SUEZ_ANSWERS = ("north_china_eu_teu", "titr_teu_laden")
MAX_ROUNDS = 12
MAX_CATALOGUES = 3
TOLERANCE = 0.03  # relative error of a fitted total
FIRST_STEP_USD_PER_T = {"container": 60.0, "bulk": 12.0, "truck": 60.0}
LARGEST_STEP_USD_PER_T = {"container": 300.0, "bulk": 60.0, "truck": 300.0}
Constants = Mapping[tuple[str, str], float]  # route and form → USD/t


@dataclass(slots=True)
class Fit:
    """One constant: where it holds, what it is fitted to, and what was tried."""

    routes: Sequence[str]
    form: str
    aim: Mapping[str, object]
    note: str
    value: float = 0.0
    tried: list[tuple[float, float]] = field(default_factory=list)  # constant, log(model / aim)

    def error(self, totals: Mapping[str, float | None]) -> float:
        """Return the relative error of the fitted total."""
        return float(totals[str(self.aim["quantity"])] or 0.0) / float(str(self.aim["value"])) - 1.0

    def step(self, modelled: float) -> None:
        """Move the constant by the secant of the last two rounds."""
        error = math.log(max(modelled, 1e-9) / float(str(self.aim["value"])))
        self.tried.append((self.value, error))
        slope = -1.0 / FIRST_STEP_USD_PER_T[self.form]
        if len(self.tried) > 1:
            (last, before), (now, after) = self.tried[-2:]
            secant = (after - before) / (now - last) if abs(now - last) > 1e-9 else slope
            slope = min(secant, slope / 3.0)  # dearer is used less, whatever the others did
        most = LARGEST_STEP_USD_PER_T[self.form]
        self.value += max(-most, min(most, -error / slope))


@dataclass(frozen=True, slots=True)
class Model:
    """The base year, its paths and its sea crossing."""

    case: Case
    paths: Catalogue
    crossings: CrossingRoom

    def totals(self, constants: Constants, *, with_suez: bool = False) -> dict[str, float | None]:
        """Return the model's counterpart of every published figure of the base year."""
        view = with_constants(self.case.at(BASE_YEAR), constants)
        if with_suez:
            view = _with_suez(view)
        tables = freight_tables(self.crossings.assign(view, self.paths).freight)
        routes, links = (
            gross_tonnes(self.case, tables[name])
            for name in ("freight_routes", "freight_link_flows")
        )
        return {
            row["quantity"]: measure(row, routes, links)
            for row in _observed(self.case).iter_rows(named=True)
        }


def calibrate(case_dir: Path) -> None:
    """Write freight/route_constants of the case and print the model beside what was published."""
    case = read_case(case_dir)
    crossings = CrossingRoom()
    fits = _fits(case)
    for _ in range(MAX_CATALOGUES):
        # Constants widen the range of paths worth keeping, so the study's catalogue changes with them.
        model = Model(case, collect_paths(catalogue_views(case)), crossings)
        totals = model.totals(_constants(fits))
        if _largest_error(fits, totals) < TOLERANCE:
            break
        totals = _fit(model, fits, totals)
        _write(case_dir, fits, totals)
        case = read_case(case_dir)
    _print(case, model.totals({("none", "*"): 0.0}), totals)
    _print_suez(model, _constants(fits), totals)


def _fit(
    model: "Model", fits: "Sequence[Fit]", totals: Mapping[str, float | None]
) -> Mapping[str, float | None]:
    """Move the constants until every fitted total is met, and return all totals."""
    for rounds in range(1, MAX_ROUNDS + 1):
        _say(
            f"round {rounds}:",
            *(f"{f.aim['quantity']} {f.value:.1f} {f.error(totals):+.3f}" for f in fits),
        )
        if _largest_error(fits, totals) < TOLERANCE / 2:
            break
        for fit in fits:
            fit.step(float(totals[str(fit.aim["quantity"])] or 0.0))
        totals = model.totals(_constants(fits))
    return totals


def _largest_error(fits: "Sequence[Fit]", totals: Mapping[str, float | None]) -> float:
    return max(abs(fit.error(totals)) for fit in fits)


def _say(*words: object) -> None:
    print(*words, flush=True)  # noqa: T201


def _observed(case: Case) -> pl.DataFrame:
    return case.tables["freight/observed"].filter(
        (pl.col("year") == BASE_YEAR) & (pl.col("measure") != "none")
    )


def _fits(case: Case) -> list[Fit]:
    rows = {row["quantity"]: row for row in _observed(case).iter_rows(named=True)}
    constants = case.tables["freight/route_constants"].filter(pl.col("commodity") == "*")
    before = {
        (route, form): value
        for route, form, value in constants.select("route", "form", "usd_per_t").iter_rows()
    }
    found = []
    for pick in read_hand("calibration"):
        aim = rows[pick["quantity"]]
        if not aim["is_fitted"]:
            raise ValueError(f"{pick['quantity']}: freight/observed does not say it is fitted")
        routes = pick["routes"].split(";")
        value = before.get((routes[0], pick["form"]), 0.0)
        found.append(Fit(routes, pick["form"], aim, pick["note"], value))
    return found


def _constants(fits: Sequence[Fit]) -> dict[tuple[str, str], float]:
    return {(route, fit.form): fit.value for fit in fits for route in fit.routes}


def _with_suez(view: YearView) -> YearView:
    links = view.tables["freight/links"]
    routes = pl.col("route").fill_null("")
    links = links.with_columns(is_open=(pl.col("is_open") | (routes == SUEZ)) & (routes != CAPE))
    return replace(view, tables=MappingProxyType({**view.tables, "freight/links": links}))


def _print_suez(model: Model, constants: Constants, closed: Mapping[str, float | None]) -> None:
    """Print what boxes of the base year would have been with Suez open, over what they were."""
    opened = model.totals(constants, with_suez=True)
    for quantity in SUEZ_ANSWERS:
        _say(
            f"{quantity}, Suez open over shut: {float(opened[quantity] or 0.0) / float(closed[quantity] or 1.0):.3f}"
        )


def with_constants(view: YearView, constants: Constants) -> YearView:
    """Return the view with these route constants alone."""
    frame = pl.DataFrame(
        [(route, form, "*", value) for (route, form), value in constants.items()],
        schema={
            "route": pl.String,
            "form": pl.String,
            "commodity": pl.String,
            "usd_per_t": pl.Float64,
        },
        orient="row",
    )
    return replace(view, tables=MappingProxyType({**view.tables, "freight/route_constants": frame}))


def _write(case_dir: Path, fits: Sequence[Fit], totals: Mapping[str, float | None]) -> None:
    rows: list[Row | dict[str, object]] = []
    for fit in fits:
        aim = fit.aim
        error = float(totals[str(aim["quantity"])] or 0.0) / float(str(aim["value"])) - 1
        note = f"Fitted to {aim['quantity']} of {BASE_YEAR}, {aim['value']:g} {aim['unit']}, error {100 * error:.1f} %"
        note = f"{note}; {fit.note}" if fit.note else note
        rows.extend(_row(route, fit.form, fit.value, note) for route in fit.routes)
    rows.sort(key=lambda row: (str(row["route"]), str(row["form"])))
    write_table(case_dir, "freight/route_constants", list(rows[0]), rows)


def _row(route: str, form: str, value: float, note: str) -> dict[str, object]:
    return {
        "route": route, "form": form, "commodity": "*", "usd_per_t": round(value, 2),
        "source": ASSUMPTION, "confidence": "derived", "note": note,
    }  # fmt: skip


def _print(
    case: Case, without: Mapping[str, float | None], totals: Mapping[str, float | None]
) -> None:
    """Print every published figure of the base year beside the model without and with constants."""
    _say(
        "| figure | published | without constants | with | error | |\n| --- | ---: | ---: | ---: | ---: | --- |"
    )
    for row in _observed(case).iter_rows(named=True):
        bare, fitted = without[row["quantity"]], totals[row["quantity"]]
        if bare is None or fitted is None:
            continue
        use = "fitted" if row["is_fitted"] else "held back"
        _say(
            f"| {row['name']}, {row['unit']} | {row['value']:g} | {bare:.4g} | {fitted:.4g} | {100 * (fitted / row['value'] - 1):+.0f} % | {use} |"
        )


def main() -> None:
    """Read the command line and calibrate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", type=Path, required=True, help="case folder to calibrate")
    options = parser.parse_args()
    calibrate(options.case)


if __name__ == "__main__":
    main()
