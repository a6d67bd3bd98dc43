"""A finished run with three projects, made up, and the finance tables of one or two vehicles."""

import polars as pl

from transcaspian.case.settings import CaseSettings
from transcaspian.portfolio.vehicle import RunTables

SCENARIOS = ("reference", "slow")
LAST = 2052
SETTINGS = CaseSettings(
    schema_version=1,
    name="small",
    title="Small",
    currency="USD",
    price_year=2024,
    base_year=2025,
    model_years=[2030],
    power_backcast_year=None,
    freight_backcast_year=None,
    weather_year=2016,
    discount_rates=[0.04, 0.06],
    headline_rate=0.06,
)
PROJECTS = (
    # project, sector, kind, status, variant_of, capex, yearly gain of the terminals, of shippers
    ("PORT", "freight", "port", "planned", None, 100.0, 14.0, 6.0),
    ("PORT_BIG", "freight", "port", "planned", "PORT", 160.0, 18.0, 9.0),
    ("LINE", "power", "line", "planned", None, 200.0, 5.0, 30.0),
    ("SHIPS", "freight", "ships", "planned", None, 60.0, 1.0, 0.5),
    ("OLD", "freight", "port", "complete", None, 50.0, 10.0, 1.0),
)
FACTOR = {"reference": 1.0, "slow": 0.7}
OPENING, LIFE = 2029, 24


def small_run(**finance: list[dict[str, object]]) -> RunTables:
    """Return the run with its finance tables; a table given replaces the one of that name."""
    tables = {name: _table(name, rows) for name, rows in (_finance() | finance).items()}
    shares = [
        {"project": project, "party": "owner", "country": country, "share": 0.5}
        for project, *_ in PROJECTS
        for country in ("AZ", "KZ")
    ]
    case = {f"finance/{name}": frame for name, frame in tables.items()}
    case["projects/shares"] = pl.DataFrame(shares)
    return RunTables({"projects": _projects(), "ledger": _ledger()}, case, SETTINGS)


def _table(name: str, rows: list[dict[str, object]]) -> pl.DataFrame:
    from transcaspian.case.columns_finance import TABLES

    kinds = {"text": pl.String, "float": pl.Float64, "int": pl.Int64, "bool": pl.Boolean}
    table = next(one for one in TABLES if one.name == f"finance/{name}")
    columns = {column.name: kinds[column.kind] for column in table.columns}
    filled = [
        {column.name: row.get(column.name, column.default) for column in table.columns}
        for row in rows
    ]
    return pl.DataFrame(filled, schema=columns)


def _projects() -> pl.DataFrame:
    rows = [
        {
            "scenario": scenario,
            "project": project,
            "name": project.title(),
            "sector": sector,
            "kind": kind,
            "is_cluster": False,
            "members": "",
            "variant_of": variant,
            "status": status,
            "opening_year": OPENING,
            "life_years": LIFE,
            "capex_musd": capex,
        }
        for scenario in SCENARIOS
        for project, sector, kind, status, variant, capex, _, _ in PROJECTS
    ]
    both = {
        "project": "SEA", "name": "Sea", "sector": "freight", "kind": "cluster", "is_cluster": True,
        "members": "PORT, SHIPS", "variant_of": None, "status": "planned", "opening_year": OPENING,
        "life_years": LIFE, "capex_musd": 160.0,
    }  # fmt: skip
    rows += [{"scenario": scenario} | both for scenario in SCENARIOS]
    return pl.DataFrame(rows)


def _ledger() -> pl.DataFrame:
    rows: list[tuple[object, ...]] = []
    gains = {
        project: (capex, own, others, kind)
        for project, _, kind, _, _, capex, own, others in PROJECTS
    }
    gains["SEA"] = (160.0, 25.0, 8.0, "port")
    for scenario in SCENARIOS:
        for project, (capex, own, others, kind) in gains.items():
            party = {"port": "terminals", "line": "grid_owners", "ships": "carriers"}[kind]
            for country in ("AZ", "KZ"):
                owners = ("project_owners", country, "resources", country)
                rows += [
                    (scenario, project, year, "capital_cost", *owners, capex / 4, "resource")
                    for year in (2027, 2028)
                ]
                for year in range(OPENING, LAST + 1):
                    rows.append(
                        (
                            scenario,
                            project,
                            year,
                            "fixed_operation",
                            *owners,
                            0.005 * capex,
                            "resource",
                        )
                    )
                    paid = ("shippers", "TR", party, country)
                    rows.append(
                        (
                            scenario,
                            project,
                            year,
                            "toll",
                            *paid,
                            own / 2 * FACTOR[scenario],
                            "transfer",
                        )
                    )
                    saved = ("resources", "TR", "shippers", "TR")
                    gain = (own + others) / 2 * FACTOR[scenario]
                    rows.append((scenario, project, year, "time", *saved, gain, "resource"))
    names = ("scenario", "project", "year", "kind", "payer", "payer_country", "receiver", "receiver_country", "amount_musd", "nature")  # fmt: skip
    return pl.DataFrame(rows, schema=names, orient="row")


