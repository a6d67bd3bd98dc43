"""Hand-kept constants of the power tables: zones, carriers, plant types, hydro, markets, borders."""

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

# carrier: (efficiency, variable O&M USD/MWh, availability, must-run share of available capacity)
PLANT_DEFAULTS = {
    "coal": (0.35, 3.5, 0.75, 0.25),
    "gas_ccgt": (0.53, 2.5, 0.88, 0.0),
    "gas_ocgt_steam": (0.34, 3.0, 0.80, 0.0),
    "oil": (0.35, 5.0, 0.60, 0.0),
    "nuclear": (0.33, 3.0, 0.90, 0.85),
    "hydro_dam": (1.0, 0.5, 0.92, 0.0),
    "hydro_ror": (1.0, 0.5, 1.0, 0.0),
    "wind_onshore": (1.0, 0.2, 1.0, 0.0),
    "wind_offshore": (1.0, 0.3, 1.0, 0.0),
    "solar": (1.0, 0.0, 1.0, 0.0),
    "biomass": (1.0, 5.0, 0.60, 0.5),
    "geothermal": (1.0, 1.0, 0.75, 0.8),
}

# (zone, carrier): what differs, and why. Keys: efficiency, variable_om, availability, must_run, heat (True: the
# must-run share follows the heating season), note.
PLANT_EXCEPTIONS: dict[tuple[str, str], dict[str, object]] = {
    ("KZ_MANGYSTAU", "gas_ocgt_steam"): {
        "efficiency": 0.31,
        "availability": 0.50,
        "must_run": 0.45,
        "heat": True,
        "note": "545 of 1,330 MW of MAEC were usable in 2023; 120 MW of field turbines come on top; availability 0.50 of the 1,450 MW in the list",
    },
    ("KZ_ATYRAU_WEST", "gas_ocgt_steam"): {
        "efficiency": 0.33,
        "availability": 0.75,
        "must_run": 0.65,
        "note": "turbines of the oil fields serve the field and run at about 0.7",
    },
    ("KZ_ATYRAU_WEST", "gas_ccgt"): {"efficiency": 0.48},
    ("KZ_NORTH", "coal"): {
        "efficiency": 0.34,
        "variable_om": 4.0,
        "availability": 0.70,
        "must_run": 0.55,
        "heat": True,
        "note": "20-21 of 25 GW are available in winter; heat and power plants follow the heating season",
    },
    ("KZ_SOUTH", "coal"): {
        "efficiency": 0.31,
        "variable_om": 4.0,
        "availability": 0.72,
        "must_run": 0.7,
        "heat": True,
        "note": "Almaty heat and power",
    },
    ("KZ_NORTH", "gas_ocgt_steam"): {"must_run": 0.4, "heat": True},
    ("KZ_SOUTH", "gas_ocgt_steam"): {
        "efficiency": 0.33,
        "availability": 0.65,
        "must_run": 0.3,
        "heat": True,
        "note": "Zhambyl is old and partly out of use",
    },
    ("UZ", "coal"): {
        "efficiency": 0.33,
        "availability": 0.80,
        "must_run": 0.5,
        "note": "published output of 20 TWh on 2.5 GW is not possible; about 17 TWh",
    },
    ("UZ", "gas_ocgt_steam"): {
        "efficiency": 0.33,
        "availability": 0.72,
        "must_run": 0.25,
        "heat": True,
    },
    ("UZ", "gas_ccgt"): {"efficiency": 0.55},
    ("TM", "gas_ocgt_steam"): {
        "efficiency": 0.29,
        "availability": 0.65,
        "must_run": 0.2,
        "heat": True,
    },
    ("TM", "gas_ccgt"): {"efficiency": 0.50},
    ("KG", "coal"): {
        "efficiency": 0.28,
        "availability": 0.45,
        "must_run": 0.7,
        "heat": True,
        "note": "Bishkek heat and power",
    },
    ("TJ", "coal"): {
        "efficiency": 0.30,
        "availability": 0.6,
        "must_run": 0.7,
        "heat": True,
        "note": "Dushanbe heat and power",
    },
    ("TJ", "gas_ocgt_steam"): {"availability": 0.5, "must_run": 0.5, "heat": True},
    ("AZ", "gas_ocgt_steam"): {
        "efficiency": 0.36,
        "availability": 0.80,
        "must_run": 0.15,
        "note": "Azerbaijan station: steam blocks for grid needs",
    },
    ("AZ", "gas_ccgt"): {"efficiency": 0.52, "availability": 0.85},
    ("AZ", "biomass"): {"availability": 0.63},
    ("NAKHCHIVAN", "gas_ocgt_steam"): {"efficiency": 0.35, "availability": 0.85},
    ("GE", "gas_ccgt"): {"efficiency": 0.53, "availability": 0.88},
    ("GE", "gas_ocgt_steam"): {"efficiency": 0.33, "availability": 0.60},
    ("AM", "gas_ccgt"): {"efficiency": 0.50, "availability": 0.85},
    ("AM", "gas_ocgt_steam"): {
        "efficiency": 0.36,
        "availability": 0.20,
        "note": "810 MW of old Hrazdan steam is mostly out of use",
    },
    ("AM", "nuclear"): {"availability": 0.62, "note": "long yearly outage; 1.9-2.8 TWh on 448 MW"},
    ("TR", "coal"): {
        "efficiency": 0.37,
        "availability": 0.66,
        "must_run": 0.4,
        "note": "lignite plants run at about half of their capacity; 113 TWh in 2022 on 21 GW",
    },
    ("TR", "gas_ccgt"): {"efficiency": 0.56, "availability": 0.85},
    ("TR", "geothermal"): {"availability": 0.72},
    ("TR", "biomass"): {"availability": 0.53},
    ("RO", "coal"): {"availability": 0.62, "must_run": 0.3, "heat": True},
    ("RO", "gas_ocgt_steam"): {
        "efficiency": 0.38,
        "must_run": 0.35,
        "heat": True,
        "note": "heat and power of the cities",
    },
    ("RO", "nuclear"): {"availability": 0.96},
    ("HU", "coal"): {"availability": 0.55, "must_run": 0.3},
    ("HU", "gas_ocgt_steam"): {
        "efficiency": 0.40,
        "must_run": 0.35,
        "heat": True,
        "note": "heat and power",
    },
    ("HU", "nuclear"): {"availability": 0.93},
    ("HU", "biomass"): {"availability": 0.66},
    ("BG", "coal"): {"availability": 0.62, "must_run": 0.3},
    ("BG", "gas_ocgt_steam"): {
        "efficiency": 0.40,
        "availability": 0.7,
        "must_run": 0.5,
        "heat": True,
        "note": "heat and power of Sofia and industry",
    },
    ("BG", "nuclear"): {"availability": 0.94},
    ("BG", "biomass"): {
        "availability": 0.9,
        "note": "capacity list is short of biogas and industrial plants",
    },
    ("GR", "coal"): {"availability": 0.55, "must_run": 0.2},
    ("GR", "gas_ccgt"): {"efficiency": 0.56},
    ("GR", "oil"): {
        "availability": 0.6,
        "must_run": 0.55,
        "note": "islands not yet joined to the mainland",
    },
}

