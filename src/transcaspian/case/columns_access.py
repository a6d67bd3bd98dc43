"""Tables of `freight/` on who may go where, at what extra cost, and in which months.

Access rules are sanctions, bans, permits, insurance, works and ice: they hold for some cargo on
some links and terminals, for all of a year or for some of its months. Subsidies pay part of what
carriers charge. The tables of months say when links and terminals are open and how full they are.
"""

from collections.abc import Sequence

from transcaspian.case.columns import YEAR, Column, Table
from transcaspian.case.columns_routes import CARGO

MONTHS = tuple(str(month) for month in range(1, 13))


def _scope() -> Sequence[Column]:
    """Return the columns that say which cargo a rule holds for; an empty cell means any."""
    return (
        Column(
            "zones",
            "text",
            "Zones at either end of the flow; empty for any.",
            required=False,
            list_of=True,
            references="freight/zones.zone",
        ),
        Column(
            "origins",
            "text",
            "Zones that the cargo comes from; empty for any.",
            required=False,
            list_of=True,
            references="freight/zones.zone",
        ),
        Column(
            "destinations",
            "text",
            "Zones that the cargo goes to; empty for any.",
            required=False,
            list_of=True,
            references="freight/zones.zone",
        ),
        *CARGO,
    )


IN_FORCE = Column("is_in_force", "bool", "Does it hold in this year?", default=True)

TABLES = (
    Table(
        "freight/access",
        ("access",),
        (
            Column("access", "text", "Rule."),
            Column("name", "text", "Name for people."),
            Column(
                "kind",
                "text",
                "What sort of rule it is.",
                choices=("sanction", "ban", "permit", "insurance", "works", "season", "security"),
            ),
            Column(
                "country",
                "text",
                "Country whose government earns the charge; empty where it is a real cost, such as"
                " reloading.",
                required=False,
                references="economy/countries.country",
            ),
            Column(
                "links",
                "text",
                "Links it holds on, both ways; each one that a path passes counts.",
                required=False,
                list_of=True,
                references="freight/links.link",
            ),
            Column(
                "terminals",
                "text",
                "Terminals it holds at; each one that a path passes counts.",
                required=False,
                list_of=True,
                references="freight/terminals.terminal",
            ),
            *_scope(),
        ),
        "Sanctions, bans, permits, insurance, works and ice: which cargo they hold for, and where.",
        optional=True,
    ),
    Table(
        "freight/access_years",
        ("access", "year"),
        (
            Column("access", "text", "Rule.", references="freight/access.access"),
            YEAR,
            IN_FORCE,
            Column(
                "months",
                "text",
                "Months it holds in, 1 to 12; empty for the whole year.",
                required=False,
                list_of=True,
                choices=MONTHS,
            ),
            Column("is_closed", "bool", "The cargo cannot go there at all.", default=False),
            Column("delay_h", "float", "Extra time.", unit="h", default=0.0, minimum=0.0),
            Column(
                "charge_usd_per_t", "float", "Extra charge.", unit="USD/t", default=0.0, minimum=0.0
            ),
            Column(
                "insurance_share",
                "float",
                "Insurance and risk over the value of the goods.",
                unit="-",
                default=0.0,
                minimum=0.0,
                maximum=1.0,
            ),
        ),
        "What each rule does by year.",
        optional=True,
        yearly_of="freight/access",
    ),
    Table(
        "freight/subsidies",
        ("subsidy",),
        (
            Column("subsidy", "text", "Subsidy."),
            Column("name", "text", "Name for people."),
            Column(
                "country",
                "text",
                "Country whose government pays it.",
                references="economy/countries.country",
            ),
            Column(
                "layers",
                "text",
                "Layers whose charges it lowers; empty for any.",
                required=False,
                list_of=True,
                references="freight/layers.layer",
            ),
            Column(
                "links",
                "text",
                "Links whose charges it lowers; empty for any.",
                required=False,
                list_of=True,
                references="freight/links.link",
            ),
            *_scope(),
        ),
        "Payments of governments towards what shippers pay on links.",
        optional=True,
    ),
    Table(
        "freight/subsidy_years",
        ("subsidy", "year"),
        (
            Column("subsidy", "text", "Subsidy.", references="freight/subsidies.subsidy"),
            YEAR,
            IN_FORCE,
            Column(
                "share",
                "float",
                "Share of the charge that the government pays.",
                unit="-",
                minimum=0.0,
                maximum=1.0,
            ),
        ),
        "What each subsidy pays by year.",
        optional=True,
        yearly_of="freight/subsidies",
    ),
    *(
        Table(
            f"freight/{thing}_months",
            (thing, "month"),
            (
                Column(
                    thing, "text", f"{thing.capitalize()}.", references=f"freight/{thing}s.{thing}"
                ),
                Column("month", "int", "Month of the year.", minimum=1, maximum=12),
                Column(
                    "open_share",
                    "float",
                    "Share of the month that it can be used; a month that is shut is a rule of"
                    " freight/access.",
                    unit="-",
                    default=1.0,
                    minimum=0.01,
                    maximum=1.0,
                ),
                Column(
                    "background_factor",
                    "float",
                    "Background traffic of the month over that of the mean month; the year's mean,"
                    " weighted by days, is 1.",
                    unit="-",
                    default=1.0,
                    minimum=0.0,
                ),
            ),
            f"How each month of a {thing} differs from the year's mean; twelve rows or none.",
            optional=True,
        )
        for thing in ("link", "terminal")
    ),
)
