"""The result tables that the report reads, with their columns.

A table that a run did not make (a run of power alone, for example) stands in as an empty one, so
that sections need to know one kind of nothing only.
"""

from collections.abc import Mapping

import polars as pl

__all__ = ["TABLE_COLUMNS", "with_every_table"]

_TEXT, _REAL, _WHOLE, _TRUTH = pl.String(), pl.Float64(), pl.Int64(), pl.Boolean()
_KINDS: dict[str, pl.DataType] = {"t": _TEXT, "r": _REAL, "w": _WHOLE, "b": _TRUTH}


def _columns(text: str) -> dict[str, pl.DataType]:
    """Return columns from "kind:name name … kind:name …" (t text, r real, w whole, b truth)."""
    columns: dict[str, pl.DataType] = {}
    kind = _KINDS["t"]
    for word in text.split():
        prefix, _, name = word.rpartition(":")
        if prefix:
            kind = _KINDS[prefix]
        columns[name] = kind
    return columns


TABLE_COLUMNS: dict[str, dict[str, pl.DataType]] = {
    "projects": _columns(
        # besides: npv_<rate>_musd, npv_corridor_<rate>_musd, bcr_<rate>, benefit_<year>_musd and
        # co2_mt_per_year_<year>
        "t:scenario project name sector kind b:is_cluster t:members status w:opening_year life_years "
        "r:capex_musd capex_low_musd capex_high_musd t:capex_confidence r:eirr t:eirr_note r:break_even_capex_musd share_after_last_model_year t:headline b:is_ranked"
    ),
    "who_gains": _columns("t:scenario project country party r:npv_musd"),
    "ledger": _columns(
        "t:scenario project w:year t:kind payer payer_country receiver receiver_country "
        "r:amount_musd t:nature"
    ),
    "power_adequacy": _columns(
        "t:scenario run w:year t:bus country w:samples r:lole_h lole_low_h lole_high_h eens_mwh "
        "largest_event_mwh standard_h t:standing"
    ),
    "power_adequacy_effects": _columns(
        "t:scenario run w:year t:bus r:lole_change_h eens_change_mwh worth_musd worth_low_musd "
        "worth_high_musd"
    ),
    "adequacy_scenarios": _columns(
        "t:scenario b:is_weighed t:countries_beyond years_beyond r:lole_worst_h standard_h"
    ),
    "power_fuel_freed": _columns(
        "t:scenario run w:year t:fuel country route r:freed_mwh_th limit_mwh_th sold_mwh_th "
        "kept_mwh_th export_musd kept_musd"
    ),
    "headlines": _columns("t:area subject quantity unit scenario w:year r:value"),
    "realisations": _columns(
        "t:project w:realisation seed year r:benefit_musd difference_musd npv_musd"
    ),
    "indicators": _columns("t:scenario project scope indicator r:rate value t:unit note"),
    "risk": _columns(
        "t:scenario project r:mean_musd p10_musd p50_musd p90_musd probability_negative mean_error_musd"
    ),
    "tornado": _columns(
        "t:scenario project input r:low_value high_value npv_low_musd npv_high_musd npv_median_musd"
    ),
    "variance_shares": _columns("t:scenario project input r:first_order total"),
    "switching_values": _columns("t:scenario project input r:switching t:unit"),
    "sensitivity": _columns("t:scenario project change r:npv_musd npv_change_musd eirr"),
    "delay_prices": _columns(
        "t:scenario project r:delay_years npv_change_musd npv_change_spent_musd"
    ),
    "opening_years": _columns(
        "t:scenario project w:opening_year r:npv_musd first_year_return b:is_planned is_best is_at_edge"
    ),
    "interactions": _columns(
        "t:scenario package project other r:alone_musd other_alone_musd together_musd "
        "interaction_musd t:relation"
    ),
    "package_shares": _columns(
        "t:scenario package project r:pint_musd toot_musd shapley_musd t:relation"
    ),
    "last_in": _columns(
        "t:scenario package package_name project name other_size b:is_own_package w:opening_year "
        "r:capex_musd alone_musd package_musd without_musd last_in_musd last_in_co2_musd "
        "last_in_break_even_capex_musd without_sooner_musd waiting_musd"
    ),
    "not_usable": _columns(
        "t:scenario w:year t:bus w:unserved_hours r:unserved_mwh most_unserved_hours"
    ),
    "economic_flows": _columns("t:scenario project w:year t:item r:amount_musd"),
    "owners_value": _columns(
        "t:scenario project operators countries r:income_musd taxes_musd npv_financial_musd "
        "firr_real firr_nominal t:firr_note r:interest_while_building_musd bridge_financial_musd "
        "bridge_transfers_musd bridge_others_resources_musd bridge_externalities_musd "
        "bridge_shadow_price_musd bridge_economic_musd"
    ),
    "entsoe_sheets": _columns(
        "t:scenario project method indicator name w:year r:value t:unit assessment"
    ),
    "entsoe_worth": _columns(
        "t:scenario project method against r:npv_musd bcr b1_departure b1_allowed t:note conventions"
    ),
    "power_zone_year": _columns(
        "t:scenario run w:year t:bus r:load_mwh generation_mwh imports_mwh exports_mwh "
        "storage_loss_mwh unserved_mwh curtailed_mwh price_mean price_min price_max co2_t"
    ),
    "power_carrier_year": _columns(
        "t:scenario run w:year t:bus carrier r:p_nom_mw energy_mwh curtailed_mwh co2_t"
    ),
    "power_link_year": _columns(
        "t:scenario run w:year t:link r:forward_mwh reverse_mwh loss_mwh hours_forward_full "
        "hours_reverse_full congestion_rent_usd"
    ),
    "power_link_month": _columns(
        "t:scenario run w:year month t:link r:forward_mwh reverse_mwh hours_forward_full "
        "hours_reverse_full"
    ),
    "power_dispatch": _columns("w:year hour t:bus carrier r:mw"),
    "power_prices": _columns("t:scenario run w:year hour t:bus r:price"),
    "power_link_hourly": _columns("t:scenario run w:year hour t:link r:mw"),
    "cable_origins": _columns(
        "t:scenario run w:year t:link method sense bus country carrier b:is_renewable "
        "r:energy_mwh co2_t"
    ),
    "cable_delivered": _columns(
        "t:scenario run w:year t:link sense landing r:energy_mwh use t:generation_is "
        "r:generation_usd_per_mwh losses_usd_per_mwh cables_usd_per_mwh transit_usd_per_mwh "
        "charge_usd_per_mwh matched_hour matched_month matched_year delivered_no_charge_usd_per_mwh "
        "delivered_usd_per_mwh delivered_contract_usd_per_mwh price_there_usd_per_mwh "
        "price_there_mean_usd_per_mwh w:hours_paid r:rent_usd_per_mw service_usd_per_mw"
    ),
    "freight_link_year": _columns(
        "t:scenario run w:year t:link r:forward_t reverse_t capacity load_ratio time_h delay_h"
    ),
    "freight_terminal_year": _columns(
        "t:scenario run w:year t:terminal r:tonnes capacity load_ratio time_h delay_h"
    ),
    "freight_route_year": _columns(
        "t:scenario run w:year t:origin destination commodity form route r:tonnes money_usd_per_t "
        "time_h distance_km generalised_cost_usd_per_t co2_t"
    ),
    "crossing_curve_year": _columns(
        "t:scenario run w:year t:port0 port1 cargo r:units_per_year delay_h low_h high_h "
        "carried_per_year b:is_unstable"
    ),
    "crossing_wait_year": _columns(
        "t:scenario run w:year t:port0 port1 cargo r:units_per_year curve_h crossing_h "
        "crossing_low_h crossing_high_h wait_h wait_low_h wait_high_h wait_p50_h wait_p90_h "
        "wait_p99_h b:is_joined"
    ),
    "crossing_resource_year": _columns(
        "t:scenario run w:year t:resource kind port r:occupancy low high queue"
    ),
    "crossing_service_year": _columns(
        "t:scenario run w:year t:service w:vessels r:share_roadstead share_unloading "
        "share_loading share_held_by_weather share_at_sea share_dry_dock share_broken sailed_t "
        "cost_usd_per_t"
    ),
    "validation": _columns(
        "t:area subject quantity unit r:published modelled difference relative t:source scope"
    ),
    "checks": _columns("t:check r:value tolerance b:passed t:meaning"),
    "sanity": _columns("t:quantity unit r:low high value b:passed t:reason"),
    "assumptions": _columns("t:table row column value unit source confidence"),
    "confidence_counts": _columns("t:table w:reported derived assumed synthetic"),
    "solves": _columns("t:scenario run w:year t:room method w:iterations r:gap objective"),
}


def with_every_table(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Return the tables with an empty one for each that is missing.

    Raises KeyError (a mistake of the program, not of the user) where a table lacks a column.
    """
    every = dict(tables)
    for name, columns in TABLE_COLUMNS.items():
        if name not in every or not every[name].columns:
            every[name] = pl.DataFrame(schema=columns)
        lacking = [column for column in columns if column not in every[name].columns]
        if lacking:
            raise KeyError(f"result table {name} lacks {', '.join(lacking)}")
    return every
