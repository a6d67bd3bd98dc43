"""What the models compute for the promises: runs write series beside the observed ones.

A run's figures have the kind `model`, the compiler `MODEL` and the scope `scenario/run`, so they
stand beside what is observed and are never evidence that a promise was kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

import polars as pl

from transcaspian.errors import InputError
from transcaspian.register.read import parse_rows
from transcaspian.register.record import Change, record_tables
from transcaspian.register.store import Store
from transcaspian.register.tables import Register

__all__ = [
    "RUN_INDICATORS",
    "ModelFigure",
    "compare_with_runs",
    "record_run_indicators",
    "run_observations",
]

# Quantity of a run → indicator of the register and its unit. Quantities come in these units.
RUN_INDICATORS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "corridor_mt": ("ind-titr-mt", "Mt"),
        "corridor_teu": ("ind-titr-teu", "TEU"),
        "zangezur_mt": ("ind-zang-cargo", "Mt"),
        "cable_mw": ("ind-model-cable-mw", "MW"),
        "cable_gwh": ("ind-model-cable-gwh", "GWh/yr"),
        "co2_kt": ("ind-model-co2", "kt/yr"),
    }
)
COLUMNS = ("scenario", "run", "year", "quantity", "value")


@dataclass(frozen=True, slots=True)
class ModelFigure:
    """One promise's indicator in one year of one run, beside what was observed."""

    commitment: str
    indicator: str
    scenario: str
    run: str
    year: int
    model: float
    observed: float | None  # of the same year, the promise's first compiler that has it
    target: float | None

    def as_dict(self) -> dict[str, object]:
        """Return it as plain values."""
        return {name: getattr(self, name) for name in self.__slots__}


def run_observations(
    indicators: pl.DataFrame, known_on: date, source: str = "model-run"
) -> pl.DataFrame:
    """Return a run's figures as rows of `observations`.

    Parameters
    ----------
    indicators
        Columns scenario, run, year, quantity (a key of `RUN_INDICATORS`), value.
    known_on
        Day of the run.
    source
        Key of the source that stands for the run.
    """
    missing = [name for name in COLUMNS if name not in indicators.columns]
    if missing:
        raise InputError(f"The run's indicators lack the columns {', '.join(missing)}.")
    unknown = sorted(set(indicators["quantity"]) - set(RUN_INDICATORS))
    if unknown:
        raise InputError(
            f"{unknown[0]!r} is no quantity of a run; there are {', '.join(RUN_INDICATORS)}."
        )
    rows: list[Mapping[str, str]] = []
    for scenario, run, year, quantity, value in indicators.select(COLUMNS).iter_rows():
        indicator, unit = RUN_INDICATORS[quantity]
        rows.append(
            {
                "indicator": indicator,
                "period": str(year),
                "value": repr(float(value)),
                "unit": unit,
                "kind": "model",
                "compiler": "MODEL",
                "scope": f"{scenario}/{run}",
                "known_on": known_on.isoformat(),
                "source": source,
                "confidence": "derived",
            }
        )
    return parse_rows("observations", rows)


def record_run_indicators(
    store: Store,
    indicators: pl.DataFrame,
    author: str,
    known_on: date,
    *,
    run_name: str = "model-run",
) -> Change:
    """Append a run's figures as model series, with a source that names the run; one transaction.

    The same run recorded twice changes nothing.
    """
    source = {
        "key": run_name,
        "title": f"Run {run_name} of the models",
        "publisher": "transcaspian",
        "date": known_on.isoformat(),
        "licence": "Apache-2.0",
    }
    tables = {
        "sources": parse_rows("sources", [source]),
        "observations": run_observations(indicators, known_on, run_name),
    }
    return record_tables(store, tables, author, f"Indicators of run {run_name}")


def compare_with_runs(register: Register) -> list[ModelFigure]:
    """Return the model figures of every promise that has a model indicator, beside observed ones."""
    observations = register["observations"]
    models = observations.filter(pl.col("kind") == "model")
    links = (
        register["links"]
        .filter(pl.col("relation") == "model")
        .select("subject", "object")
        .iter_rows()
    )
    promises = {row["id"]: row for row in register["commitments"].iter_rows(named=True)}
    figures = []
    for name, indicator in links:
        promise = promises.get(name)
        if promise is None:
            continue
        for row in (
            models.filter(pl.col("indicator") == indicator)
            .sort("scope", "period")
            .iter_rows(named=True)
        ):
            scenario, _, run = str(row["scope"]).partition("/")
            compilers = str(promise["compilers"] or "").split(";")
            observed = _observed(observations, indicator, row["period"], compilers)
            is_same = promise["indicator"] == indicator
            target = promise["target"] if is_same else None
            figures.append(
                ModelFigure(
                    name,
                    indicator,
                    scenario,
                    run,
                    int(row["period"]),
                    row["value"],
                    observed,
                    target,
                )
            )
    return figures


def _observed(
    observations: pl.DataFrame, indicator: str, period: str, compilers: list[str]
) -> float | None:
    rows = observations.filter(
        (pl.col("indicator") == indicator)
        & (pl.col("period") == period)
        & (pl.col("kind") == "actual")
        & pl.col("scope").is_null()
    )
    for compiler in compilers:
        found = rows.filter(pl.col("compiler") == compiler)
        if found.height:
            return float(found.sort("known_on")["value"][-1])
    return None
