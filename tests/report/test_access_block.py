"""The table of access rules says what holds when, and what it met."""

from types import SimpleNamespace

import polars as pl

from transcaspian.report.access_block import access_fold

RULES = pl.DataFrame(
    {"access": ["ICE", "BAN"], "name": ["Ice", "A ban"], "kind": ["season", "ban"]}
)
YEARS = pl.DataFrame(
    {
        "access": ["ICE", "BAN"],
        "year": [2030, 2030],
        "months": ["12;1", None],
        "is_closed": [False, True],
        "delay_h": [48.0, 0.0],
        "charge_usd_per_t": [2.5, 0.0],
        "insurance_share": [0.005, 0.0],
        "confidence": ["assumed", "reported"],
    }
)
SUBSIDIES = pl.DataFrame({"subsidy": ["TRAINS"], "name": ["Trains"]})
SHARES = pl.DataFrame(
    {"subsidy": ["TRAINS"], "year": [2030], "share": [0.15], "confidence": ["assumed"]}
)
CASE = SimpleNamespace(
    tables={
        "freight/access": RULES,
        "freight/access_years": YEARS,
        "freight/subsidies": SUBSIDIES,
        "freight/subsidy_years": SHARES,
    }
)


def met(name: str, **money: float) -> dict[str, object]:
    row = {"run": "reference", "year": 2030, "access": name, "months": 1, "is_subsidy": False}
    amounts = {"cargo_t": 2e6, "passing_t": 1e6, "charge_usd": 0.0, "insurance_usd": 0.0}
    return row | amounts | {"subsidy_usd": 0.0} | money


def test_every_rule_stands_with_its_months_effect_and_money() -> None:
    rows = [
        met("ICE", charge_usd=2e6, insurance_usd=1e6),
        met("BAN"),
        met("TRAINS", subsidy_usd=5e6),
    ]
    fold = access_fold({"freight_access_year": pl.DataFrame(rows)}, CASE)  # type: ignore[arg-type]

    (table,) = fold.blocks  # type: ignore[union-attr]
    text = str(table.rows)  # type: ignore[union-attr]
    for part in (
        "Jan, Dec",
        "+48 h; +2.5 USD/t; +0.5 % of the value",
        "shut",
        "pays 15 % of the charge",
    ):
        assert part in text


def test_a_run_that_met_no_rule_has_no_table() -> None:
    assert access_fold({}, CASE) is None  # type: ignore[arg-type]
