"""Edge exchanges of the packaged case: ladders whose monthly means meet the published prices."""

import csv
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.case.test_read import problems_of, set_cell
from tests.small_case import write_small_case
from transcaspian.case.read import read_case
from transcaspian.case.tables import Case
from transcaspian.power.calendar import Calendar
from transcaspian.power.markets import market_prices, read_markets
from transcaspian.units import DAYS_OF_MONTH

ANCHORS = Path(__file__).parents[2] / "scripts/build_case/power_markets.csv"
PUBLISHED = (2022, 2024, 2025)
ROUNDING_USD = 0.02  # of a yearly mean with two digits and shares of a month with five
DAYS = np.array(DAYS_OF_MONTH)


@pytest.fixture(scope="module")
def case() -> Case:
    return read_case()


def published_usd(case: Case, country: str, year: int) -> np.ndarray:
    """Return the published months of a country in USD of the price year."""
    months = case.tables["power/observed_months"].filter(
        (pl.col("country") == country) & (pl.col("year") == year)
    )
    rate = case.tables["economy/exchange_rates"].filter(
        (pl.col("currency") == "EUR") & (pl.col("year") == year)
    )
    deflator = case.tables["economy/deflators"].filter(
        (pl.col("currency") == "USD") & (pl.col("year") == year)
    )
    euros = months.sort("month")["price_eur_per_mwh"].to_numpy()
    return euros / rate["per_usd"].item() / deflator["index"].item()


def monthly_means(series: np.ndarray) -> np.ndarray:
    return np.array([month.mean() for month in np.split(series, np.cumsum(DAYS)[:-1] * 24)])


@pytest.mark.parametrize("year", PUBLISHED)
def test_months_of_every_european_edge_meet_the_published_prices(case: Case, year: int) -> None:
    view = case.at(year)
    prices = market_prices(view, Calendar.first_hours())
    names = view.tables["power/markets"]["market"].to_list()
    with ANCHORS.open(encoding="utf-8", newline="") as file:
        anchored = [row for row in csv.DictReader(file) if row["anchor"]]

    assert len(anchored) == 9
    for row in anchored:
        made = monthly_means(prices[:, names.index(f"market_{row['market']}")])
        wanted = published_usd(case, row["anchor"], year) * float(row["factor_of_anchor"])
        np.testing.assert_allclose(made, wanted, atol=ROUNDING_USD, err_msg=row["market"])


@pytest.mark.parametrize("year", [2022, 2024, 2025, 2030, 2035, 2040])
def test_the_mean_of_every_ladder_is_the_price_of_the_year(case: Case, year: int) -> None:
    view = case.at(year)
    buses = {bus: index for index, bus in enumerate(view.tables["power/buses"]["bus"])}
    markets = read_markets(view, Calendar.first_hours(), buses)
    table = view.tables["power/markets"]

    for market, price in table.select("market", "price_usd_per_mwh").iter_rows():
        steps = [index for index, name in enumerate(markets.names) if name == market]
        share = case.tables["power/market_steps"].filter(pl.col("market") == market)["quantity_pu"]
        sells = (markets.price + markets.spread)[:, steps] @ share.to_numpy()
        buys = (markets.price - markets.spread)[:, steps] @ share.to_numpy()
        # Factors of the months and profiles with three digits move the yearly mean a little.
        assert (sells.mean() + buys.mean()) / 2 == pytest.approx(price, rel=1e-3), market


def test_every_edge_has_several_steps_and_later_ones_are_worse(case: Case) -> None:
    steps = case.tables["power/market_steps"]
    for market in case.tables["power/markets"]["market"]:
        ladder = steps.filter(pl.col("market") == market).sort("step")
        assert ladder.height >= 3, market
        assert (ladder["premium_pu"].diff().drop_nulls() > 0.0).all(), market
        assert (ladder["quantity_pu"] > 0.0).all(), market


