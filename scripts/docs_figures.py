"""Figures inside the documents that follow from the packaged case, its register or a run of it.

    python scripts/docs_figures.py                 # counts and extremes of the case and the register
    python scripts/docs_figures.py RUN_FOLDER      # and the freight backcast of a finished run

A figure stands in a document as <!--= name -->value<!--/-->; the script writes the value, and a
test holds every one that needs no run to the case. Tables of a run stand between marks of their own.
"""

import re
import sys
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from transcaspian.case.read import read_case
from transcaspian.case.tables import Case
from transcaspian.register.read import read_packaged
from transcaspian.results.read import read_results

DOCS = Path(__file__).resolve().parents[1] / "docs"
FIGURE = re.compile(r"<!--= ([a-z0-9_]+) -->(.*?)<!--/-->", re.DOTALL)
BACKCAST_PAGE = DOCS / "methods" / "crossing.md"
BACKCAST_START, BACKCAST_END = "<!-- freight backcast -->", "<!-- end freight backcast -->"
INNER_INDICATORS = 3  # only the models fill them


def case_figures(case: Case) -> dict[str, str]:
    """Return the figures that follow from the packaged case, by name."""
    buses = case.tables["power/buses"]
    demand = case.at(2024).tables["freight/demand"]
    growth, where = _most_growth(case)
    return {
        "power_zones": f"{buses.filter(pl.col('kind') == 'zone').height}",
        "edge_markets": f"{buses.filter(pl.col('kind') == 'market').height}",
        "borders": f"{case.tables['power/links'].height}",
        "hourly_series": f"{len(case.profiles)}",
        "freight_nodes": f"{case.tables['freight/nodes'].height}",
        "freight_flows": f"{demand.height}",
        "projects": f"{case.tables['projects/projects'].height}",
        "clusters": f"{case.tables['projects/clusters']['cluster'].n_unique()}",
        "most_growth": f"{growth:.2f}",
        "most_growth_flow": f"`{where}`",
    } | _gas_figures(case)


def _gas_figures(case: Case) -> dict[str, str]:
    """Return what plants paid for gas in the base year and what it was worth, USD/MWh of heat."""
    fuels = case.at(case.settings.base_year).tables["power/fuels"]
    figures = {}
    for country in ("TM", "KZ", "AZ"):
        gas = fuels.filter((pl.col("country") == country) & pl.col("fuel").str.starts_with("gas"))
        for name, column in (
            ("paid", "price_usd_per_mwh_th"),
            ("worth", "opportunity_cost_usd_per_mwh_th"),
        ):
            least, most = f"{gas[column].min():.1f}", f"{gas[column].max():.1f}"
            text = least if least == most else f"{least} to {most}"
            figures[f"gas_{country.lower()}_{name}"] = text
    return figures


def _most_growth(case: Case) -> tuple[float, str]:
    """Return the largest tonnes of any flow, scenario and year over its own of 2024, and its name."""
    before = case.at(2024).tables["freight/demand"].select("demand", before="tonnes")
    found: list[tuple[float, str]] = []
    for scenario in case.scenario_names():
        for year in case.settings.model_years:
            then = case.at(year, scenario).tables["freight/demand"]
            joined = then.join(before, on="demand", maintain_order="left").with_columns(
                growth=pl.col("tonnes") / pl.col("before")
            )
            top = joined.filter(pl.col("growth").is_finite()).sort("growth", maintain_order=True)
            row = top.row(-1, named=True)
            found.append((row["growth"], row["demand"]))
    return max(found)


def register_figures() -> dict[str, str]:
    """Return how much the packaged register holds, by name."""
    tables = read_packaged().tables
    names = ("instruments", "bodies", "commitments", "observations", "forecasts")
    counts = {f"register_{name}": f"{tables[name].height}" for name in names}
    followed = tables["indicators"].height - INNER_INDICATORS
    return counts | {"register_indicators": f"{followed}"}


def written(text: str, figures: Mapping[str, str]) -> str:
    """Return a document with its figures as they are now; KeyError for one that nobody makes."""
    return FIGURE.sub(lambda found: f"<!--= {found[1]} -->{figures[found[1]]}<!--/-->", text)


def backcast_table(validation: pl.DataFrame) -> str:
    """Return a Markdown table of published and modelled freight, one row a figure."""
    lines = ["| | published | model |", "| --- | ---: | ---: |"]
    for row in validation.filter(pl.col("area") == "freight").iter_rows(named=True):
        published, modelled = row["published"], row["modelled"]
        percent = round(100 * (modelled / published - 1)) or 0  # no minus before a zero
        digits = 0 if published >= 1000.0 else 1 if row["unit"] == "days" else 2
        lines.append(
            f"| {row['subject']}, {row['unit']} | {published:,.{digits}f} | "
            f"{modelled:,.{digits}f} ({percent:+d} %) |"
        )
    return "\n".join(lines)


def documents() -> list[Path]:
    """Return every document that may hold figures."""
    return sorted(DOCS.rglob("*.md"))


def main() -> None:
    """Write the figures, and those of a run where one is named."""
    figures = case_figures(read_case()) | register_figures()
    for page in documents():
        text = page.read_text("utf-8")
        if (changed := written(text, figures)) != text:
            page.write_text(changed, "utf-8")
    if len(sys.argv) > 1:
        table = backcast_table(read_results(Path(sys.argv[1])).table("validation"))
        text = BACKCAST_PAGE.read_text("utf-8")
        before, rest = text.split(BACKCAST_START)
        after = rest.split(BACKCAST_END)[1]
        BACKCAST_PAGE.write_text(
            f"{before}{BACKCAST_START}\n{table}\n{BACKCAST_END}{after}", "utf-8"
        )


if __name__ == "__main__":
    main()
