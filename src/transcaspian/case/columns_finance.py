"""Tables of `finance/`: vehicles, who pays into them, what they may pay for and on which terms."""

from collections.abc import Iterator

from transcaspian.case.columns import YEAR, Column, Table

VEHICLE = Column("vehicle", "text", "Vehicle.", references="finance/vehicles.vehicle")
SECTORS = ("power", "freight", "own", "*")


def _share(
    name: str, meaning: str, *, minimum: float = 0.0, default: float | None = None
) -> Column:
    return Column(name, "float", meaning, "-", default=default, minimum=minimum, maximum=1.0)


def _money(name: str, meaning: str, *, required: bool = True) -> Column:
    return Column(name, "float", meaning, "million USD", required=required, minimum=0.0)


def _rate(name: str, meaning: str) -> Column:
    return Column(name, "float", meaning, "1/a", minimum=-0.2, maximum=0.5)


def _vehicle_columns() -> Iterator[Column]:
    yield Column("vehicle", "text", "Short name.")
    yield Column("name", "text", "Name for people.")
    yield _money("size_musd", "What the parties commit together, money of the day.")
    yield _money("size_low_musd", "Smallest size tried; empty where it is known.", required=False)
    yield _money("size_high_musd", "Largest size tried; empty where it is known.", required=False)
    yield Column("first_year", "int", "First year of paying.", "year", minimum=1990, maximum=2100)
    yield Column("last_year", "int", "Last year of paying.", "year", minimum=1990, maximum=2100)
    yield _share("ticket_floor", "Smallest share of a project's equity bought.", minimum=0.001)
    yield _share("ticket_cap", "Largest share of a project's equity bought.", minimum=0.001)
    yield _share("exposure_cap", "Largest part of the size put into one project.", minimum=0.001)
    yield Column(
        "management_fee",
        "float",
        "Yearly fee over money invested, called from the parties until the last year of paying.",
        "1/a",
        minimum=0.0,
        maximum=0.1,
    )
    yield _share("recycled_share", "Share of what comes back that may pay for later projects.")
    yield _rate("required_return", "Real return that the vehicle discounts its own money with.")
    yield Column(
        "objective",
        "text",
        "What it makes as large as possible: weights of vehicle, economic, party:NAME and"
        " country:XX, as in 'vehicle=0.5; economic=0.5'.",
        default="vehicle=1",
    )
    yield _rate("inflation", "Yearly rise of all prices from the price year on.")


