"""Seconds to read and check one large table of a case: cells, keys, ranges, each in its place.

    python benchmarks/case_rows.py [ROWS]

ROWS: rows of the table; 1,000,000 by default. Rows are made up; one in ten thousand is wrong.
"""

import csv
import io
import sys
import time

from transcaspian.case.parse import RawTable, parse_table
from transcaspian.case.registry import TABLES
from transcaspian.errors import Problem

TABLE = TABLES["freight/demand_years"]
WRONG_EVERY = 10_000


def main(rows: int) -> None:
    """Print seconds to split and to parse, and the problems found."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    header = [column.name for column in TABLE.all_columns()]
    writer.writerow(header)
    for row in range(rows):
        tonnes = "many" if row % WRONG_EVERY == 0 else f"{row}.5"
        writer.writerow([f"flow {row}", 2030, tonnes, "assumption", "assumed", ""])
    text = stream.getvalue()
    start = time.perf_counter()
    found = list(csv.reader(io.StringIO(text)))
    split_s = time.perf_counter() - start
    start = time.perf_counter()
    problems: list[Problem] = []
    raw = RawTable(found[0], found[1:], list(range(2, rows + 2)))
    frame = parse_table(TABLE, raw, problems)
    parse_s = time.perf_counter() - start
    sys.stdout.write(f"rows {frame.height}, cells {frame.height * frame.width}\n")
    sys.stdout.write(f"split {split_s:.2f} s, parse and check {parse_s:.2f} s\n")
    sys.stdout.write(f"wrong cells found {len(problems)} of {-(-rows // WRONG_EVERY)}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
