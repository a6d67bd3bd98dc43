"""A study of the small case: solved, valued and checked, the same every time."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from transcaspian.case.tables import Case
from transcaspian.errors import InputError, NotFoundError
from transcaspian.results.tables import Results
from transcaspian.study import StudyOptions, run_study
from transcaspian.study.assumptions import assumption_table

KEYS = ("scenario", "run", "year")


@pytest.fixture(scope="module")
def results(small_case: Case) -> Results:
    return run_study(small_case, StudyOptions(scenarios=("all",)))


def test_every_check_of_the_books_and_balances_holds(results: Results) -> None:
    checks = results.table("checks")

    assert checks.height >= 7
    assert checks["passed"].all()


def test_the_same_case_gives_the_same_bits_whatever_the_workers(
    small_case: Case, results: Results
) -> None:
    again = run_study(small_case, StudyOptions(workers=2, scenarios=("all",)))

    assert sorted(again.tables) == sorted(results.tables)
    for name, table in results.tables.items():
        assert_frame_equal(again.tables[name], table, check_exact=True)


def test_energy_of_every_zone_and_hour_is_the_load(results: Results, small_case: Case) -> None:
    supplied = (
        results.table("power_dispatch")
        .filter((pl.col("scenario") == "reference") & (pl.col("year") == 2030))
        .group_by("bus", "hour")
        .agg(pl.col("mw").cast(pl.Float64).sum())
        .filter(pl.col("bus") == "W")
        .sort("hour")
    )

    load = 500.0 * small_case.profiles["load_W"]

    assert np.allclose(supplied["mw"].to_numpy(), load, atol=0.01)


def test_tonnes_of_every_node_and_commodity_are_kept(results: Results) -> None:
    balance = results.table("freight_node_balance")

    inward = balance["arriving_t"] + balance["starting_t"]
    outward = balance["leaving_t"] + balance["ending_t"]

    assert np.allclose(inward, outward, atol=1e-3)


def test_all_demand_is_carried(results: Results) -> None:
    carried = results.table("freight_route_year").group_by(*KEYS).agg(pl.col("tonnes").sum())

    assert np.allclose(carried["tonnes"], 1_300_000)


def test_the_cable_saves_what_the_dispatch_costs_less(results: Results) -> None:
    """The yearly benefit recomputed from the two objectives, transfers and damage put right.

    Without carbon prices and wheeling on the cable the objective counts fuel as paid; welfare
    counts gas at 25 instead of 20 USD/MWh of heat, and carbon dioxide at 50 USD/t.
    """
    solves = results.table("solves").filter(
        (pl.col("scenario") == "reference") & (pl.col("room") == "power") & (pl.col("year") == 2030)
    )
    cost = dict(zip(solves["run"], solves["objective"], strict=True))
    carriers = results.table("power_carrier_year").filter(
        (pl.col("scenario") == "reference") & (pl.col("year") == 2030)
    )
    gas = {
        row["run"]: row["energy_mwh"]
        for row in carriers.filter(pl.col("carrier") == "gas").iter_rows(named=True)
    }
    markets = results.table("power_market_year").filter(
        (pl.col("scenario") == "reference") & (pl.col("year") == 2030)
    )
    zones = results.table("power_zone_year").filter(
        (pl.col("scenario") == "reference") & (pl.col("year") == 2030)
    )

    def welfare_cost(run: str) -> float:
        market = markets.filter(pl.col("run") == run)
        net = float((market["sold_mwh"] - market["bought_mwh"]).sum())
        co2 = float(zones.filter(pl.col("run") == run)["co2_t"].sum()) + 0.3 * net
        links = results.table("power_link_year").filter(
            (pl.col("scenario") == "reference")
            & (pl.col("year") == 2030)
            & (pl.col("run") == run)
            & (pl.col("link") == "W-M")
        )
        wheeling = float((links["forward_mwh"] + links["reverse_mwh"]).sum())
        opportunity = 5.0 * gas[run] / 0.5
        # The wheeling charge is paid to somebody; the market's spread is what trading costs it.
        return cost[run] + opportunity + 50.0 * co2 - wheeling

    saved = (welfare_cost("reference") - welfare_cost("CABLE")) / 1e6
    row = results.table("projects").filter(
        (pl.col("scenario") == "reference") & (pl.col("project") == "CABLE")
    )

    assert saved == pytest.approx(row["benefit_2030_musd"].item(), rel=1e-6)


def test_npv_is_the_discounted_sum_of_the_ledger(results: Results) -> None:
    """The NPV recomputed row by row from the ledger."""
    rows = results.table("ledger").filter(
        (pl.col("scenario") == "reference") & (pl.col("project") == "PORT")
    )
    real = ("resources", "environment")
    total = 0.0
    for row in rows.iter_rows(named=True):
        sign = (row["payer"] in real) - (row["receiver"] in real)
        total += sign * row["amount_musd"] / 1.06 ** (row["year"] - 2025)

    npv = results.table("projects").filter(
        (pl.col("scenario") == "reference") & (pl.col("project") == "PORT")
    )["npv_6_musd"]

    assert total == pytest.approx(npv.item(), rel=1e-9)


def test_nothing_is_gained_before_the_opening_year(results: Results) -> None:
    before = results.table("ledger").filter(pl.col("year") < 2028)

    assert set(before["kind"]) == {"capital_cost"}


def test_a_freight_project_solves_no_power(results: Results) -> None:
    solves = results.table("solves").filter(pl.col("room") == "power")

    assert set(solves["run"]) == {"reference", "CABLE"}


def test_published_figures_stand_beside_the_model(results: Results) -> None:
    validation = results.table("validation")

    ferry = validation.filter(pl.col("quantity") == "ferry").row(0, named=True)

    flows = results.table("freight_route_year").filter(
        (pl.col("scenario") == "reference")
        & (pl.col("run") == "reference")
        & (pl.col("year") == 2024)
        & (pl.col("route") == "sea")
    )
    tonnes = dict(zip(flows["form"], flows["tonnes"], strict=True))
    gross = 1.3 * tonnes["bulk"] + tonnes["container"] * (1 + 2.2 / 9.5)
    assert ferry["modelled"] == pytest.approx(gross / 1e6, rel=1e-9)
    assert ferry["difference"] == pytest.approx(ferry["modelled"] - 1.1)


def test_one_room_can_be_run_alone(small_case: Case) -> None:
    only = run_study(small_case, StudyOptions(only=("freight",), projects=("PORT",), years=(2030,)))

    assert "power_zone_year" not in only.tables
    assert only.table("projects")["project"].unique().to_list() == ["PORT"]


def test_what_the_case_lacks_is_named(small_case: Case) -> None:
    with pytest.raises(NotFoundError, match="2031"):
        run_study(small_case, StudyOptions(years=(2031,)))
    with pytest.raises(NotFoundError, match="TUNNEL"):
        run_study(small_case, StudyOptions(projects=("TUNNEL",)))
    with pytest.raises(NotFoundError, match="boom"):
        run_study(small_case, StudyOptions(scenarios=("boom",)))
    with pytest.raises(InputError, match="reference"):
        run_study(small_case, StudyOptions(projects=("reference",)))


def test_every_figure_of_the_case_is_listed_with_its_confidence(
    results: Results, small_case: Case
) -> None:
    figures = results.table("assumptions")

    coal = figures.filter((pl.col("row") == "E_coal") & (pl.col("column") == "p_nom_mw"))

    assert coal["value"].item() == "2022: 1000; 2024: 1000; 2025: 1000; 2030: 1000"
    sourced = figures.filter(pl.col("table") != "scenarios/scenarios")
    assert set(sourced["confidence"]) == {"assumed"}
    counted = results.table("confidence_counts")
    assert counted["assumed"].sum() == sum(
        frame.height for frame in small_case.tables.values() if "confidence" in frame.columns
    )


def test_every_table_of_the_case_is_among_the_assumptions(
    results: Results, small_case: Case
) -> None:
    figures = results.table("assumptions")
    held = {name for name, frame in small_case.tables.items() if frame.height}

    assert held - set(figures["table"]) == {"sources"}
    change = figures.filter(table="projects/changes", column="value")
    assert dict(change.select("row", "value").iter_rows())["CABLE | power/links | E-W | p_nom_mw"] == "300"  # fmt: skip
    series = figures.filter(table="power/profiles")
    assert set(series["row"]) == set(small_case.profiles)


@pytest.mark.slow
def test_every_change_of_a_cell_changes_the_assumptions(small_case: Case) -> None:
    before = assumption_table(small_case)

    for name, frame in small_case.tables.items():
        if name in ("sources", "LICENCES") or frame.is_empty():
            continue
        for column, kind in frame.schema.items():
            if column == "note" or frame[column].null_count() == frame.height:
                continue
            changed = replace(small_case, tables={**small_case.tables, name: other(frame, column, kind)})  # fmt: skip
            assert not assumption_table(changed).equals(before), (name, column)


def other(frame: pl.DataFrame, column: str, kind: pl.DataType) -> pl.DataFrame:
    """Return the frame with one column changed: by a part in a million, or by a letter."""
    value = pl.col(column)
    if kind == pl.Boolean:
        return frame.with_columns(~value)
    if kind.is_numeric():
        return frame.with_columns(value + 1 if kind.is_integer() else value * 1.000001 + 1e-6)
    return frame.with_columns(value + "x")


def test_a_changed_hour_changes_the_assumptions(small_case: Case) -> None:
    name, values = next(iter(small_case.profiles.items()))
    hours = values.copy()
    hours[17] += 1e-9

    changed = replace(small_case, profiles={**small_case.profiles, name: hours})

    assert not assumption_table(changed).equals(assumption_table(small_case))


def test_a_run_that_ends_before_a_project_opens_says_that_its_value_is_not_known(
    small_case: Case,
) -> None:
    options = StudyOptions(years=(2025,), projects=("CABLE",), scenarios=("reference",), realisations=0)  # fmt: skip

    short = run_study(small_case, options)

    row = short.table("projects").row(0, named=True)
    assert row["opening_year"] == 2028
    assert (row["model_years"], row["model_years_in_use"]) == (1, 0)
    assert row["headline"].startswith("Not known: no model year in use. It opens in 2028")
    check = short.table("checks").filter(check="values_rest_on_years_in_use").row(0, named=True)
    assert (check["value"], check["passed"]) == (1.0, False)


def test_every_value_says_on_how_many_model_years_it_rests(results: Results) -> None:
    counts = results.table("projects").select("model_years", "model_years_in_use").unique()

    assert counts.rows() == [(2, 1)]  # 2028 lies between 2025 and 2030
    check = results.table("checks").filter(check="values_rest_on_years_in_use")
    assert check["passed"].to_list() == [True]


def test_every_published_figure_names_its_publisher_and_day(
    results: Results, small_case: Case
) -> None:
    validation = results.table("validation")
    sources = small_case.tables["sources"]
    publishers = dict(zip(sources["key"], sources["publisher"], strict=True))

    assert validation.height
    for row in validation.iter_rows(named=True):
        assert row["publisher"] == publishers[row["source"]]
        assert row["published_on"]
