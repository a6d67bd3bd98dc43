"""Seconds to read and check a case with one large table: cells, keys, links, each in its place.

    python benchmarks/case_rows.py [ROWS]

ROWS: rows of freight demand by year; 1,000,000 by default. The case is the packaged one with made-up
flows; a second reading has one wrong cell in ten thousand rows.
"""

import shutil
import sys
import tempfile
import time
from pathlib import Path

import polars as pl

from transcaspian.case.read import find_case, read_case
from transcaspian.errors import InputError

WRONG_EVERY = 10_000


def main(rows: int) -> None:
    """Print seconds to read the case without and with wrong cells, and the problems found."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "case"
        shutil.copytree(find_case(), folder)
        table = write_large(folder, rows)
        start = time.perf_counter()
        case = read_case(folder)
        right_s = time.perf_counter() - start
        read = case.tables["freight/demand_years"].height
        is_wrong = pl.int_range(table.height) % WRONG_EVERY == 0
        broken = pl.when(is_wrong).then(pl.lit("many")).otherwise("tonnes").alias("tonnes")
        table.with_columns(broken).write_csv(folder / "freight/demand_years.csv")
        start = time.perf_counter()
        found = 0
        try:
            read_case(folder)
        except InputError as error:
            found = len(error.problems)
        wrong_s = time.perf_counter() - start
    sys.stdout.write(f"rows {read}, cells {read * table.width}\n")
    sys.stdout.write(f"read and check {right_s:.2f} s, with wrong cells {wrong_s:.2f} s\n")
    sys.stdout.write(f"wrong cells found {found} of {-(-table.height // WRONG_EVERY)}\n")


def write_large(folder: Path, rows: int) -> pl.DataFrame:
    """Write demand of at least `rows` rows into the case and return its yearly table as text."""
    demand = pl.read_csv(folder / "freight/demand.csv", infer_schema=False)
    years = pl.read_csv(folder / "freight/demand_years.csv", infer_schema=False)
    copies = pl.DataFrame({"copy": range(-(-rows // years.height))})
    # The first copy keeps its names: scenarios and projects change those rows.
    copy = pl.when(pl.col("copy") > 0).then(pl.format(" {}", "copy")).otherwise(pl.lit(""))
    named = pl.concat_str("demand", copy).alias("demand")
    large = years.join(copies, how="cross").with_columns(named).select(years.columns)
    large.write_csv(folder / "freight/demand_years.csv")
    more = demand.join(copies, how="cross").with_columns(named).select(demand.columns)
    more.write_csv(folder / "freight/demand.csv")
    return large


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