TABLES = (
    Table(
        "finance/vehicles",
        ("vehicle",),
        tuple(_vehicle_columns()),
        "Joint vehicles that buy shares of projects.",
        optional=True,
    ),
    Table(
        "finance/parties",
        ("vehicle", "party"),
        (
            VEHICLE,
            Column("party", "text", "Who pays into the vehicle."),
            Column("country", "text", "Country.", references="economy/countries.country"),
            _share("share", "Share of every call and distribution; shares add up to 1."),
            _rate("discount_rate", "Real rate that the party discounts its own money with."),
        ),
        "Who pays into a vehicle and what each share is.",
        optional=True,
    ),
    Table(
        "finance/budgets",
        ("vehicle", "party", "year"),
        (
            VEHICLE,
            Column("party", "text", "Party; * for each that has no rows of its own."),
            YEAR,
            _share("share", "Largest part of the party's commitment called in the year."),
        ),
        "What a party can be called for by year; nothing in years without a row.",
        optional=True,
    ),
    Table(
        "finance/offers",
        ("project",),
        (
            Column("project", "text", "Project.", references="projects/projects.project"),
            Column(
                "vehicles",
                "text",
                "Vehicles that may buy a share.",
                references="finance/vehicles.vehicle",
                list_of=True,
            ),
            Column(
                "income_party",
                "text",
                "Party whose gain in the owners' countries is income of the project; empty where"
                " all income stands in its own flows.",
                required=False,
                choices=("grid_owners", "producers", "storage_owners", "carriers", "terminals"),
            ),
            _share("charge_share", "Part of what others gain that is taken from them in charges."),
            Column(
                "regulated_return",
                "float",
                "Real return that a regulator or a contract grants on what was spent, through level"
                " yearly payments over the project's life, besides operation and renewal; empty"
                " where income comes from the models and charges.",
                "1/a",
                required=False,
                minimum=0.0,
                maximum=0.5,
            ),
            Column(
                "latest_delay_years",
                "int",
                "Years by which the project may open later than planned, at most.",
                "a",
                minimum=0,
                maximum=20,
            ),
        ),
        "Which projects can be bought into, and what their owners earn.",
        optional=True,
    ),
    Table(
        "finance/facilities",
        ("facility",),
        (
            Column("facility", "text", "Short name."),
            Column("name", "text", "Name for people."),
            Column(
                "sector", "text", "Projects it is open to, by sector; * for all.", choices=SECTORS
            ),
            Column(
                "project",
                "text",
                "The only project it is open to; empty for all of the sector.",
                required=False,
                references="projects/projects.project",
            ),
            Column("provider", "text", "Who gives it."),
            Column(
                "rank",
                "text",
                "Grant, loan served first, loan served later, or guarantee of senior loans.",
                choices=("grant", "senior", "subordinated", "guarantee"),
            ),
            _share("share", "Share of the capital cost that it pays for or guarantees at most."),
            Column(
                "interest_rate",
                "float",
                "Interest, money of the day; loans only.",
                "1/a",
                required=False,
                minimum=0.0,
                maximum=0.5,
            ),
            Column(
                "tenor_years",
                "int",
                "Years from opening until the last repayment, at most the project's life.",
                "a",
                required=False,
                minimum=1,
                maximum=60,
            ),
            Column(
                "grace_years",
                "int",
                "Years after opening without repayment, part of the tenor.",
                "a",
                default=0,
                minimum=0,
                maximum=20,
            ),
            _share("upfront_fee", "Fee over the whole loan, due with the first draw.", default=0.0),
            _share("commitment_fee", "Yearly fee over what is not yet drawn.", default=0.0),
            Column(
                "repayment",
                "text",
                "Level payments, equal repayments, or in proportion to cash flow.",
                default="annuity",
                choices=("annuity", "equal", "sculpted"),
            ),
            Column(
                "target_dscr",
                "float",
                "The loan is made smaller where cash flow covers its service fewer times.",
                "-",
                required=False,
                minimum=1.0,
                maximum=10.0,
            ),
        ),
        "Grants, loans and guarantees that projects are financed with.",
        optional=True,
    ),
    Table(
        "finance/covenants",
        ("sector",),
        (
            Column("sector", "text", "Sector; * for those without a row.", choices=SECTORS),
            Column(
                "lockup_dscr",
                "float",
                "Debt service cover ratio below which nothing is distributed.",
                "-",
                minimum=0.0,
                maximum=10.0,
            ),
            Column(
                "minimum_llcr",
                "float",
                "Loan life cover ratio below which nothing is distributed.",
                "-",
                minimum=0.0,
                maximum=10.0,
            ),
            Column(
                "reserve_months",
                "float",
                "Months of next year's senior debt service held in reserve.",
                "months",
                minimum=0.0,
                maximum=24.0,
            ),
        ),
        "What lenders ask of projects.",
        optional=True,
    ),
    Table(
        "finance/limits",
        ("vehicle", "dimension", "member"),
        (
            VEHICLE,
            Column("dimension", "text", "What is balanced.", choices=("country", "sector")),
            Column("member", "text", "Country or sector."),
            _share("minimum_share", "Least part of the money committed that goes there."),
            _share("maximum_share", "Most of the money committed that goes there."),
        ),
        "Balance of a vehicle between countries and sectors.",
        optional=True,
    ),
    Table(
        "finance/rules",
        ("rule",),
        (
            Column("rule", "text", "Short name."),
            Column(
                "kind",
                "text",
                "The project needs the other, stands against it, or must be built.",
                choices=("needs", "excludes", "required"),
            ),
            Column("project", "text", "Project.", references="projects/projects.project"),
            Column(
                "other",
                "text",
                "The other project; any variant of it serves a need.",
                required=False,
                references="projects/projects.project",
            ),
            Column(
                "lag_years",
                "int",
                "Years for which the needed project has been open.",
                "a",
                default=0,
                minimum=0,
                maximum=20,
            ),
        ),
        "What must be there, what must come first, what cannot stand beside another.",
        optional=True,
    ),
    Table(
        "finance/build_capacity",
        ("dimension", "member", "from_year"),
        (
            Column("dimension", "text", "Of what.", choices=("country", "sector")),
            Column("member", "text", "Country or sector; * for all together."),
            Column("from_year", "int", "First year.", "year", minimum=1990, maximum=2100),
            Column("to_year", "int", "Last year.", "year", minimum=1990, maximum=2100),
            _money("capacity_musd", "Most that the chosen projects can build a year, price year."),
        ),
        "How much can be built in a year.",
        optional=True,
    ),
    Table(
        "finance/probabilities",
        ("scenario",),
        (
            Column("scenario", "text", "Scenario.", references="scenarios/scenarios.scenario"),
            Column(
                "probability",
                "float",
                "Weight; those of the scenarios of a run are brought to a sum of 1.",
                "-",
                minimum=1e-6,
                maximum=1.0,
            ),
        ),
        "How likely scenarios are taken to be when a portfolio is chosen.",
        optional=True,
    ),
)
