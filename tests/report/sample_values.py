"""Made-up tables of what values hang on, for the sample of the report's tests. No figure is real."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

__all__ = ["value_tables"]

# By project: NPV, capital cost, its low and high, confidence, opening year.
Values = Mapping[str, Sequence[Any]]
KEY = {"scenario": "reference"}


def value_tables(values: Values) -> dict[str, pl.DataFrame]:
    """Return every table of risk, packages, owners and cables."""
    return (
        _indicators(values)
        | _draws(values)
        | _dates(values)
        | _together()
        | _owners(values)
        | _cables()
    )


def _indicators(values: Values) -> dict[str, pl.DataFrame]:
    rows = [
        {**KEY, "project": project, "scope": "all", "indicator": name, "rate": 0.06, "value": value,
         "unit": unit, "note": ""}
        for project in values
        for name, value, unit in (("mirr", 0.07, "1/a"), ("payback", 12.5, "a"), ("first_year_return", 0.05, "1/a"))
    ]  # fmt: skip
    return {"indicators": pl.DataFrame(rows)}


def _draws(values: Values) -> dict[str, pl.DataFrame]:
    risk, tornado, switching, sensitivity = [], [], [], []
    for project, (npv, capex, *_) in values.items():
        own = KEY | {"project": project}
        risk.append(
            {**own, "mean_musd": npv, "p10_musd": npv - capex, "p50_musd": npv, "p90_musd": npv + capex,
             "probability_negative": 0.2 if npv > 0 else 0.8, "mean_error_musd": 1.0}
        )  # fmt: skip
        tornado += [
            {**own, "input": name, "low_value": low, "high_value": high, "npv_low_musd": npv + low * capex,
             "npv_high_musd": npv - high * capex, "npv_median_musd": npv}
            for name, low, high in (("capex_factor", 0.8, 1.3), ("delay_years", 0.6, 2.9))
        ]  # fmt: skip
        switching += [
            {**own, "input": name, "switching": value, "unit": "factor"}
            for name, value in (("capital cost", 1.2), ("benefits", 0.8), ("operation cost", None))
        ]
        sensitivity += [
            {**own, "change": change, "npv_musd": npv + shift * capex, "npv_change_musd": shift * capex,
             "eirr": None}
            for change, shift in (("base case", 0.0), ("capital cost +10 %", -0.1))
        ]  # fmt: skip
    return {
        "risk": pl.DataFrame(risk),
        "tornado": pl.DataFrame(tornado),
        "variance_shares": pl.DataFrame(
            [
                {**KEY, "project": project, "input": name, "first_order": share, "total": share}
                for project in values
                for name, share in (("capex_factor", 0.7), ("delay_years", 0.3))
            ]
        ),
        "switching_values": pl.DataFrame(switching),
        "sensitivity": pl.DataFrame(sensitivity, schema_overrides={"eirr": pl.Float64}),
    }


def _dates(values: Values) -> dict[str, pl.DataFrame]:
    slips = [
        {**KEY, "project": project, "delay_years": 1.0, "npv_change_musd": -1.0,
         "npv_change_spent_musd": -20.0}
        for project in values
    ]  # fmt: skip
    opening = [
        {**KEY, "project": project, "opening_year": row[5] + later, "npv_musd": row[0] + later,
         "first_year_return": 0.05, "is_planned": later == 0, "is_best": later == 1, "is_at_edge": later == 1}
        for project, row in values.items()
        for later in (0, 1)
    ]  # fmt: skip
    return {"delay_prices": pl.DataFrame(slips), "opening_years": pl.DataFrame(opening)}


def _together() -> dict[str, pl.DataFrame]:
    key = KEY | {"package": "green_corridor"}
    pair = {"project": "caspian_cable", "other": "black_sea_cable", "alone_musd": 310.0,
            "other_alone_musd": 1240.0, "together_musd": 1980.0, "interaction_musd": 430.0,
            "relation": "complement"}  # fmt: skip
    shares = [
        {**key, "project": project, "pint_musd": first, "toot_musd": last, "shapley_musd": share,
         "relation": "complement"}
        for project, first, last, share in (
            ("caspian_cable", 310.0, 740.0, 525.0),
            ("black_sea_cable", 1240.0, 1670.0, 1455.0),
        )
    ]  # fmt: skip
    last = [
        {**key, "package_name": "Green corridor", "project": project, "name": name, "other_size": None,
         "is_own_package": True, "opening_year": 2032, "capex_musd": 1000.0, "alone_musd": alone,
         "package_musd": 1980.0, "without_musd": 1980.0 - last, "last_in_musd": last,
         "last_in_co2_musd": 120.0, "last_in_break_even_capex_musd": 1000.0 + last,
         "without_sooner_musd": 2000.0 - last, "waiting_musd": -20.0}
        for project, name, alone, last in (
            ("caspian_cable", "Trans-Caspian cable 1,000 MW", 310.0, 740.0),
            ("black_sea_cable", "Black Sea cable", 1240.0, 1670.0),
        )
    ]  # fmt: skip
    shed = {"scenario": "slow", "year": 2040, "bus": "TM", "unserved_hours": 20, "unserved_mwh": 5.0,
            "most_unserved_hours": 8.0}  # fmt: skip
    return {
        "not_usable": pl.DataFrame([shed]).clear(),
        "interactions": pl.DataFrame([key | pair]),
        "package_shares": pl.DataFrame(shares),
        "last_in": pl.DataFrame(last, schema_overrides={"other_size": pl.String}),
    }


def _owners(values: Values) -> dict[str, pl.DataFrame]:
    parts = (
        "financial",
        "transfers",
        "others_resources",
        "externalities",
        "shadow_price",
        "economic",
    )
    owners = [
        {**KEY, "project": project, "operators": "grid_owners", "countries": "AZ", "income_musd": 90.0,
         "taxes_musd": 10.0, "npv_financial_musd": 0.5 * row[0], "firr_real": 0.05, "firr_nominal": 0.07,
         "firr_note": "", "interest_while_building_musd": 12.0}
        | {f"bridge_{name}_musd": float(place) for place, name in enumerate(parts)}
        for project, row in values.items()
    ]  # fmt: skip
    flows = [
        {**KEY, "project": project, "year": year, "item": item, "amount_musd": amount}
        for project, row in values.items()
        for year in range(2026, row[5] + 40)
        for item, amount in (
            ("capital", row[1] / 5 if year < row[5] else 0.0),
            ("benefit: carriage_cost", 0.0 if year < row[5] else 30.0),
            ("net", 30.0),
            ("present_value", 10.0),
        )
        if amount
    ]
    return {"owners_value": pl.DataFrame(owners), "economic_flows": pl.DataFrame(flows)}


def _cables() -> dict[str, pl.DataFrame]:
    welfare = "socio-economic welfare, by total surplus"
    cables = ("caspian_cable", "black_sea_cable")
    sheets = [
        {**KEY, "project": cable, "method": "PINT", "indicator": indicator, "name": name, "year": year,
         "value": value, "unit": unit, "assessment": assessment}
        for cable in cables
        for indicator, name, year, value, unit, assessment in (
            ("B1", welfare, 2030, 40.0, "million USD/a", "assessed"),
            ("B1", welfare, 2035, 55.0, "million USD/a", "assessed"),
            ("B8", "stability", None, None, "-", "not assessed: needs a dynamic study of the grid"),
            ("C1", "capital cost", None, 900.0, "million USD", "assessed (assumed)"),
        )
    ]  # fmt: skip
    found = {"method": "PINT", "against": "reference", "npv_musd": 77.0, "bcr": 1.1, "b1_departure": 1e-12,
             "b1_allowed": 1e-6, "note": "", "conventions": "PINT; 4% real, 25 years of use"}  # fmt: skip
    missing = dict.fromkeys(found, None) | {"method": "TOOT", "note": "not assessed: no package"}
    worth = [KEY | {"project": cable} | row for cable in cables for row in (found, missing)]
    fed = [
        KEY | {"run": cable, "year": 2035, "link": link, "method": method, "sense": sense, "bus": "AZ",
               "country": "AZ", "carrier": carrier, "is_renewable": carrier == "wind_onshore",
               "energy_mwh": energy, "co2_t": co2}
        for cable, link in (("caspian_cable", "KZ_MAN-AZ"), ("black_sea_cable", "GE-RO"))
        for method, sense, carrier, energy, co2 in (
            ("traced", "forward", "gas_ccgt", 3e6, 1.2e6),
            ("traced", "forward", "wind_onshore", 1e6, 0.0),
            ("difference", "both", "gas_ccgt", 4e6, 1.5e6),
        )
    ]  # fmt: skip
    costs = dict.fromkeys(
        ("generation", "losses", "cables", "transit", "charge", "delivered_no_charge", "delivered",
         "delivered_contract", "price_there", "price_there_mean"), 40.0
    )  # fmt: skip
    landed = [
        KEY | {"run": cable, "year": 2035, "link": link, "sense": "forward", "landing": landing,
               "energy_mwh": 3.9e6, "use": 0.4, "generation_is": "sending price", "matched_hour": 0.0,
               "matched_month": 0.0, "matched_year": 0.0, "hours_paid": 12, "rent_usd_per_mw": 9e4,
               "service_usd_per_mw": 2e5}
        | {f"{name}_usd_per_mwh": value for name, value in costs.items()}
        for cable, link, landing in (
            ("caspian_cable", "KZ_MAN-AZ", "AZ"),
            ("black_sea_cable", "KZ_MAN-AZ + GE-RO", "RO"),
        )
    ]  # fmt: skip
    return {
        "cable_origins": pl.DataFrame(fed),
        "cable_delivered": pl.DataFrame(landed),
        "entsoe_sheets": pl.DataFrame(sheets, infer_schema_length=None),
        "entsoe_worth": pl.DataFrame(worth, infer_schema_length=None),
    }
