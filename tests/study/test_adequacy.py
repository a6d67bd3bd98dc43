"""Adequacy of the packaged case: pairs, workers, verdicts and refusals."""

import polars as pl
import pytest

from transcaspian.case.read import read_case
from transcaspian.errors import InputError, NotFoundError
from transcaspian.power.adequacy.simulate import AdequacyOptions
from transcaspian.power.adequacy.tables import BEYOND, NO_STANDARD, UNSURE, WITHIN, judge
from transcaspian.study.adequacy import adequacy_tables, chosen_plan, judge_scenarios

CABLE = "CASPIAN_CABLE_1000"


def tables_of(workers: int) -> dict[str, pl.DataFrame]:
    case = read_case("trans-caspian")
    options = AdequacyOptions(samples=30, workers=workers)
    plan = chosen_plan(case, ["2040"], [], [CABLE], options, 1, capacity_values=False)
    return adequacy_tables(case, plan, lambda _: None)


@pytest.fixture(scope="module")
def tables() -> dict[str, pl.DataFrame]:
    return tables_of(1)


def test_tables_are_the_same_for_any_number_of_workers(tables: dict[str, pl.DataFrame]) -> None:
    other = tables_of(2)

    assert all(frame.equals(other[name]) for name, frame in tables.items())


def test_a_cable_s_effect_is_the_difference_of_the_zones_with_and_without_it(
    tables: dict[str, pl.DataFrame],
) -> None:
    wide = tables["power_adequacy"].pivot("run", index="bus", values="eens_mwh")
    joined = tables["power_adequacy_effects"].join(wide, on="bus")

    gap = joined["eens_change_mwh"] - (joined[CABLE] - joined["reference"])
    assert gap.abs().max() == pytest.approx(0.0, abs=1e-6)


def test_a_cable_makes_no_zone_shorter(tables: dict[str, pl.DataFrame]) -> None:
    effects = tables["power_adequacy_effects"]

    assert effects["lole_change_h"].max() <= 0.0
    assert effects["eens_change_mwh"].min() < 0.0


def test_with_its_cable_out_a_zone_is_as_short_as_without_it(
    tables: dict[str, pl.DataFrame],
) -> None:
    out = tables["power_adequacy_loss"].filter(pl.col("bus") == "KZ_MANGYSTAU").row(0, named=True)
    zones = tables["power_adequacy"].filter(pl.col("run") == "reference")
    without = zones.filter(pl.col("bus") == "KZ_MANGYSTAU")["lole_h"].item()

    assert out["lole_out_h"] == pytest.approx(without)
    assert out["pole_mw"] == pytest.approx(out["bipole_mw"] / 2)


def test_a_dry_year_is_worse_than_the_mean_year_where_water_is_the_fleet(
    tables: dict[str, pl.DataFrame],
) -> None:
    own = pl.col("bus") == "TJ"
    dry = tables["power_adequacy_stress"].filter(own, pl.col("stress") == "dry year")
    usual = tables["power_adequacy"].filter(own, pl.col("run") == "reference")

    assert dry["eens_mwh"].item() > usual["eens_mwh"].item()


def test_a_scenario_counts_unless_a_country_is_beyond_without_projects() -> None:
    countries = pl.DataFrame(
        [
            ("calm", "reference", 2030, "AZ", 5.0, 24.0, WITHIN),
            ("calm", "CABLE", 2030, "AZ", 90.0, 24.0, BEYOND),
            ("dark", "reference", 2040, "KZ", 99.0, 24.0, BEYOND),
            ("dark", "reference", 2040, "TJ", 30.0, 24.0, BEYOND),
        ],
        schema=["scenario", "run", "year", "country", "lole_h", "standard_h", "standing"],
        orient="row",
    )

    found = judge_scenarios(countries, ["calm", "dark"])

    assert found["is_weighed"].to_list() == [True, False]
    assert found["countries_beyond"].to_list() == ["", "KZ;TJ"]
    assert found["lole_worst_h"].to_list() == [None, 99.0]


@pytest.mark.parametrize(
    ("low", "high", "standard", "standing"),
    [
        (25.0, 30.0, 24.0, BEYOND),
        (20.0, 30.0, 24.0, UNSURE),
        (1.0, 2.0, 24.0, WITHIN),
        (0.0, float("nan"), 24.0, WITHIN),
        (1.0, 2.0, None, NO_STANDARD),
    ],
)
def test_an_interval_is_judged_by_where_it_lies(
    low: float, high: float, standard: float | None, standing: str
) -> None:
    assert judge(low, high, standard) == standing


@pytest.mark.parametrize(
    ("years", "scenarios", "projects", "error"),
    [
        (["1999"], [], [], NotFoundError),
        (["soon"], [], [], NotFoundError),
        ([], ["sunny"], [], NotFoundError),
        ([], [], ["CABLE_TO_MARS"], NotFoundError),
        ([], [], ["reference"], InputError),
    ],
)
def test_names_that_the_case_lacks_are_refused(
    years: list[str], scenarios: list[str], projects: list[str], error: type[Exception]
) -> None:
    case = read_case("trans-caspian")
    with pytest.raises(error):
        chosen_plan(case, years, scenarios, projects, AdequacyOptions(), 1, capacity_values=False)
