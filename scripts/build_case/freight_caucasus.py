"""Demand of the South Caucasus and Iran: trade of 2015 in tonnes, brought to 2024.

Tonnes by section of trade come from the collected figures (value over assumed USD a tonne, oil and gold
left out). One factor a relation brings them to 2024, and shares by form spread them over lorries,
wagons and boxes. Factors, shares and what no figure tells (Nakhchivan) are kept by hand.
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from freight_files import ASSUMPTION, read_hand, read_rows
from freight_flows import Flow

# Sections of trade by commodity; 3 is oil and gas, 9 gold and goods not classified.
COMMODITY_OF_SECTION = {
    "0": "food", "1": "food", "2": "other_bulk", "4": "food", "5": "chemicals", "6": "metals",
    "7": "vehicles_machinery", "8": "containers_manufactured",
}  # fmt: skip
KT = 1000.0
SMALLEST_T = 1000.0  # smaller parts are left out


def read_caucasus_flows(figures: Path) -> list[Flow]:
    """Return the flows of every relation kept by hand, by commodity and form."""
    mass = _tonnes_of_2015(figures)
    flows: list[Flow] = []
    for row in read_hand("caucasus_demand"):
        by_commodity = (
            {row["commodity"]: float(row["tonnes"])}
            if row["tonnes"]
            else mass[row["trade_of"] or f"{row['origin']}-{row['destination']}"]
        )
        flows.extend(_by_form(row, by_commodity))
    return flows


def _tonnes_of_2015(figures: Path) -> dict[str, dict[str, float]]:
    mass: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in read_rows(figures / "od_trade.csv"):
        commodity = COMMODITY_OF_SECTION.get(row["sitc"])
        if commodity:
            pair = f"{row['exporter']}-{row['importer']}"
            mass[pair][commodity] += KT * float(row["mass_kt_derived"])
    return mass


def _by_form(row: dict[str, str], by_commodity: dict[str, float]) -> Iterator[Flow]:
    for commodity, tonnes in sorted(by_commodity.items()):
        for form in ("truck", "bulk", "container"):
            amount = round(float(row["factor"]) * tonnes * float(row[f"{form}_share"]), -2)
            if amount >= SMALLEST_T:
                yield Flow(
                    row["origin"], row["destination"], commodity, form, row["route"], amount, amount,
                    ASSUMPTION, "assumed",
                )  # fmt: skip
