"""Time of the register at a size: filling, reading, status of everything, a page of a list.

Run: `python benchmarks/register_facts.py [--facts 200000] [--db ADDRESS] [--json]`. Phases are
timed apart; without `--db` an SQLite file in a temporary folder is used. CI runs it at its
smallest size.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import TypeVar

import polars as pl

from transcaspian.register.columns import TABLES
from transcaspian.register.listing import page_of_store
from transcaspian.register.record import create_store, record_tables
from transcaspian.register.status import judge_all
from transcaspian.register.store import Store
from transcaspian.register.tables import empty_table, make_register

T = TypeVar("T")
SMALLEST = 2_000
FACTS_PER_PROMISE = 50
AS_OF = date(2026, 4, 30)
TAIL = {"known_on": "2020-01-01", "source": "page", "confidence": "synthetic", "internal": False}


def synthetic_tables(facts: int) -> dict[str, pl.DataFrame]:
    """Return a register of about `facts` rows: promises, yearly and monthly figures, vintages."""
    promises = max(facts // FACTS_PER_PROMISE, 1)
    names = [f"com-{number:06d}" for number in range(promises)]
    indicators = [f"ind-{number:06d}" for number in range(promises)]
    rows: dict[str, list[dict[str, object]]] = {
        "sources": [{"key": "page", "title": "Page", "publisher": "Paper", "licence": "synthetic"}],
        "compilers": [{"code": code, "name": code, "internal": False} for code in "AB"],
        "instruments": [
            {
                "id": f"ins-{number:04d}",
                "title": "Agreement",
                "kind": "agreement",
                "parties": "AZ;KZ",
                "signed_on": "2020",
                "field": "trade",
                "state": "in_force",
                **TAIL,
            }
            for number in range(promises // 20 + 1)
        ],
        "indicators": [
            {
                "id": name,
                "name": name,
                "unit": "Mt",
                "field": "trade",
                "direction": "up",
                "frequency": "annual",
                **TAIL,
            }
            for name in indicators
        ],
        "commitments": [
            _promise(number, name, indicators[number]) for number, name in enumerate(names)
        ],
        "observations": [
            row for number, name in enumerate(indicators) for row in _figures(number, name)
        ],
        "forecasts": [row for number, name in enumerate(names) for row in _vintages(number, name)],
        "evidence": [
            {
                "commitment": name,
                "happened_on": "2024-03-01",
                "kind": "progress",
                "what": "Work goes on",
                **TAIL,
                "known_on": "2024-03-02",
            }
            for name in names
        ],
    }
    return {name: _frame(name, table) for name, table in rows.items()}


def _promise(number: int, name: str, indicator: str) -> dict[str, object]:
    return {
        "id": name,
        "instrument": f"ins-{number // 20:04d}",
        "title": f"Carry more ({number})",
        "field": "trade",
        "kind": "target",
        "measure": "flow" if number % 3 else "level",
        "promised_on": "2020-01-01",
        "due": str(2024 + number % 10),
        "target": 10.0 + number % 7,
        "unit": "Mt",
        "direction": "up",
        "baseline": 1.0,
        "baseline_on": "2020",
        "indicator": indicator,
        "compilers": "A;B",
        "path": "linear",
        **TAIL,
    }


def _figures(number: int, indicator: str) -> list[dict[str, object]]:
    months = [
        (f"{year}-{month:02d}", f"{year + month // 12}-{month % 12 + 1:02d}-15")
        for year in (2023, 2024, 2025)
        for month in range(1, 13)
    ]
    years = [(str(year), f"{year + 1}-03-15") for year in range(2020, 2026)]
    return [
        {
            "indicator": indicator,
            "period": period,
            "value": 1.0 + (number + index) % 13,
            "unit": "Mt",
            "kind": "actual",
            "compiler": "AB"[index % 2],
            **TAIL,
            "known_on": known,
        }
        for index, (period, known) in enumerate([*months, *years])
    ]


def _vintages(number: int, name: str) -> list[dict[str, object]]:
    return [
        {
            "subject": name,
            "said_on": f"{year}-06-01",
            "due": str(year + 2 + number % 4),
            "office": "Ministry",
            **TAIL,
        }
        for year in range(2020, 2025)
    ]


def _frame(name: str, rows: Sequence[dict[str, object]]) -> pl.DataFrame:
    empty = empty_table(name)
    names = [column.name for column in TABLES[name].all_columns()]
    columns = {column: [row.get(column) for row in rows] for column in names}
    return pl.DataFrame(columns, schema=empty.schema)


def measure(store: Store, facts: int, page_runs: int = 20) -> dict[str, float]:
    """Fill the store and return seconds by phase, and the number of rows."""
    tables = synthetic_tables(facts)
    found: dict[str, float] = {"rows": float(sum(frame.height for frame in tables.values()))}
    found["fill_s"] = _timed(lambda: record_tables(store, tables, "benchmark"))[0]
    begun = time.process_time()
    found["read_s"], register = _timed(store.read)
    found["judge_s"], verdicts = _timed(lambda: judge_all(register, AS_OF))
    found["status_s"] = found["read_s"] + found["judge_s"]
    # What it takes of a processor, on a machine that does other things besides.
    found["status_processor_s"] = time.process_time() - begun
    found["verdicts"] = float(len(verdicts))
    middle = f"ind-{len(verdicts) // 2:06d}"
    pages: dict[str, Callable[[], object]] = {
        "page_first_s": lambda: _page(store, "observations", {}, ""),
        "page_middle_s": lambda: _page(store, "observations", {}, middle),
        "page_filtered_s": lambda: _page(store, "observations", {"indicator": middle}, ""),
        "page_commitments_s": lambda: _page(store, "commitments", {"owner": "body-x"}, ""),
    }
    for name, run in pages.items():
        found[name] = min(_timed(run)[0] for _ in range(page_runs))
    row = tables["observations"].head(1).with_columns(value=pl.lit(99.0))
    found["observe_s"] = _timed(lambda: record_tables(store, {"observations": row}, "benchmark"))[0]
    return found


def _page(store: Store, table: str, where: dict[str, str], after: str) -> object:
    return page_of_store(store, table, where, after=after, limit=50, role="public")


def _timed(run: Callable[[], T]) -> tuple[float, T]:
    start = time.perf_counter()
    result = run()
    return time.perf_counter() - start, result


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--facts", type=int, default=SMALLEST)
    parser.add_argument("--db", default="")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        address = options.db or str(folder / "register.sqlite")
        store = stack.enter_context(create_store(address, make_register({})))
        found = measure(store, options.facts)
    if options.json:
        sys.stdout.write(json.dumps(found) + "\n")
        return
    for name, value in found.items():
        shown = f"{value:.4f} s" if name.endswith("_s") else f"{value:.0f}"
        sys.stdout.write(f"{name.removesuffix('_s'):18} {shown}\n")


if __name__ == "__main__":
    main()
