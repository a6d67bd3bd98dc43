"""Compiles `finance/*.csv` of the packaged case: two vehicles kept apart, and common terms.

    python scripts/build_case/finance.py [CASE]

Published are the 300 million USD, the parties and the aims of the fund of Samruk-Kazyna and
Azerbaijan Investment Holding, and the parties of the Joint Investment Mechanism. Everything else
(shares of the parties, the mechanism's size, tickets, loans, covenants, charges) is assumed here and marked so.
"""

import argparse
import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

from transcaspian.case.columns_finance import TABLES
from transcaspian.case.read import find_case

Row = Mapping[str, object]
FUND_PAGE = "astanatimes-kazakhstan-azerbaijan-plan-create-investment-fund-worth"
PORT_PAGE = "astanatimes-kazakh-azerbaijani-fund-prioritize-port-infrastructure-development"
BRIEF = "founding-brief"
ASSUMED = {"source": "assumption", "confidence": "assumed", "note": ""}
YEARS = range(2027, 2036)

VEHICLES = (
    {
        "vehicle": "SK_AIH", "name": "Samruk-Kazyna - AIH investment fund", "size_musd": 300,
        "first_year": 2027, "last_year": 2035, "ticket_floor": 0.05, "ticket_cap": 0.49,
        "exposure_cap": 0.4, "management_fee": 0.01, "recycled_share": 1.0,
        "required_return": 0.08, "objective": "vehicle=1", "inflation": 0.02, "source": FUND_PAGE, "confidence": "assumed",
        "note": "Size and commercial basis reported in March 2024; tickets, years, fee and return assumed",
    },
    {
        "vehicle": "JIM", "name": "Joint Investment Mechanism", "size_musd": 500,
        "size_low_musd": 100, "size_high_musd": 2000, "first_year": 2027, "last_year": 2035,
        "ticket_floor": 0.05, "ticket_cap": 0.49, "exposure_cap": 0.4, "management_fee": 0.01,
        "recycled_share": 1.0, "required_return": 0.06, "objective": "vehicle=0.5; economic=0.5", "inflation": 0.02, "source": BRIEF,
        "confidence": "assumed", "note": "Parties and purpose published in October 2025, the size is not: a parameter",
    },
)  # fmt: skip
PARTIES = (
    ("SK_AIH", "Samruk-Kazyna", "KZ", 0.5, 0.08, "Split not published: halves"),
    ("SK_AIH", "Azerbaijan Investment Holding", "AZ", 0.5, 0.08, "Split not published: halves"),
    ("JIM", "Samruk-Kazyna", "KZ", 0.5, 0.06, "Split not published: half for each state"),
    ("JIM", "Azerbaijan Investment Holding", "AZ", 0.25, 0.06, "Split not published"),
    ("JIM", "SOCAR", "AZ", 0.25, 0.08, "Split not published"),
)
# Share of a party's commitment that may be called in one year.
YEARLY_SHARE = 0.25
INCOME = {
    "cable": "grid_owners", "line": "grid_owners", "plant": "producers", "port": "terminals",
    "dredging": "terminals", "ships": "carriers", "railway": "carriers", "road": "carriers",
}  # fmt: skip
# Grids and contracted plants earn what a regulator or a contract grants; real, assumed. Ports,
# ships and railways earn what the models find and charges.
REGULATED = {"cable": 0.075, "line": 0.07, "plant": 0.08}
# Owners outside the countries that the fund may invest in (Azerbaijan, Kazakhstan, Central Asia,
# Bulgaria, Hungary, Romania, Türkiye), or gifts of a state to itself.
NOT_OFFERED = ("TRIPP_RAIL", "TRIPP_ROAD", "ANAKLIA", "GE_RAIL", "RASHT_ASTARA", "BTK_UPGRADE", "BTK_BEFORE", "DOSTYK_MOYINTY")  # fmt: skip
# The same works at the cost that another publisher gives: nobody can choose between those.
RIVAL_COSTS = ("TRIPP_RAIL_232", "KARS_DILUCU_2880", "AKTAU_HUB_31", "CKU_RAILWAY_8000")
ONLY_JIM = ("BLACK_SEA_CABLE", "OVERLAND_GE_TR")  # partly owned in Georgia
FACILITIES = (
    {
        "facility": "SENIOR", "name": "Development bank loan", "sector": "*",
        "provider": "Development banks", "rank": "senior", "share": 0.5, "interest_rate": 0.065,
        "tenor_years": 15, "grace_years": 1, "upfront_fee": 0.01, "commitment_fee": 0.005,
        "repayment": "sculpted", "target_dscr": 1.3,
    },
    {
        "facility": "JUNIOR", "name": "Subordinated loan", "sector": "*",
        "provider": "Export credit agencies", "rank": "subordinated", "share": 0.1,
        "interest_rate": 0.09, "tenor_years": 12, "grace_years": 1, "upfront_fee": 0.01,
        "commitment_fee": 0.0, "repayment": "annuity", "target_dscr": 1.2,
    },
    {
        "facility": "GRANT_BLACK_SEA", "name": "EU grant for the Black Sea cable", "sector": "power",
        "project": "BLACK_SEA_CABLE", "provider": "European Union", "rank": "grant", "share": 0.2,
        "note": "EUR 2.3 bn were set aside for the link in 2022; how much is grant is not published",
    },
    {
        "facility": "GUARANTEE", "name": "State guarantee of senior debt", "sector": "*",
        "provider": "Ministries of finance", "rank": "guarantee", "share": 0.05,
    },
)  # fmt: skip


