"""What the models compute for the promises: runs write series beside the observed ones.

A run's figures have the kind `model`, the compiler `MODEL` and the scope `scenario/run/key of the
run`, so they stand beside what is observed, and beside other runs, and are never evidence that a
promise was kept.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

import polars as pl

from transcaspian.errors import InputError
from transcaspian.register import query
from transcaspian.register.read import parse_rows
from transcaspian.register.record import Change, record_tables
from transcaspian.register.store import Store
from transcaspian.register.tables import Register, empty_table, make_register, newest_day

__all__ = [
    "RUN_INDICATORS",
    "RunName",
    "join_run",
    "name_run",
    "record_run",
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
TABLE = "run_indicators"  # result table of a run that the register takes
COLUMNS = ("scenario", "run", "year", "quantity", "value")
# Options that change how fast a run is, never what comes out.
_IDLE_OPTIONS = frozenset({"workers"})
_DIGITS = 12  # of a run's key: two of a million runs share one in 1 of 500 cases


@dataclass(frozen=True, slots=True)
class RunName:
    """What names a run: key and title of its source, the same for the same run."""

    key: str
    title: str


def name_run(manifest: Mapping[str, object]) -> RunName:
    """Return the name of a run by its manifest: case, options that matter, program's versions.

    Raises InputError where the manifest is none of a run.
    """
    lacking = [
        name for name in ("case", "case_hash", "options", "versions") if name not in manifest
    ]
    options, versions = manifest.get("options"), manifest.get("versions")
    if lacking or not isinstance(options, Mapping) or not isinstance(versions, Mapping):
        raise InputError("The manifest of the run is damaged. Run the case again.")
    asked = {name: value for name, value in options.items() if name not in _IDLE_OPTIONS}
    # As JSON: a run just made and one read back from its folder are the same run.
    told = json.dumps(
        {"case_hash": manifest["case_hash"], "options": asked, "versions": dict(versions)},
        sort_keys=True,
    )
    digest = hashlib.sha256(told.encode()).hexdigest()[:_DIGITS]
    given = json.loads(told)["options"]
    words = [f"{name} {_words(value)}" for name, value in given.items() if value not in ([], None)]
    case_hash = str(manifest["case_hash"])[:_DIGITS]
    title = (
        f"Run of the case {manifest['case']} ({case_hash}) by transcaspian"
        f" {versions.get('transcaspian', 'of unknown version')}: {', '.join(words)}"
    )
    return RunName(f"run-{digest}", title)


def _words(value: object) -> str:
    return " ".join(str(item) for item in value) if isinstance(value, list) else str(value)


def record_run(
    store: Store,
    manifest: Mapping[str, object],
    tables: Mapping[str, pl.DataFrame],
    author: str,
    today: date,
) -> tuple[str, Change]:
    """Append the indicators of a run and return the run's key and what was done.

    The same run recorded again changes nothing, on whatever day; another run stands beside it.

    Parameters
    ----------
    manifest, tables
        Of the run; the tables hold `run_indicators`.
    today
        Day of entry: the figures are known from then on, unless they were recorded earlier.

    Raises
    ------
    InputError
        Where the run has no indicators, or the register lacks one of those it writes.
    """
    if TABLE not in tables:
        raise InputError(
            f"The run has no table {TABLE}: it was made by an older program. Run the case again."
        )
    if tables[TABLE].is_empty():
        raise InputError("The run has no figure that the register follows.")
    name = name_run(manifest)
    known_on = _recorded_on(store, name.key) or today
    change = record_run_indicators(
        store, tables[TABLE], author, known_on, run_name=name.key, title=name.title
    )
    return name.key, change


def _recorded_on(store: Store, key: str) -> date | None:
    """Return the day on which a run was recorded first; None where it is new or was taken back."""
    with store.reading() as connection:
        source = query.current_of(connection, "sources", [key]).get(key)
    if source is None or source.retracted:
        return None
    day = dict(zip(query.column_names("sources"), source.values, strict=True))["date"]
    return date.fromisoformat(str(day))


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
                "scope": f"{scenario}/{run}/{source}",
                "known_on": known_on.isoformat(),
                "source": source,
                "confidence": "derived",
            }
        )
    return parse_rows("observations", rows) if rows else empty_table("observations")


def record_run_indicators(
    store: Store,
    indicators: pl.DataFrame,
    author: str,
    known_on: date,
    *,
    run_name: str = "model-run",
    title: str = "",
) -> Change:
    """Append a run's figures as model series, with a source that names the run; one transaction.

    The same run recorded twice changes nothing.
    """
    name = RunName(run_name, title or f"Run {run_name} of the models")
    rows = _rows_of_run(name, indicators, known_on)
    return record_tables(store, rows, author, f"Indicators of run {run_name}")


def join_run(
    register: Register, manifest: Mapping[str, object], tables: Mapping[str, pl.DataFrame]
) -> Register:
    """Return a register with a run's figures, as if recorded on the day of its newest fact.

    For reports: the figures of the run stand beside the promises though no database holds them,
    and the day that the register speaks of stays where it was. Quantities whose indicator the
    register lacks are left out.
    """
    indicators = tables.get(TABLE)
    if indicators is None or indicators.is_empty():
        return register
    there = set(register["indicators"]["id"])
    followed = [name for name, (indicator, _) in RUN_INDICATORS.items() if indicator in there]
    kept = indicators.filter(pl.col("quantity").is_in(followed))
    if kept.is_empty():
        return register
    rows = _rows_of_run(name_run(manifest), kept, newest_day(register))
    return make_register(
        dict(register.tables) | {name: pl.concat([register[name], rows[name]]) for name in rows}
    )


def _rows_of_run(
    name: RunName, indicators: pl.DataFrame, known_on: date
) -> dict[str, pl.DataFrame]:
    source = {
        "key": name.key,
        "title": name.title,
        "publisher": "transcaspian",
        "date": known_on.isoformat(),
        "licence": "Apache-2.0",
    }
    return {
        "sources": parse_rows("sources", [source]),
        "observations": run_observations(indicators, known_on, name.key),
    }
