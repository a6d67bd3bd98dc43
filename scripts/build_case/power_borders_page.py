"""The table of borders in the power page, from the links of the packaged case.

    python scripts/build_case/power_borders_page.py --docs docs/case_power.md

Each border of the case is one row: its capacity each way and how a doubtful figure was settled, as
the note of the link says. A test holds the page to the tables.
"""

import argparse
from pathlib import Path

import polars as pl
from power_backcast import replace_between

from transcaspian.case.read import read_case
from transcaspian.case.tables import Case

SHOWN_YEARS = (2025, 2030, 2035)
NOTE_END = ". Length:"  # what follows in the note is the same for all


def border_table(case: Case) -> str:
    """Return a Markdown table, one row a link, in the order of the names."""
    lines = ["| link | 2025 | 2030 | 2035 | settled |", "| --- | --- | --- | --- | --- |"]
    years = case.tables["power/link_years"]
    for link, note in case.tables["power/links"].select("link", "note").iter_rows():
        own = years.filter(pl.col("link") == link)
        cells = [
            _both_ways(*own.filter(pl.col("year") == year).select(CAPACITIES).row(0))
            for year in SHOWN_YEARS
        ]
        settled = note.split(NOTE_END)[0]
        lines.append(f"| `{link}` | {' | '.join(cells)} | {settled} |")
    return "\n".join(lines)


CAPACITIES = ("p_nom_mw", "p_nom_reverse_mw")


def _both_ways(forward: float, reverse: float) -> str:
    return f"{forward:,.0f}" if forward == reverse else f"{forward:,.0f} / {reverse:,.0f}"


def main() -> None:
    """Write the table between its markers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--docs", type=Path, required=True)
    page: Path = parser.parse_args().docs
    text = replace_between(page.read_text("utf-8"), "borders", border_table(read_case()))
    page.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