# hydro: yearly capacity factor of reservoirs, of run of river, and the share of each month (Jan..Dec) in the year.
HYDRO = {
    "KZ_NORTH": (
        0.37,
        0.40,
        (0.88, 0.86, 0.95, 1.15, 1.25, 1.15, 1.05, 0.98, 0.92, 0.93, 0.94, 0.94),
    ),
    "KZ_SOUTH": (
        0.34,
        0.42,
        (0.70, 0.72, 0.95, 1.20, 1.35, 1.35, 1.30, 1.15, 0.95, 0.85, 0.75, 0.73),
    ),
    "UZ": (0.32, 0.33, (0.70, 0.72, 0.90, 1.10, 1.30, 1.45, 1.45, 1.25, 0.90, 0.75, 0.73, 0.75)),
    "KG": (0.44, 0.42, (1.35, 1.30, 1.15, 0.85, 0.75, 0.85, 0.90, 0.85, 0.75, 0.90, 1.10, 1.25)),
    "TJ": (0.40, 0.42, (0.82, 0.80, 0.85, 0.95, 1.10, 1.25, 1.30, 1.25, 1.05, 0.90, 0.86, 0.87)),
    "AZ": (0.15, 0.20, (0.70, 0.80, 1.20, 1.50, 1.60, 1.40, 1.00, 0.80, 0.75, 0.75, 0.75, 0.75)),
    "NAKHCHIVAN": (
        0.35,
        0.35,
        (0.60, 0.60, 0.90, 1.50, 1.80, 1.50, 1.00, 0.90, 0.80, 0.80, 0.80, 0.80),
    ),
    "GE": (0.33, 0.40, (0.62, 0.58, 0.80, 1.25, 1.60, 1.55, 1.35, 1.05, 0.85, 0.80, 0.80, 0.75)),
    "AM": (0.18, 0.28, (0.70, 0.70, 0.95, 1.50, 1.65, 1.35, 1.15, 1.05, 0.80, 0.70, 0.72, 0.73)),
    "TR": (0.235, 0.30, (0.90, 0.95, 1.25, 1.45, 1.40, 1.10, 1.00, 0.95, 0.75, 0.65, 0.70, 0.90)),
    "RO": (0.23, 0.33, (0.90, 1.00, 1.20, 1.35, 1.30, 1.15, 0.95, 0.80, 0.75, 0.78, 0.85, 0.97)),
    "HU": (0.35, 0.38, (0.80, 0.92, 1.13, 1.13, 1.10, 1.13, 1.07, 0.91, 0.96, 1.00, 1.04, 0.89)),
    "BG": (0.15, 0.22, (1.10, 1.30, 1.45, 1.45, 1.25, 0.90, 0.80, 0.70, 0.65, 0.70, 0.80, 0.90)),
    "GR": (0.17, 0.20, (1.20, 1.20, 1.15, 1.00, 0.90, 0.90, 1.10, 0.95, 0.75, 0.75, 0.95, 1.15)),
}

