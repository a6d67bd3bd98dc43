"""Tables of `crossing/`: ports, berths, vessels and weather of the sea crossing.

Cargo is counted in units of its own (wagons, trucks, TEU). A *service* is a class of vessels on a
fixed round of ports, the first of them its home; with several other ports it goes each time to the
one where most cargo waits.
"""

from transcaspian.case.columns import YEAR, Column, Table

QUEUE_RULES = ("fifo", "priority", "most_cargo", "shortest")
SAILING_RULES = ("timetable", "full", "full_or_waited", "full_or_relieved")
LAWS = ("constant", "exponential")
ARRIVAL_LAWS = ("poisson", "timetable")
VESSEL_KINDS = ("rail_ferry", "ropax", "roro", "feeder", "tanker", "dry_cargo")


def _share(name: str, meaning: str, default: float | None = None) -> Column:
    return Column(name, "float", meaning, unit="-", default=default, minimum=0.0, maximum=1.0)


def _hours(name: str, meaning: str, default: float | None = None) -> Column:
    return Column(name, "float", meaning, unit="h", default=default, minimum=0.0)


TABLES = (
    Table(
        "crossing/weathers",
        ("weather",),
        (
            Column("weather", "text", "Weather process of a port or of the open sea."),
            Column("name", "text", "Name for people."),
            Column("spell_law", "text", "Law of the length of a closed spell.", choices=LAWS),
            Column(
                "mean_spell_h", "float", "Mean length of a closed spell.", unit="h", minimum=1.0
            ),
            Column(
                "spell_low_h", "float", "Shortest mean thought possible.", unit="h", minimum=1.0
            ),
            Column(
                "spell_high_h", "float", "Longest mean thought possible.", unit="h", minimum=1.0
            ),
        ),
        "Two-state weather: open or closed.",
        optional=True,
    ),
    Table(
        "crossing/closures",
        ("weather", "month"),
        (
            Column("weather", "text", "Weather.", references="crossing/weathers.weather"),
            Column("month", "int", "Month, 1 to 12.", minimum=1, maximum=12),
            Column(
                "closed_share",
                "float",
                "Share of the month's time that is closed.",
                unit="-",
                minimum=0.0,
                maximum=0.95,
            ),
        ),
        "How much of each month weather closes.",
        optional=True,
    ),
    Table(
        "crossing/ports",
        ("port",),
        (
            Column("port", "text", "Port."),
            Column("name", "text", "Name for people."),
            Column(
                "node", "text", "Its place in the freight network.", references="freight/nodes.node"
            ),
            Column("weather", "text", "Its weather.", references="crossing/weathers.weather"),
            Column(
                "usable_draught_m",
                "float",
                "Deepest draught that could enter when the sea stood at draught_level_m.",
                unit="m",
                minimum=0.0,
            ),
            Column(
                "draught_level_m",
                "float",
                "Level of the Caspian at which the usable draught holds (Baltic system).",
                unit="m",
            ),
            _hours("pilotage_h", "Time in the channel, each way.", 0.5),
            Column(
                "is_one_way", "bool", "Does one vessel at a time use the channel?", default=True
            ),
        ),
        "Ports of the crossing.",
        optional=True,
    ),
    Table(
        "crossing/port_years",
        ("port", "year"),
        (
            Column("port", "text", "Port.", references="crossing/ports.port"),
            YEAR,
            Column(
                "dredged_m",
                "float",
                "Depth won by dredging since the usable draught was stated.",
                unit="m",
                default=0.0,
                minimum=0.0,
            ),
        ),
        "What changes by year.",
        optional=True,
        yearly_of="crossing/ports",
    ),
    Table(
        "crossing/sea_level",
        ("path", "year"),
        (
            Column("path", "text", "Path of the sea level: mid, low or high."),
            YEAR,
            Column("level_m", "float", "Level of the Caspian (Baltic system).", unit="m"),
        ),
        "Where the sea stands; between years it is interpolated.",
        optional=True,
    ),
    Table(
        "crossing/berths",
        ("berth",),
        (
            Column("berth", "text", "Berths of one kind in one port."),
            Column("port", "text", "Port.", references="crossing/ports.port"),
            Column("name", "text", "Name for people."),
            _hours("fixed_h", "Mooring, papers and hatches, each call.", 1.0),
            Column("queue_rule", "text", "Who berths first.", choices=QUEUE_RULES, default="fifo"),
            Column(
                "cranes_per_vessel",
                "int",
                "Cranes that a vessel needs; 0 for ramps.",
                default=0,
                minimum=0,
            ),
        ),
        "Berths by kind.",
        optional=True,
    ),
    Table(
        "crossing/berth_years",
        ("berth", "year"),
        (
            Column("berth", "text", "Berths.", references="crossing/berths.berth"),
            YEAR,
            Column("count", "int", "Vessels that can lie there at once.", minimum=1),
            Column("cranes", "int", "Cranes that serve them.", default=0, minimum=0),
        ),
        "What changes by year.",
        optional=True,
        yearly_of="crossing/berths",
    ),
    Table(
        "crossing/cargoes",
        ("cargo",),
        (
            Column("cargo", "text", "Class of cargo."),
            Column("name", "text", "Name for people."),
            Column("unit", "text", "What is counted."),
            Column(
                "space",
                "float",
                "Room that a unit takes.",
                unit="lane m or TEU",
                minimum=0.0,
            ),
            Column(
                "tonnes",
                "float",
                "Mass of a unit, its box or wagon included.",
                unit="t",
                minimum=0.1,
            ),
            _hours("clearance_h", "Mean time from the vessel to the exit of the port."),
        ),
        "Classes of cargo.",
        optional=True,
    ),
    Table(
        "crossing/handling",
        ("berth", "cargo"),
        (
            Column("berth", "text", "Berths.", references="crossing/berths.berth"),
            Column("cargo", "text", "Cargo.", references="crossing/cargoes.cargo"),
            Column(
                "units_per_h",
                "float",
                "Units on or off one vessel in an hour, with the cranes that it needs.",
                unit="1/h",
                minimum=0.001,
            ),
        ),
        "How fast a vessel is loaded and unloaded.",
        optional=True,
    ),
    Table(
        "crossing/yards",
        ("port", "cargo"),
        (
            Column("port", "text", "Port.", references="crossing/ports.port"),
            Column("cargo", "text", "Cargo.", references="crossing/cargoes.cargo"),
            Column(
                "export_units",
                "float",
                "Room for cargo that waits for a vessel; beyond it the road or the line fills.",
                unit="units",
                minimum=1,
            ),
            Column(
                "import_units",
                "int",
                "Room for cargo that has landed; a vessel waits when it is full. Empty: no limit.",
                unit="units",
                required=False,
                minimum=1,
            ),
        ),
        "Room in the ports.",
        optional=True,
    ),
    Table(
        "crossing/sidings",
        ("siding",),
        (
            Column("siding", "text", "Tracks where trains are unloaded."),
            Column("port", "text", "Port.", references="crossing/ports.port"),
            Column("tracks", "int", "Trains at a time.", minimum=1),
            _hours("train_h", "Time to unload a train."),
        ),
        "The rail side of the ports.",
        optional=True,
    ),
    Table(
        "crossing/vessels",
        ("vessel",),
        (
            Column("vessel", "text", "Class of vessels."),
            Column("name", "text", "Name for people."),
            Column("owner", "text", "Who runs them."),
            Column("kind", "text", "Kind.", choices=VESSEL_KINDS),
            Column("space", "float", "Room for cargo.", unit="lane m or TEU", minimum=0.0),
            Column("payload_t", "float", "Cargo at full draught.", unit="t", minimum=1.0),
            Column("draught_laden_m", "float", "Draught with that cargo.", unit="m", minimum=0.1),
            Column("draught_light_m", "float", "Draught without cargo.", unit="m", minimum=0.1),
            Column("speed_kn", "float", "Speed.", unit="kn", minimum=1.0),
            Column("usd_day", "float", "Cost of a vessel-day, all in.", unit="USD/d", minimum=0.0),
            _share("breakdown_share", "Voyages on which it breaks down.", 0.01),
            _hours("repair_h", "Mean length of a repair.", 72.0),
            Column(
                "dock_interval_days",
                "float",
                "Time between dry docks; empty: none.",
                unit="d",
                required=False,
                minimum=1,
            ),
            Column(
                "dock_days", "float", "Length of a dry dock.", unit="d", default=30.0, minimum=0.0
            ),
        ),
        "Classes of vessels.",
        optional=True,
    ),
    Table(
        "crossing/routes",
        ("port0", "port1"),
        (
            Column("port0", "text", "One end.", references="crossing/ports.port"),
            Column("port1", "text", "Other end.", references="crossing/ports.port"),
            Column("distance_km", "float", "Way by sea.", unit="km", minimum=1.0),
            Column(
                "variation",
                "float",
                "Coefficient of variation of the time at sea.",
                unit="-",
                default=0.1,
                minimum=0.0,
                maximum=2.0,
            ),
            Column(
                "weather",
                "text",
                "Weather of the open sea that forbids to leave; empty: none.",
                references="crossing/weathers.weather",
                required=False,
            ),
        ),
        "Ways across the sea, both directions.",
        optional=True,
    ),
    Table(
        "crossing/services",
        ("service",),
        (
            Column("service", "text", "Vessels of one class on one round."),
            Column("vessel", "text", "Class.", references="crossing/vessels.vessel"),
            Column("ports", "text", "Home port, then the others, separated by ';'."),
            Column("berths", "text", "Where it lies in each of these ports, separated by ';'."),
            Column(
                "cargoes", "text", "What it carries, in the order of loading, separated by ';'."
            ),
            Column(
                "sailing_rule",
                "text",
                "When it leaves; full_or_relieved: also when another vessel waits for its berth.",
                choices=SAILING_RULES,
            ),
            _share("fill_share", "So full it leaves (rules full and full_or_waited).", 1.0),
            Column(
                "max_wait_h",
                "float",
                "So long it waits (rules full_or_waited and full_or_relieved).",
                unit="h",
                required=False,
                minimum=0.0,
            ),
            Column(
                "headway_h",
                "float",
                "Time between departures of a vessel (rule timetable).",
                unit="h",
                required=False,
                minimum=0.1,
            ),
            Column(
                "priority", "int", "Larger berths first under the queue rule priority.", default=0
            ),
        ),
        "Who sails where.",
        optional=True,
    ),
    Table(
        "crossing/service_years",
        ("service", "year"),
        (
            Column("service", "text", "Service.", references="crossing/services.service"),
            YEAR,
            Column("count", "int", "Vessels.", minimum=0),
        ),
        "What changes by year.",
        optional=True,
        yearly_of="crossing/services",
    ),
    Table(
        "crossing/arrivals",
        ("arrival",),
        (
            Column("arrival", "text", "Stream of cargo."),
            Column("port0", "text", "Port it sails from.", references="crossing/ports.port"),
            Column("port1", "text", "Port it sails to.", references="crossing/ports.port"),
            Column("cargo", "text", "Cargo.", references="crossing/cargoes.cargo"),
            Column("law", "text", "How it comes.", choices=ARRIVAL_LAWS, default="poisson"),
            Column("batch", "int", "Units that come together (a train).", default=1, minimum=1),
            Column(
                "siding",
                "text",
                "Where its trains are unloaded; empty for trucks.",
                references="crossing/sidings.siding",
                required=False,
            ),
        ),
        "Cargo that comes to the ports.",
        optional=True,
    ),
    Table(
        "crossing/arrival_years",
        ("arrival", "year"),
        (
            Column("arrival", "text", "Stream.", references="crossing/arrivals.arrival"),
            YEAR,
            Column("units", "float", "Units in the year.", unit="units/a", minimum=0.0),
        ),
        "What changes by year.",
        optional=True,
        yearly_of="crossing/arrivals",
    ),
    Table(
        "crossing/visits",
        ("visit",),
        (
            Column(
                "visit", "text", "Ships that call for themselves (tankers, grain): they use berths."
            ),
            Column("berth", "text", "Berths.", references="crossing/berths.berth"),
            Column("name", "text", "Name for people."),
            Column("service_h", "float", "Mean time at the berth.", unit="h", minimum=0.1),
            Column(
                "variation",
                "float",
                "Its coefficient of variation.",
                unit="-",
                default=0.3,
                minimum=0.0,
                maximum=3.0,
            ),
        ),
        "Other traffic.",
        optional=True,
    ),
    Table(
        "crossing/visit_years",
        ("visit", "year"),
        (
            Column("visit", "text", "Visits.", references="crossing/visits.visit"),
            YEAR,
            Column("calls", "float", "Calls in the year.", unit="1/a", minimum=0.0),
        ),
        "What changes by year.",
        optional=True,
        yearly_of="crossing/visits",
    ),
    Table(
        "crossing/links",
        ("link",),
        (
            Column(
                "link",
                "text",
                "Link of the freight network between two ports of the crossing.",
                references="freight/links.link",
            ),
            Column(
                "cargo",
                "text",
                "Class of cargo that its freight sails as.",
                references="crossing/cargoes.cargo",
            ),
            Column(
                "load_per_unit",
                "float",
                "Freight for each unit that sails, empty ones counted: net t, or laden TEU where "
                "the link counts TEU.",
                unit="t or TEU",
                minimum=0.001,
            ),
            Column(
                "terminals",
                "text",
                "Freight terminals whose time lies within the simulated wait, separated by ';'.",
                required=False,
            ),
        ),
        "Freight links whose time and delay are those of the simulation.",
        optional=True,
    ),
    Table(
        "crossing/observed",
        ("quantity", "year"),
        (
            Column(
                "quantity",
                "text",
                "What was counted: kuryk_calls, kuryk_t, kmtf_teu, alat_handling_h.",
            ),
            Column("name", "text", "Name for people, with its scope."),
            YEAR,
            _share("year_share", "Part of the year that it covers.", 1.0),
            Column("value", "float", "Published value."),
            Column("unit", "text", "Unit."),
        ),
        "Published figures of the crossing, for comparison only.",
        optional=True,
    ),
)
