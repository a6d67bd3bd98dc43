"""Small accounts and plans shared by the tests of the ledger and the appraisal."""

import polars as pl

from transcaspian.accounts import ACCOUNT_SCHEMA
from transcaspian.appraisal.ledger import LedgerRules
from transcaspian.appraisal.plans import Owner, ProjectPlan
from transcaspian.appraisal.project import AppraisalOptions, appraise_project

PRICE_YEAR = 2024


def accounts(*rows):
    return pl.DataFrame(rows, schema=ACCOUNT_SCHEMA, orient="row")


def power_year(fuel, trade, damage, tax=0.0):
    """Producers burn fuel, sell through the exchange, pay a tax, and residents bear the damage."""
    return accounts(
        ("fuel", "producers", "AZ", "resources", "AZ", fuel * 1e6, "resource"),
        ("energy", "consumers", "AZ", "exchange", "AZ", trade * 1e6, "transfer"),
        ("energy", "exchange", "AZ", "producers", "AZ", trade * 1e6, "transfer"),
        ("co2_payment", "producers", "AZ", "government", "AZ", tax * 1e6, "transfer"),
        ("co2_damage", "residents", "WORLD", "environment", "WORLD", damage * 1e6, "externality"),
    )


def plan(project="cable", **changes):
    values = {
        "project": project,
        "opening_year": 2030,
        "life_years": 10,
        "capex_musd": 100.0,
        "capex_confidence": "reported",
        "opex_share": 0.0,
        "spending": ((2028, 0.5), (2029, 0.5)),
        "owners": (Owner("State fund", "AZ", 0.6), Owner("Grid company", "KZ", 0.4)),
        "price_year": PRICE_YEAR,
    }
    return ProjectPlan(**(values | changes))


def options(**changes):
    values = {
        "rules": LedgerRules(PRICE_YEAR),
        "discount_year": 2025,
        "corridor_countries": ("AZ", "KZ"),
    }
    return AppraisalOptions(**(values | changes))


WITHOUT = {2030: power_year(50.0, 70.0, 9.0), 2035: power_year(60.0, 70.0, 9.0)}
WITH = {2030: power_year(30.0, 60.0, 8.0), 2035: power_year(34.0, 60.0, 7.0)}


def appraisal_of(name="cable"):
    return appraise_project(name, [plan(name, opex_share=0.02)], WITH, WITHOUT, options())