def _finance() -> dict[str, list[dict[str, object]]]:
    vehicle = {
        "vehicle": "FUND", "name": "Fund", "size_musd": 60.0, "size_low_musd": 20.0,
        "size_high_musd": 120.0, "first_year": 2027, "last_year": 2033, "ticket_floor": 0.1,
        "ticket_cap": 0.49, "exposure_cap": 0.6, "management_fee": 0.01, "recycled_share": 1.0,
        "required_return": 0.06, "objective": "vehicle=1", "inflation": 0.02,
    }  # fmt: skip
    income = {"port": "terminals", "line": "grid_owners", "ships": "carriers"}
    return {
        "vehicles": [vehicle],
        "parties": [
            {"vehicle": "FUND", "party": "one", "country": "AZ", "share": 0.5, "discount_rate": 0.06},
            {"vehicle": "FUND", "party": "two", "country": "KZ", "share": 0.3, "discount_rate": 0.06},
            {"vehicle": "FUND", "party": "three", "country": "KZ", "share": 0.2, "discount_rate": 0.09},
        ],
        "budgets": [
            {"vehicle": "FUND", "party": "*", "year": year, "share": 0.4} for year in range(2027, 2034)
        ],
        "offers": [
            {
                "project": project, "vehicles": "FUND", "income_party": income[kind],
                "charge_share": 0.5, "latest_delay_years": 2,
            }
            for project, _, kind, *_ in PROJECTS
        ],
        "facilities": [
            {
                "facility": "A", "name": "A", "sector": "*", "provider": "bank", "rank": "senior",
                "share": 0.4, "interest_rate": 0.05, "tenor_years": 12, "grace_years": 1,
                "upfront_fee": 0.01, "commitment_fee": 0.005, "repayment": "sculpted",
                "target_dscr": 1.2,
            },
            {
                "facility": "B", "name": "B", "sector": "*", "provider": "sponsor", "rank": "subordinated",
                "share": 0.1, "interest_rate": 0.08, "tenor_years": 10,
            },
            {
                "facility": "G", "name": "G", "sector": "freight", "provider": "donor", "rank": "grant",
                "share": 0.1,
            },
            {
                "facility": "S", "name": "S", "sector": "*", "provider": "state", "rank": "guarantee",
                "share": 0.02,
            },
        ],
        "covenants": [{"sector": "*", "lockup_dscr": 1.15, "minimum_llcr": 1.15, "reserve_months": 6.0}],
        "limits": [],
        "rules": [],
        "build_capacity": [
            {"dimension": "sector", "member": "*", "from_year": 2025, "to_year": 2040, "capacity_musd": 400.0}
        ],
        "probabilities": [
            {"scenario": "reference", "probability": 0.6},
            {"scenario": "slow", "probability": 0.2},
        ],
    }  # fmt: skip


def with_factory(run: RunTables) -> RunTables:
    """Return the run with a factory besides, valued by flows of its own."""
    projects, ledger = run.results["projects"], run.results["ledger"]
    line = projects.filter(pl.col("project") == "LINE")
    factory = line.with_columns(
        project=pl.lit("FACTORY"),
        sector=pl.lit("own"),
        kind=pl.lit("other"),
        capex_musd=pl.lit(20.0),
    )
    owners = ("project_owners", "KZ")
    rows: list[tuple[object, ...]] = []
    for scenario in SCENARIOS:
        head = (scenario, "FACTORY")
        rows += [
            (*head, year, "capital_cost", *owners, "resources", "KZ", 10.0, "resource")
            for year in (2027, 2028)
        ]
        for year in range(OPENING, LAST + 1):
            rows.append((*head, year, "sales", "consumers", "KZ", *owners, 9.0, "transfer"))
            rows.append((*head, year, "materials", *owners, "resources", "KZ", 4.0, "resource"))
    own = pl.DataFrame(rows, schema=ledger.schema, orient="row")
    shares = [{"project": "FACTORY", "party": "owner", "country": "KZ", "share": 1.0}]
    offer = {"project": "FACTORY", "vehicles": "FUND", "charge_share": 0.0, "latest_delay_years": 2}
    case = dict(run.case)
    case["projects/shares"] = pl.concat([case["projects/shares"], pl.DataFrame(shares)])
    case["finance/offers"] = pl.concat([case["finance/offers"], _table("offers", [offer])])
    results = {"projects": pl.concat([projects, factory]), "ledger": pl.concat([ledger, own])}
    return RunTables(results, case, run.settings)
