"""Tables of `power/` on adequacy: how parts fail, how water varies, how much shortage is allowed."""

from transcaspian.case.columns import Column, Table

__all__ = ["TABLES"]

TIMES = (
    Column("mttf_h", "float", "Mean time to failure of a unit.", unit="h", minimum=1.0),
    Column("mttr_h", "float", "Mean time to repair.", unit="h", minimum=1.0),
)

TABLES = (
    Table(
        "power/outage_classes",
        ("carrier", "bus"),
        (
            Column("carrier", "text", "Kind of plant.", references="power/carriers.carrier"),
            Column("bus", "text", "Zone, or * for every zone without a row of its own."),
            Column(
                "unit_mw",
                "float",
                "Size of a unit; plants are cut into units near it.",
                unit="MW",
                minimum=0.1,
            ),
            *TIMES,
            Column(
                "outage_rate_low",
                "float",
                "Low end of the range of the share of hours out.",
                unit="-",
                minimum=0.0,
                maximum=1.0,
            ),
            Column(
                "outage_rate_high",
                "float",
                "High end of the range.",
                unit="-",
                minimum=0.0,
                maximum=1.0,
            ),
        ),
        "Forced outages of plants: units of a class fail and are repaired on their own.",
        optional=True,
    ),
    Table(
        "power/link_outages",
        ("technology",),
        (
            Column("technology", "text", "Kind of connection.", choices=("AC", "HVDC", "B2B")),
            Column(
                "parts",
                "int",
                "Poles, blocks or circuits that fail on their own, each with an equal share.",
                minimum=1,
                maximum=8,
            ),
            *TIMES,
            Column(
                "whole_mttf_h",
                "float",
                "Mean time to a failure of all parts together.",
                unit="h",
                minimum=1.0,
            ),
            Column("whole_mttr_h", "float", "Mean time to repair it.", unit="h", minimum=1.0),
        ),
        "Forced outages of cables, converters and lines.",
        optional=True,
    ),
    Table(
        "power/water_years",
        ("bus",),
        (
            Column("bus", "text", "Zone.", references="power/buses.bus"),
            Column("basin", "text", "Zones of a basin are dry and wet in the same years."),
            Column(
                "spread_pu",
                "float",
                "Standard deviation of the water of a year over its mean.",
                unit="-",
                minimum=0.0,
                maximum=1.0,
            ),
        ),
        "Dry and wet years of hydro plants.",
        optional=True,
    ),
    Table(
        "power/adequacy_standards",
        ("country",),
        (
            Column("country", "text", "Country.", references="economy/countries.country"),
            Column(
                "lole_h",
                "float",
                "Most hours a year in which load may be unserved in the mean.",
                unit="h",
                minimum=0.0,
            ),
        ),
        "Reliability standards that scenarios are judged by.",
        optional=True,
    ),
)