# market: (name, country, latitude, longitude, spread, t CO2/MWh, price profile, {year: USD/MWh}, note)
MARKETS: dict[str, tuple[str, str, float, float, float, float, bool, dict[int, float], str]] = {
    "RU": (
        "Russia: Urals and Siberia",
        "RU",
        55.0,
        68.0,
        14.0,
        0.40,
        False,
        {2022: 34.0, 2024: 34.0, 2025: 36.0, 2030: 36.0, 2035: 38.0, 2040: 40.0},
        "sells to Kazakhstan near 50 (55 USD/MWh paid in 2023) and buys near 20 (Russian day-ahead price)",
    ),
    "RU_SOUTH": (
        "Russia: North Caucasus",
        "RU",
        44.5,
        43.5,
        10.0,
        0.40,
        False,
        {2022: 28.0, 2024: 28.0, 2025: 28.0, 2030: 32.0, 2035: 35.0, 2040: 38.0},
        "Georgian import price 28 USD/MWh with the supplies to Abkhazia; customs value of Azerbaijani export 35",
    ),
    "IR": (
        "Iran: north-west",
        "IR",
        38.0,
        47.0,
        8.0,
        0.50,
        False,
        {2022: 28.0, 2024: 28.0, 2025: 28.0, 2030: 32.0, 2035: 35.0, 2040: 38.0},
        "customs value of Azerbaijani export 28 USD/MWh; small exchanges",
    ),
    "IR_AM": (
        "Iran: Armenian gas swap",
        "IR",
        38.7,
        46.2,
        3.0,
        0.50,
        False,
        {2022: 45.0, 2024: 45.0, 2025: 45.0, 2030: 45.0, 2035: 45.0, 2040: 45.0},
        "three kWh for a cubic metre of gas: about 45-50 USD/MWh at Armenian gas prices",
    ),
    "IR_TM": (
        "Iran: north-east",
        "IR",
        36.8,
        57.5,
        5.0,
        0.50,
        False,
        {2022: 25.0, 2024: 25.0, 2025: 25.0, 2030: 27.0, 2035: 29.0, 2040: 31.0},
        "old Turkmen export contracts; level assumed",
    ),
    "IR_TR": (
        "Iran: west, to Türkiye",
        "IR",
        37.5,
        45.0,
        20.0,
        0.50,
        False,
        {2022: 70.0, 2024: 60.0, 2025: 60.0, 2030: 60.0, 2035: 60.0, 2040: 60.0},
        "hardly used; wide spread keeps it so",
    ),
    "AF": (
        "Afghanistan",
        "AF",
        36.0,
        68.5,
        2.0,
        0.30,
        False,
        {2022: 44.0, 2024: 44.0, 2025: 43.0, 2030: 44.0, 2035: 45.0, 2040: 46.0},
        "Tajik export price 43.9 USD/MWh",
    ),
    "AT": ("Austria", "AT", 47.8, 15.5, 1.0, 0.10, True, {}, "Hungarian level less a little"),
    "SK": ("Slovakia", "SK", 48.6, 19.0, 1.0, 0.10, True, {}, "Hungarian level less a little"),
    "HR": ("Croatia", "HR", 45.5, 16.3, 1.0, 0.15, True, {}, "Hungarian level"),
    "RS": (
        "Serbia",
        "RS",
        44.2,
        20.8,
        1.5,
        0.70,
        True,
        {},
        "Hungarian level; carbon border charge stands on the link",
    ),
    "UA": (
        "Ukraine",
        "UA",
        49.2,
        26.0,
        3.0,
        0.25,
        True,
        {},
        "Hungarian level, higher while the war damages plants",
    ),
    "MD": (
        "Moldova",
        "MD",
        47.1,
        28.6,
        2.0,
        0.45,
        True,
        {},
        "Romanian level and a little more: it imports",
    ),
    "MK": (
        "North Macedonia",
        "MK",
        41.6,
        21.7,
        1.5,
        0.60,
        True,
        {},
        "Bulgarian level; carbon border charge stands on the link",
    ),
    "IT": (
        "Italy",
        "IT",
        40.6,
        17.0,
        1.0,
        0.25,
        True,
        {},
        "Italian level, about 7 % above the Greek one",
    ),
    "AL": ("Albania", "AL", 41.0, 20.0, 1.5, 0.02, True, {}, "Greek level"),
}
# European price levels: {year: USD/MWh of 2024}; factor by market. 2022-2025 from the Hungarian day-ahead mean.
EUROPEAN_LEVEL = {2022: 304.0, 2024: 109.0, 2025: 119.0, 2030: 98.0, 2035: 92.0, 2040: 88.0}
EUROPEAN_FACTOR = {
    "AT": 0.95,
    "SK": 0.98,
    "HR": 1.0,
    "RS": 1.0,
    "UA": 1.05,
    "MD": 1.08,
    "MK": 1.0,
    "IT": 1.08,
    "AL": 1.0,
}

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
}
# Most that a market buys from all its borders together, MW, where demand there and not the lines is the limit.
MARKET_BUY_LIMIT = {
    "AF": {2022: 600.0, 2024: 620.0, 2025: 640.0, 2030: 900.0, 2035: 1200.0, 2040: 1500.0},
    "IR_TM": {2022: 140.0, 2024: 140.0, 2025: 140.0, 2030: 200.0, 2035: 250.0, 2040: 300.0},
}

# t CO2 per MWh: factors derived for fossil plants of the country; share: part of it due in the year.
CARBON_BORDER_FACTOR = {"TR": 0.77, "RS": 1.041, "UA": 0.95, "MD": 0.45, "MK": 1.0, "AL": 0.0}
CARBON_BORDER_SHARE = {
    "TR": {2030: 1.0, 2035: 1.0, 2040: 1.0},
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
HVDC_LOSS = {"KZ_MANGYSTAU-AZ": (0.0298, 430.0), "GE-RO": (0.046, 1155.0)}
