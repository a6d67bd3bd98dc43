"""Published power statistics, for comparison only."""

import csv
from collections.abc import Iterator
from pathlib import Path

from economy import DEFLATORS
from power_sources import Citations
from tables import write_table

Row = dict[str, object]
TWO_LETTERS = {
    "KAZ": "KZ",
    "UZB": "UZ",
    "TKM": "TM",
    "KGZ": "KG",
    "TJK": "TJ",
    "AZE": "AZ",
    "GEO": "GE",
    "ARM": "AM",
    "TUR": "TR",
    "ROU": "RO",
    "HUN": "HU",
    "BGR": "BG",
    "GRC": "GR",
}
GROUPS = (
    "coal",
    "gas",
    "oil",
    "nuclear",
    "hydro",
    "wind",
    "solar",
    "biomass",
    "geothermal",
    "total",
)
BACKCAST_YEARS = (2022, 2024)
EURO_ZONES = ("RO", "HU", "BG", "GR")


def build(figures: Path, case_dir: Path, citations: Citations) -> None:
    """Write `power/observed`: mixes of 2022 and day-ahead means."""
    write_table(
        case_dir,
        "power/observed",
        [*_mixes(figures, citations), *_prices(figures, citations), *_trade(citations)],
    )


def _mixes(figures: Path, citations: Citations) -> Iterator[Row]:
    with (figures / "generation_mix.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if (
                int(row["year"]) == BACKCAST_YEARS[0]
                and row["carrier"] in GROUPS
                and row["country"] in TWO_LETTERS
                and float(row["twh"]) > 0.0
            ):
                yield {
                    "country": TWO_LETTERS[row["country"]],
                    "year": BACKCAST_YEARS[0],
                    "quantity": row["carrier"],
                    "value": round(float(row["twh"]), 2),
                    "unit": "TWh",
                    "source": citations.cite(row["source_url"], row["source_year"]),
                    "confidence": row["confidence"],
                    "note": row["note"],
                }


def _prices(figures: Path, citations: Citations) -> Iterator[Row]:
    with (figures / "tariffs.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            year = int(row["year"])
            if row["item"] == "day-ahead mean" and year in BACKCAST_YEARS:
                yield {
                    "country": row["country"],
                    "year": year,
                    "quantity": "price",
                    "value": round(float(row["usd_per_mwh"]) / DEFLATORS["USD"][year], 1),
                    "unit": "USD/MWh",
                    "source": citations.cite(row["source_url"], row["source_year"]),
                    "confidence": "derived",
                    "note": f"{row['value']} {row['unit']}, in USD of 2024",
                }


def _trade(citations: Citations) -> Iterator[Row]:
    """Yield published net imports: few countries print a clear yearly figure."""
    yield {
        "country": "AZ",
        "year": 2022,
        "quantity": "net_import",
        "value": -2.86,
        "unit": "TWh",
        "source": citations.cite("menafn-2023-1107433826"),
        "confidence": "derived",
        "note": "just over 3 TWh sold, 0.137 bought",
    }
