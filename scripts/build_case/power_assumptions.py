"""Hand-kept constants of the power tables: zones, carriers, storage, borders.

Plants, rivers, markets and fuels stand in the CSV files beside this one.
"""

import csv
from pathlib import Path

HERE = Path(__file__).parent


ZONES = {
    # zone: (name, country, latitude, longitude, hours ahead of UTC)
    "KZ_MANGYSTAU": ("Kazakhstan: Mangystau", "KZ", 43.65, 51.20, 5),
    "KZ_ATYRAU_WEST": ("Kazakhstan: Atyrau and West", "KZ", 48.20, 51.60, 5),
    "KZ_NORTH": ("Kazakhstan: North and East", "KZ", 51.20, 72.00, 5),
    "KZ_SOUTH": ("Kazakhstan: South", "KZ", 43.50, 73.50, 5),
    "UZ": ("Uzbekistan", "UZ", 40.50, 65.50, 5),
    "TM": ("Turkmenistan", "TM", 38.50, 59.50, 5),
    "KG": ("Kyrgyzstan", "KG", 41.50, 74.00, 6),
    "TJ": ("Tajikistan", "TJ", 38.50, 69.50, 5),
    "AZ": ("Azerbaijan", "AZ", 40.40, 48.50, 4),
    "NAKHCHIVAN": ("Azerbaijan: Nakhchivan", "AZ", 39.20, 45.40, 4),
    "GE": ("Georgia", "GE", 42.00, 43.50, 4),
    "AM": ("Armenia", "AM", 40.20, 44.70, 4),
    "TR": ("Türkiye", "TR", 39.50, 34.00, 3),
    "RO": ("Romania", "RO", 45.50, 25.50, 2),
    "HU": ("Hungary", "HU", 47.20, 19.30, 1),
    "BG": ("Bulgaria", "BG", 42.60, 25.30, 2),
    "GR": ("Greece", "GR", 39.20, 22.40, 2),
}

EU_ZONES = ("RO", "HU", "BG", "GR")

CARRIERS = (
    # carrier, name, group, renewable
    ("coal", "Coal and lignite", "coal", False),
    ("gas_ccgt", "Gas, combined cycle", "gas", False),
    ("gas_ocgt_steam", "Gas, open cycle and steam", "gas", False),
    ("oil", "Oil", "oil", False),
    ("nuclear", "Nuclear", "nuclear", False),
    ("hydro_dam", "Hydro with reservoir", "hydro", True),
    ("hydro_ror", "Hydro, run of river", "hydro", True),
    ("wind_onshore", "Wind on land", "wind", True),
    ("wind_offshore", "Wind at sea", "wind", True),
    ("solar", "Solar", "solar", True),
    ("biomass", "Biomass and waste", "biomass", True),
    ("geothermal", "Geothermal", "geothermal", True),
    ("battery", "Battery", "storage", False),
    ("pumped_hydro", "Pumped hydro", "storage", False),
    ("unserved", "Unserved load", "unserved", False),
    ("trade", "Exchange with edge markets", "trade", False),
)

STORAGE_TYPES = {
    # carrier: (hours, efficiency in, efficiency out, standing loss per h, variable O&M)
    "battery": (2.0, 0.95, 0.95, 0.0, 0.5),
    "pumped_hydro": (8.0, 0.88, 0.88, 0.0, 0.5),
}

# European price levels: {year: USD/MWh of 2024}; factor by market. 2022-2025 from the Hungarian day-ahead mean.
EUROPEAN_LEVEL = {2022: 304.0, 2024: 109.0, 2025: 119.0, 2030: 98.0, 2035: 92.0, 2040: 88.0}

# External node in the figures, seen from a zone -> market bus.
MARKET_OF = {
    ("KZ_NORTH", "RU"): "RU",
    ("KZ_ATYRAU_WEST", "RU"): "RU",
    ("GE", "RU"): "RU_SOUTH",
    ("AZ", "RU"): "RU_SOUTH",
    ("AM", "IR"): "IR_AM",
    ("AZ", "IR"): "IR",
    ("NAKHCHIVAN", "IR"): "IR",
    ("TM", "IR"): "IR_TM",
    ("TR", "IR"): "IR_TR",
    ("TM", "AF"): "AF_TM",
}
# t CO2 per MWh: factors derived for fossil plants of the country; share: part of it due in the year.
# Printed for the first quarter of 2026: RS, UA, MD, MK, AL. Derived from fossil mixes: TR, GE.
CARBON_BORDER_FACTOR = {
    "TR": 0.77, "GE": 0.40, "RS": 1.041, "UA": 0.907, "MD": 0.530, "MK": 0.887, "AL": 0.0,
}  # fmt: skip
# Georgia is a party of the Energy Community without a market coupled to that of the EU and without
# an emissions trading system on the way: the charge is due in full.
CARBON_BORDER_SHARE = {
    "TR": {2030: 1.0, 2035: 1.0, 2040: 1.0},
    "GE": {2030: 1.0, 2035: 1.0, 2040: 1.0},
    "energy community": {2030: 0.5, 2035: 0.0, 2040: 0.0},
}

