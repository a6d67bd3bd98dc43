"""Tables on adequacy: outages of plants and links, spread of water years, reliability standards.

Times of failure and repair are those of the IEEE Reliability Test System for units of the same kind
and size; where it has none they are assumed. They hold for units in good order: what the fleets of
the region lack beyond stands in the availability of the plants.
"""

from collections.abc import Iterator
from pathlib import Path

from tables import write_table

Row = dict[str, object]
RTS = "ieee-rts-1979"
# carrier: (unit MW, hours to failure, hours to repair, low and high rate of outage, source, note)
CLASSES: dict[str, tuple[float, float, float, float, float, str, str]] = {
    "nuclear": (400, 1100, 150, 0.03, 0.12, RTS, "a 400 MW nuclear unit, rate 0.12"),
    "coal": (155, 960, 40, 0.04, 0.10, RTS, "a 155 MW coal unit, rate 0.04"),
    "gas_ccgt": (350, 1150, 100, 0.04, 0.09, "assumption", "as a 350 MW steam unit, rate 0.08"),
    "gas_ocgt_steam": (100, 1200, 50, 0.04, 0.12, RTS, "a 100 MW steam unit, rate 0.04"),
    "oil": (20, 450, 50, 0.05, 0.15, RTS, "a 20 MW combustion turbine, rate 0.10"),
    "hydro_dam": (50, 1980, 20, 0.01, 0.03, RTS, "a 50 MW hydro unit, rate 0.01"),
    "biomass": (12, 2940, 60, 0.02, 0.08, RTS, "a 12 MW steam unit, rate 0.02"),
    "geothermal": (24, 1960, 40, 0.02, 0.06, "assumption", "as a small steam unit"),
}
# Sizes where units differ much from the test system's; times stay those of the kind.
SIZES: dict[tuple[str, str], tuple[float, str]] = {
    ("nuclear", "TR"): (1200, "Akkuyu, four units of 1,200 MW"),
    ("nuclear", "BG"): (1003, "Kozloduy 5 and 6"),
    ("nuclear", "RO"): (700, "Cernavoda, units of 700 MW"),
    ("nuclear", "HU"): (500, "Paks, units of 500 MW"),
    ("nuclear", "KZ_SOUTH"): (1200, "Balkhash, units of 1,200 MW"),
    ("nuclear", "UZ"): (1000, "large units; small ones in part"),
    ("coal", "KZ_NORTH"): (500, "Ekibastuz, units of 500 MW"),
    ("coal", "TR"): (350, "mean of imported coal and lignite units"),
    ("gas_ccgt", "AM"): (240, "Yerevan and Hrazdan blocks"),
    ("gas_ccgt", "GE"): (230, "Gardabani blocks"),
    ("gas_ccgt", "KZ_MANGYSTAU"): (160, "new block of Aktau"),
    ("gas_ccgt", "KZ_ATYRAU_WEST"): (120, "Karabatan and Uralsk turbines"),
    ("gas_ocgt_steam", "NAKHCHIVAN"): (16, "gas engines and small turbines"),
    ("hydro_dam", "TJ"): (300, "Nurek and Rogun units"),
    ("hydro_dam", "KG"): (300, "Toktogul units"),
    ("hydro_dam", "TR"): (150, "mean of large dams"),
}
# technology: (parts, hours to failure and repair of a part, of all together, note)
LINKS: dict[str, tuple[int, float, float, float, float, str]] = {
    "HVDC": (
        2, 3760, 200, 71280, 720,
        "bipole: 5 % of each pole and 1 % of both, 6 % in all, as ENTSO-E takes for cables",
    ),
    "B2B": (2, 2352, 48, 11976, 24, "two blocks: 2 % each and 0.2 % of both"),
    "AC": (2, 4776, 24, 11988, 12, "two circuits: 0.5 % each and 0.1 % of both"),
}  # fmt: skip
# zone: (basin, spread of the water of a year)
WATER: dict[str, tuple[str, float]] = {
    "AM": ("Kura and Araks", 0.15),
    "AZ": ("Kura and Araks", 0.20),
    "GE": ("Kura and Araks", 0.12),
    "NAKHCHIVAN": ("Kura and Araks", 0.20),
    "BG": ("Balkans", 0.25),
    "GR": ("Balkans", 0.25),
    "HU": ("Danube", 0.12),
    "RO": ("Danube", 0.15),
    "TR": ("Anatolia", 0.20),
    "KG": ("Naryn and Amu Darya", 0.10),
    "TJ": ("Naryn and Amu Darya", 0.06),
    "UZ": ("Naryn and Amu Darya", 0.12),
    "KZ_SOUTH": ("Naryn and Amu Darya", 0.12),
    "KZ_NORTH": ("Irtysh", 0.12),
}
EU_STANDARD_H = 3.0
OTHER_STANDARD_H = 24.0
EU = ("BG", "GR", "HU", "RO")
OTHERS = ("AM", "AZ", "GE", "KG", "KZ", "TJ", "TM", "TR", "UZ")


def build(case_dir: Path) -> None:
    """Write the four tables."""
    write_table(case_dir, "power/outage_classes", _classes())
    write_table(case_dir, "power/link_outages", _links())
    write_table(case_dir, "power/water_years", _water())
    write_table(case_dir, "power/adequacy_standards", _standards())


def _classes() -> Iterator[Row]:
    for carrier, (unit, mttf, mttr, low, high, source, note) in CLASSES.items():
        row: Row = {
            "carrier": carrier,
            "bus": "*",
            "unit_mw": unit,
            "mttf_h": mttf,
            "mttr_h": mttr,
            "outage_rate_low": low,
            "outage_rate_high": high,
            "source": source,
            "confidence": "assumed" if source == "assumption" else "reported",
            "note": f"{note}; the range is assumed",
        }
        yield row
        for (kind, bus), (size, what) in SIZES.items():
            if kind == carrier:
                # Nuclear units of today are out far less than the test system's.
                yield row | {
                    "bus": bus,
                    "unit_mw": size,
                    "mttf_h": 3000 if kind == "nuclear" else mttf,
                    "source": "assumption",
                    "confidence": "assumed",
                    "note": f"size: {what}; times of the kind"
                    + (", failures of a modern unit (rate 0.05)" if kind == "nuclear" else ""),
                }


def _links() -> Iterator[Row]:
    for technology, (parts, mttf, mttr, whole_mttf, whole_mttr, note) in LINKS.items():
        yield {
            "technology": technology,
            "parts": parts,
            "mttf_h": mttf,
            "mttr_h": mttr,
            "whole_mttf_h": whole_mttf,
            "whole_mttr_h": whole_mttr,
            "source": "assumption",
            "confidence": "assumed",
            "note": note,
        }


def _water() -> Iterator[Row]:
    for bus, (basin, spread) in WATER.items():
        yield {
            "bus": bus,
            "basin": basin,
            "spread_pu": spread,
            "source": "assumption",
            "confidence": "assumed",
            "note": "near the spread of the yearly factors of large hydro, 2010 to 2023",
        }


def _standards() -> Iterator[Row]:
    for country in EU:
        yield {
            "country": country,
            "lole_h": EU_STANDARD_H,
            "source": "assumption",
            "confidence": "assumed",
            "note": "3 hours, what most members of the European Union that have a standard took",
        }
    for country in OTHERS:
        yield {
            "country": country,
            "lole_h": OTHER_STANDARD_H,
            "source": "assumption",
            "confidence": "assumed",
            "note": "no standard in hours was found: a day a year is taken",
        }
