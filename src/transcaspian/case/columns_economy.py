"""Tables of `economy/` and the list of sources."""

from transcaspian.case.columns import YEAR, Column, Table

TABLES = (
    Table(
        "sources",
        ("key",),
        (
            Column("key", "text", "Short name by which rows cite the source."),
            Column("title", "text", "Title of the page, document or data set."),
            Column("publisher", "text", "Who published it."),
            Column("address", "text", "Web address; empty for an assumption.", required=False),
            Column(
                "date",
                "text",
                "Date or year of publication (reduced ISO date); empty where the page has none.",
                required=False,
            ),
            Column("licence", "text", "Terms under which the figures may be passed on."),
        ),
        "Where figures come from.",
        sourced=False,
    ),
    Table(
        "LICENCES",
        ("table",),
        (
            Column("table", "text", "Table, by its name; power/profiles for the hourly series."),
            Column("licence", "text", "Licences that hold for it (SPDX words), joined by AND."),
            Column("attribution", "text", "Whom to name when the table is passed on."),
        ),
        "Licence and attribution of every table.",
        sourced=False,
        optional=True,
    ),
    Table(
        "economy/countries",
        ("country",),
        (
            Column("country", "text", "ISO 3166 two-letter code, or EU27, MED and other groups."),
            Column("name", "text", "Name for people."),
            Column("region", "text", "Group for summaries, for example Central Asia."),
            Column("currency", "text", "ISO 4217 code of the currency."),
            Column(
                "is_corridor", "bool", "Is it one of the corridor's own countries?", default=False
            ),
        ),
        "Countries and groups of countries that gain or pay.",
    ),
    Table(
        "economy/parameters",
        ("parameter", "country", "year"),
        (
            Column(
                "parameter",
                "text",
                "co2_price (what plants pay), social_cost_of_carbon, voll, cbam_price.",
                choices=("co2_price", "social_cost_of_carbon", "voll", "cbam_price"),
            ),
            Column("country", "text", "Country, or * for every country without a row of its own."),
            YEAR,
            Column("value", "float", "Value in the price year's money.", minimum=0.0),
            Column("unit", "text", "Unit of the value.", choices=("USD/t", "USD/MWh")),
        ),
        "Prices by country and year that are not fuel prices.",
    ),
    Table(
        "economy/external_costs",
        ("activity", "effect", "country"),
        (
            Column(
                "activity",
                "text",
                "What causes it: a mode of freight/layers or a group of power/carriers.",
            ),
            Column(
                "effect",
                "text",
                "What residents bear; carbon dioxide has its own price in economy/parameters.",
                choices=("air_pollution", "noise", "accidents"),
            ),
            Column("country", "text", "Country, or * for every country without a row of its own."),
            Column("value", "float", "Damage in the price year's money.", minimum=0.0),
            Column("unit", "text", "Unit of the value.", choices=("USD/1000 t-km", "USD/MWh")),
        ),
        "Damage to residents by tonne-kilometres carried and energy generated; what has no row"
        " counts nothing.",
        optional=True,
    ),
    Table(
        "economy/financial_terms",
        ("country",),
        (
            Column("country", "text", "Country of an owner, or * for every other one."),
            Column(
                "vat",
                "float",
                "Value-added tax on capital cost that is not refunded.",
                unit="-",
                minimum=0.0,
                maximum=1.0,
            ),
            Column(
                "import_duty",
                "float",
                "Duty on the imported part of capital cost.",
                unit="-",
                minimum=0.0,
                maximum=2.0,
            ),
            Column(
                "imported_share",
                "float",
                "Imported part of capital cost.",
                unit="-",
                minimum=0.0,
                maximum=1.0,
            ),
            Column(
                "income_tax",
                "float",
                "Tax on income less operation less depreciation, losses carried forward.",
                unit="-",
                minimum=0.0,
                maximum=0.9,
            ),
            Column(
                "depreciation_years",
                "int",
                "Years of straight-line depreciation.",
                unit="a",
                minimum=1,
                maximum=100,
            ),
            Column(
                "debt_share",
                "float",
                "Part of capital cost that is borrowed while building.",
                unit="-",
                minimum=0.0,
                maximum=1.0,
            ),
            Column(
                "interest_rate",
                "float",
                "Interest on that debt, in current prices.",
                unit="1/a",
                minimum=0.0,
                maximum=1.0,
            ),
            Column(
                "inflation",
                "float",
                "Yearly rise of prices in US dollars after the price year.",
                unit="1/a",
                minimum=-0.5,
                maximum=1.0,
            ),
        ),
        "What owners of a country meet beside cost and income; for rates of return to owners.",
        optional=True,
    ),
    Table(
        "economy/conversion_factors",
        ("kind",),
        (
            Column("kind", "text", "Kind of resource in the ledger, for example capital_cost."),
            Column(
                "factor",
                "float",
                "Shadow price over market price.",
                unit="-",
                minimum=0.0,
                maximum=5.0,
            ),
        ),
        "Shadow prices beside the headline values, which count resources at the prices of the case.",
        optional=True,
    ),
    Table(
        "economy/exchange_rates",
        ("currency", "year"),
        (
            Column("currency", "text", "ISO 4217 code."),
            YEAR,
            Column("per_usd", "float", "Units of the currency for one US dollar.", minimum=1e-9),
        ),
        "Yearly mean exchange rates used to compile the case.",
    ),
    Table(
        "economy/deflators",
        ("currency", "year"),
        (
            Column("currency", "text", "ISO 4217 code."),
            YEAR,
            Column("index", "float", "Price level, price year = 1.", unit="-", minimum=1e-9),
        ),
        "Price levels used to bring money of other years to the price year.",
    ),
    Table(
        "economy/bands",
        ("band",),
        (
            Column("band", "text", "Short name."),
            Column("name", "text", "What is looked at, for people."),
            Column(
                "measure",
                "text",
                "Yearly mean price of zones, losses over energy sent of links (in every run that"
                " uses them), mean days or gross tonnes of main routes.",
                choices=("zone_price", "link_loss", "route_days", "route_gross"),
            ),
            Column("rows", "text", "Zones, links or routes it holds for.", list_of=True),
            Column(
                "year",
                "int",
                "Year looked at; empty for every model year.",
                unit="year",
                required=False,
            ),
            Column("low", "float", "Lowest value that published figures span."),
            Column("high", "float", "Highest value."),
            Column("unit", "text", "Unit.", choices=("USD/MWh", "share", "days", "Mt")),
        ),
        "Bands that results should fall into; the report says which do not, and why.",
        optional=True,
    ),
)