# Planned lines that are projects of the case: the reference keeps today's capacity. MW both ways.
HELD_AT_TODAY = {
    "AZ-NAKHCHIVAN": "Zangezur line, 1,000 MW: a project switches it on",
    "NAKHCHIVAN-TR": "400 kV line and converter, 1,000 MW: a project switches it on",
    "KZ_MANGYSTAU-AZ": "Caspian cable: a project switches it on",
    "GE-RO": "Black Sea cable (owners say 2032, 1,300 MW): a project switches it on",
    "KZ_MANGYSTAU-KZ_ATYRAU_WEST": "a 500 kV line Aktau-Karabatan (+900 MW) is a project; 300 and 500 MW of the outlook are not announced",
}
# Capacity in MW (forward, backward), source and remark where the figures' own value is not what
# trade could use in those years.
TURKISH_EU_LIMIT = (
    "all trade of Türkiye with the EU is held to 500 MW out and 650 MW in since 2014, two thirds"
    " over Bulgaria; taken to hold until the outlook's values of 2030"
)
ONE_CONVERTER = (
    "half of the converters' 700 MW: Georgia sent 0.4 TWh in nine months of 2025, and all"
    " Azerbaijani exports were 1.4 TWh in 2024; contracts, summer water and gas policy hold back"
    " trade that price alone would drive"
)
CAPACITY_OVERRIDES: dict[str, tuple[dict[int, tuple[float, float]], str, str]] = {
    "TR-BG": (
        dict.fromkeys((2022, 2024, 2025), (333.0, 433.0)), "opcom-2013", TURKISH_EU_LIMIT
    ),
    "TR-GR": (
        dict.fromkeys((2022, 2024, 2025), (167.0, 217.0)), "opcom-2013", TURKISH_EU_LIMIT
    ),
    "AZ-GE": (
        dict.fromkeys((2030, 2035, 2040), (1000.0, 1000.0)),
        "news-2023",
        "the second 500 kV line (1,000 MW) is in the cost of the Black Sea cable and comes with it",
    ),
    "GE-TR": (dict.fromkeys((2022, 2024, 2025), (350.0, 350.0)), "assumption", ONE_CONVERTER),
}  # fmt: skip
HVDC_LOSS = {
    "KZ_MANGYSTAU-AZ": (0.0298, 430.0),
    "GE-RO": (0.046, 1155.0),
    "UZ-KZ_MANGYSTAU": (0.038, 700.0),
}


def read_rows(name: str) -> list[dict[str, str]]:
    """Rows of a hand-kept CSV file beside this script."""
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


PLANTS = read_rows("power_plants.csv")
MARKETS = {row["market"]: row for row in read_rows("power_markets.csv")}
SETTLED = {row["link"]: row["settled"] for row in read_rows("power_links.csv")}
HYDRO = {row["zone"]: row for row in read_rows("power_hydro.csv")}
EUROPEAN_FACTOR = {
    name: float(row["factor_of_european_level"])
    for name, row in MARKETS.items()
    if row["factor_of_european_level"]
}


def hydro_months(zone: str) -> tuple[float, ...]:
    """Relative output of each month of a zone's rivers."""
    return tuple(float(HYDRO[zone][f"m{month}"]) for month in range(1, 13))


def place(bus: str) -> tuple[float, float]:
    """Latitude and longitude of a bus."""
    if bus in ZONES:
        return ZONES[bus][2:4]
    return float(MARKETS[bus]["lat"]), float(MARKETS[bus]["lon"])


def country_of(bus: str) -> str:
    """Country of a bus."""
    return ZONES[bus][1] if bus in ZONES else MARKETS[bus]["country"]