def test_edges_with_an_hourly_market_behind_them_have_hourly_prices(case: Case) -> None:
    markets = case.tables["power/markets"]
    flat = set(markets.filter(pl.col("price_profile").is_null())["market"])

    # What is left flat is sold under contracts with one price.
    assert flat == {
        "market_AF", "market_AF_TM", "market_IR", "market_IR_AM", "market_IR_TM", "market_IR_TR",
    }  # fmt: skip


def test_months_of_later_years_are_those_of_recent_ones_and_say_so(case: Case) -> None:
    months = case.tables["power/market_months"]
    later = months.filter(pl.col("year") > max(PUBLISHED))

    assert set(later["confidence"]) == {"assumed"}
    assert set(months.filter(pl.col("year").is_in(PUBLISHED))["confidence"]) == {"derived"}
    assert set(later["year"]) == {2030, 2035, 2040}


LADDER = "market,step,quantity_pu,premium_pu,source,confidence,note\n"
MONTHS = "market,year,month,price_pu,source,confidence,note\n"
TAIL = ",assumption,assumed,\n"


@pytest.mark.parametrize(
    ("rows", "column", "words"),
    [
        ("M,1,0.5,0\nM,2,0.4,0.1", "quantity_pu", "do not add up to 1"),
        ("M,1,0.5,0\nM,3,0.5,0.1", "step", "leaves a gap"),
        ("M,1,0.5,0.2\nM,2,0.5,0.1", "premium_pu", "below the premium of the step before"),
        ("M,1,0.5,0\nN,1,0.5,0.1", "market", "is not in power/markets"),
        ("M,1,1,0\nM,1,1,0.1", "market", "stands"),
    ],
)
def test_steps_that_are_no_ladder_are_found(
    tmp_path: Path, rows: str, column: str, words: str
) -> None:
    folder = write_small_case(tmp_path)
    text = LADDER + "".join(row + TAIL for row in rows.split("\n"))
    (folder / "power/market_steps.csv").write_text(text, "utf-8")

    found = [problem for problem in problems_of(folder) if problem.file == "power/market_steps.csv"]

    assert any(words in each.message and each.column == column for each in found), found


def test_months_that_miss_the_yearly_mean_or_are_missing_are_found(tmp_path: Path) -> None:
    folder = write_small_case(tmp_path)
    flat = [f"M,2030,{month},1.1{TAIL}" for month in range(1, 13)]
    short = [f"M,2025,{month},1{TAIL}" for month in range(1, 12)]
    (folder / "power/market_months.csv").write_text(MONTHS + "".join(flat + short), "utf-8")

    messages = {problem.message for problem in problems_of(folder)}

    assert any("do not average to 1" in message for message in messages)
    assert any("fewer than twelve months" in message for message in messages)


def test_a_price_profile_without_a_price_in_january_can_not_be_bent(tmp_path: Path) -> None:
    folder = write_small_case(tmp_path)
    months = "".join(f"M,2030,{month},1{TAIL}" for month in range(1, 13))
    (folder / "power/market_months.csv").write_text(MONTHS + months, "utf-8")
    file = folder / "power/profiles.parquet"
    series = pl.read_parquet(file)
    hours = np.arange(series.height)
    series.with_columns(price_M=np.where(hours < 744, 0.0, 8760 / 8016)).write_parquet(file)

    found = [each for each in problems_of(folder) if each.column == "price_profile"]

    assert len(found) == 1
    assert "mean is not above zero" in found[0].message


def test_a_ladder_that_fits_passes_the_checks(tmp_path: Path) -> None:
    folder = write_small_case(tmp_path)
    text = LADDER + "".join(row + TAIL for row in ("M,2,0.5,0.1", "M,1,0.5,0"))
    (folder / "power/market_steps.csv").write_text(text, "utf-8")
    set_cell(folder, "power/markets", 2, "spread_usd_per_mwh", "2")

    assert read_case(folder).tables["power/market_steps"].height == 2