def main(case: Path) -> None:
    """Write every table of `finance/`."""
    projects = _read(case / "projects" / "projects.csv")
    rows: dict[str, Iterable[Row]] = {
        "vehicles": VEHICLES,
        "parties": (
            ASSUMED | dict(zip(("vehicle", "party", "country", "share", "discount_rate", "note"), row, strict=True))
            for row in PARTIES
        ),
        "budgets": (
            ASSUMED | {"vehicle": vehicle, "party": "*", "year": year, "share": YEARLY_SHARE}
            for vehicle in ("SK_AIH", "JIM")
            for year in YEARS
        ),
        "offers": (ASSUMED | _offer(row) for row in projects if row["project"] not in NOT_OFFERED + RIVAL_COSTS),
        "facilities": (ASSUMED | row for row in FACILITIES),
        "covenants": (
            ASSUMED | {"sector": "*", "lockup_dscr": 1.1, "minimum_llcr": 1.15, "reserve_months": 6},
        ),
        "limits": (
            ASSUMED
            | {
                "vehicle": "SK_AIH", "dimension": "sector", "member": "freight",
                "minimum_share": 0.2, "maximum_share": 1.0, "source": PORT_PAGE,
                "note": "Ports have priority by a statement of 2024; the share is assumed",
            },
            *(
                ASSUMED
                | {
                    "vehicle": vehicle, "dimension": "country", "member": country,
                    "minimum_share": 0.0, "maximum_share": 0.7,
                }
                for vehicle in ("SK_AIH", "JIM")
                for country in ("AZ", "KZ")
            ),
        ),
        "rules": (
            ASSUMED
            | {
                "rule": "kazakh_grid", "kind": "needs", "project": "CASPIAN_CABLE_2000",
                "other": "KZ_WEST_LINKS", "lag_years": 0,
                "note": "The 2,000 MW cable's cost leaves the Kazakh grid out",
            },
            ASSUMED
            | {
                "rule": "one_quay", "kind": "excludes", "project": "ALAT_PHASE2",
                "other": "ALAT_EXPANSION", "note": "Phase 2 counts from today's port and includes the expansion",
            },
        ),
        "build_capacity": (
            ASSUMED
            | {
                "dimension": "country", "member": country, "from_year": 2025, "to_year": 2060,
                "capacity_musd": 2500,
            }
            for country in ("AZ", "KZ")
        ),
        "probabilities": (
            ASSUMED | {"scenario": row["scenario"], "probability": 0.5 if row["scenario"] == "reference" else 0.1}
            for row in _read(case / "scenarios" / "scenarios.csv")
        ),
    }  # fmt: skip
    for name, listed in rows.items():
        _write(case, name, list(listed))


def _offer(project: Mapping[str, str]) -> Row:
    kind, is_own = project["kind"], project["sector"] == "own"
    note = "Charges are not published: half of what users gain"
    if kind in REGULATED:
        note = "Regulated or contracted income; the return granted is not published"
    elif is_own:
        note = "All income stands in the project's own flows"
    return {
        "project": project["project"],
        "vehicles": "JIM" if project["project"] in ONLY_JIM else "SK_AIH;JIM",
        "income_party": "" if is_own else INCOME[kind],
        "charge_share": 0.0 if is_own or kind in REGULATED else 0.5,
        "regulated_return": "" if is_own else REGULATED.get(kind, ""),
        "latest_delay_years": 3,
        "note": note,
    }


def _read(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def _write(case: Path, name: str, rows: list[Row]) -> None:
    table = next(table for table in TABLES if table.name == f"finance/{name}")
    names = [column.name for column in table.all_columns()]
    target = case / "finance" / f"{name}.csv"
    target.parent.mkdir(exist_ok=True)
    with target.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, names, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", type=Path, nargs="?", default=find_case(), help="case folder")
    main(parser.parse_args().case)
