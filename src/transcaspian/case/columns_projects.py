"""Tables of `projects/` and `scenarios/`."""

from transcaspian.accounts import NOT_PARTIES, PARTIES
from transcaspian.case.columns import Column, Table

OPERATIONS = ("set", "add", "multiply")

CHANGE_COLUMNS = (
    Column("table", "text", "Table to change, for example power/links."),
    Column("row", "text", "Key of the row (parts joined by '|'), or * for every row."),
    Column("column", "text", "Column to change."),
    Column("operation", "text", "What to do.", choices=OPERATIONS),
    Column("value", "text", "New value, addend or factor."),
    Column(
        "from_year", "int", "First year it holds; empty for always.", unit="year", required=False
    ),
    Column("to_year", "int", "Last year it holds; empty for ever.", unit="year", required=False),
)

OFFSET_COLUMNS = (
    Column(
        "from_offset",
        "int",
        "First year, counted from the project's opening: 0 is the opening year.",
        unit="a",
        minimum=-20,
        maximum=100,
    ),
    Column(
        "to_offset",
        "int",
        "Last year, counted likewise; empty for as long as the project is valued.",
        unit="a",
        required=False,
        minimum=-20,
        maximum=100,
    ),
)

TABLES = (
    Table(
        "projects/projects",
        ("project",),
        (
            Column("project", "text", "Short name."),
            Column("name", "text", "Name for people."),
            Column("sector", "text", "Which model values it.", choices=("power", "freight", "own")),
            Column(
                "kind",
                "text",
                "Cable, line, railway, port, ships, road.",
                choices=(
                    "cable",
                    "line",
                    "railway",
                    "port",
                    "ships",
                    "road",
                    "dredging",
                    "plant",
                    "other",
                ),
            ),
            Column(
                "status",
                "text",
                "State of work. What is complete is part of the reference and never ranked.",
                choices=("idea", "study", "planned", "under_construction", "complete"),
            ),
            Column(
                "variant_of",
                "text",
                "Project of which it is another size or price; empty for none.",
                required=False,
                references="projects/projects.project",
            ),
            Column(
                "opening_year", "int", "First year of use.", unit="year", minimum=1990, maximum=2100
            ),
            Column("life_years", "int", "Years of use.", unit="a", minimum=1, maximum=100),
            Column(
                "capex_musd",
                "float",
                "Capital cost, price year, without interest during construction.",
                unit="million USD",
                minimum=0.0,
            ),
            Column(
                "capex_low_musd",
                "float",
                "Low published or assumed value.",
                unit="million USD",
                required=False,
                minimum=0.0,
            ),
            Column(
                "capex_high_musd",
                "float",
                "High published or assumed value.",
                unit="million USD",
                required=False,
                minimum=0.0,
            ),
            Column(
                "capex_confidence",
                "text",
                "How sure the capital cost is.",
                choices=("reported", "derived", "assumed"),
            ),
            Column(
                "opex_share",
                "float",
                "Yearly fixed operation and maintenance over capital cost.",
                unit="1/a",
                minimum=0.0,
                maximum=0.5,
            ),
            Column(
                "is_active",
                "bool",
                "Valued when no project is named on the command line.",
                default=True,
            ),
        ),
        "Projects, each a set of changes to tables.",
    ),
    Table(
        "projects/changes",
        ("project", "table", "row", "column"),
        (
            Column("project", "text", "Project.", references="projects/projects.project"),
            *CHANGE_COLUMNS,
        ),
        "What a project changes; those of a complete one take it away, as before it was built. "
        "from_year counts from nothing: empty means once it is open.",
    ),
    Table(
        "projects/spending",
        ("project", "year"),
        (
            Column("project", "text", "Project.", references="projects/projects.project"),
            Column("year", "int", "Calendar year.", unit="year", minimum=1990, maximum=2100),
            Column(
                "share",
                "float",
                "Share of the capital cost spent in the year; shares add up to 1.",
                unit="-",
                minimum=0.0,
                maximum=1.0,
            ),
        ),
        "When the capital cost is spent.",
    ),
    Table(
        "projects/shares",
        ("project", "party"),
        (
            Column("project", "text", "Project.", references="projects/projects.project"),
            Column("party", "text", "Owner: company, fund or state."),
            Column(
                "country", "text", "Country of the owner.", references="economy/countries.country"
            ),
            Column(
                "share",
                "float",
                "Share of cost and income; shares add up to 1.",
                unit="-",
                minimum=0.0,
                maximum=1.0,
            ),
        ),
        "Who owns and pays.",
    ),
    Table(
        "projects/clusters",
        ("cluster", "project"),
        (
            Column("cluster", "text", "Short name of the cluster."),
            Column("name", "text", "Name for people."),
            Column("project", "text", "Member.", references="projects/projects.project"),
        ),
        "Projects that need each other and are valued together too.",
    ),
    Table(
        "projects/own_flows",
        (
            "project",
            "kind",
            "payer",
            "payer_country",
            "receiver",
            "receiver_country",
            "from_offset",
        ),
        (
            Column("project", "text", "Project.", references="projects/projects.project"),
            Column("kind", "text", "What is paid for, for example ship_sales."),
            Column("payer", "text", "Who pays.", choices=(*PARTIES, *NOT_PARTIES)),
            Column(
                "payer_country",
                "text",
                "Country of the payer.",
                references="economy/countries.country",
            ),
            Column("receiver", "text", "Who receives.", choices=(*PARTIES, *NOT_PARTIES)),
            Column(
                "receiver_country",
                "text",
                "Country of the receiver.",
                references="economy/countries.country",
            ),
            *OFFSET_COLUMNS,
            Column(
                "amount_musd",
                "float",
                "Amount a year, price year; what is paid to resources is a cost, what resources pay"
                " is a cost saved or a good gained.",
                unit="million USD/a",
                minimum=0.0,
            ),
        ),
        "Yearly money flows of a project that no model finds: given, not modelled.",
        optional=True,
    ),
    Table(
        "projects/own_outputs",
        ("project", "measure", "country", "from_offset"),
        (
            Column("project", "text", "Project.", references="projects/projects.project"),
            Column(
                "measure",
                "text",
                "What comes of the project beside money; never added to it.",
                choices=("jobs", "exports", "imports"),
            ),
            Column("country", "text", "Country.", references="economy/countries.country"),
            *OFFSET_COLUMNS,
            Column("amount", "float", "Amount a year.", minimum=0.0),
            Column("unit", "text", "Unit.", choices=("person", "million USD/a")),
        ),
        "Jobs and trade of a project, given: for reading, no part of its value.",
        optional=True,
    ),
    Table(
        "projects/promises",
        ("project", "subject"),
        (
            Column("project", "text", "Project.", references="projects/projects.project"),
            Column(
                "subject",
                "text",
                "Commitment or project of the register whose dates are those of the opening.",
            ),
        ),
        "Which dates of the register are a project's opening, so that announced slips are priced.",
        optional=True,
    ),
    Table(
        "scenarios/scenarios",
        ("scenario",),
        (
            Column("scenario", "text", "Short name."),
            Column("name", "text", "Name for people."),
            Column("story", "text", "What it assumes, in a sentence."),
        ),
        "Named sets of changes; the first is the reference.",
        sourced=False,
    ),
    Table(
        "scenarios/changes",
        ("scenario", "table", "row", "column", "from_year"),
        (
            Column("scenario", "text", "Scenario.", references="scenarios/scenarios.scenario"),
            *CHANGE_COLUMNS,
        ),
        "What a scenario changes.",
        optional=True,
    ),
)
