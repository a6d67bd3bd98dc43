"""A month on the map is that month of the run's tables, and the page says where there is none."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from starlette.testclient import TestClient

from tests.web.made_up import FULL_HOURS, MONTH_SHARES, SECOND
from tests.web.test_pages import RUN, data_of, results, table_of
from transcaspian.units import DAYS_OF_MONTH
from transcaspian.web.pages.months import FIRST_DAYS, month_of_hour

WITH_MONTHS = f"/runs/{SECOND}"


def of_month(client: TestClient, address: str) -> pl.DataFrame:
    return table_of(data_of(client, address), "links").sort("link")


@pytest.mark.parametrize("sector", ["power", "freight"])
@pytest.mark.parametrize(("month", "share"), MONTH_SHARES.items())
def test_a_month_shows_its_part_of_the_year(
    client: TestClient, sector: str, month: int, share: float
) -> None:
    address = f"{WITH_MONTHS}/map?sector={sector}&year=2030&with=CABLE"
    year, part = of_month(client, address), of_month(client, f"{address}&month={month}")

    assert part["link"].to_list() == year["link"].to_list()
    for column in ("forward", "reverse", "change"):
        np.testing.assert_allclose(part[column], share * year[column], rtol=1e-9, atol=1e-12)


def test_hours_at_the_limit_are_a_share_of_the_month(client: TestClient) -> None:
    part = of_month(client, f"{WITH_MONTHS}/map?sector=power&month=1")

    assert part["load"].to_list() == pytest.approx([FULL_HOURS / 744] * part.height)


def test_hours_that_are_kept_of_a_cable_give_its_months(
    client: TestClient, run_folders: tuple[Path, Path]
) -> None:
    hours = (
        results(run_folders, "power_link_hourly")
        .with_columns(pl.col(pl.Categorical).cast(pl.String))
        .filter(scenario="reference", run="CABLE", year=2030)
    )
    july = hours.filter((pl.col("hour") >= 181 * 24) & (pl.col("hour") < 212 * 24))
    ahead = july["mw"].cast(pl.Float64).clip(lower_bound=0.0).sum() / 1e6

    data = data_of(client, f"{RUN}/map?sector=power&year=2030&with=CABLE&month=7&show=change")
    shown = table_of(data, "links")

    assert shown["forward"].to_list() == pytest.approx([ahead], abs=1e-12)
    assert "change" not in shown.columns  # nothing is known of the month without the cable
    assert "only the cables" in data["notes"][0]["text"]


@pytest.mark.parametrize("view", ["sector=power&month=7", "sector=freight&month=7&with=PORT"])
def test_a_run_without_months_shows_the_year_and_says_so(client: TestClient, view: str) -> None:
    data = data_of(client, f"{RUN}/map?year=2030&{view}")

    assert "the map shows the whole year" in data["notes"][0]["text"]
    assert data["maps"][0]["title"].split(":")[0].endswith(", 2030")


def test_the_card_of_a_link_lists_its_months(client: TestClient) -> None:
    months = table_of(data_of(client, f"{WITH_MONTHS}/links/power/E-W?with=CABLE"), "months")

    assert months.filter(year=2030)["month"].to_list() == ["January", "July"]
    assert "months" not in [
        table["key"] for table in data_of(client, f"{RUN}/links/power/E-W")["tables"]
    ]


def test_another_month_is_not_found(client: TestClient) -> None:
    assert client.get(f"{RUN}/map?month=13").status_code == 404


def test_the_months_of_the_hours_are_those_of_a_year_of_365_days() -> None:
    hours = pl.DataFrame({"hour": np.arange(8760)})
    days = np.datetime64("2025-01-01") + np.arange(8760) // 24
    expected = days.astype("datetime64[M]").astype(int) % 12 + 1

    assert (hours.select(month_of_hour(pl.col("hour"))).to_series().to_numpy() == expected).all()
    assert sum(DAYS_OF_MONTH) == 365
    assert FIRST_DAYS[-1] == 334
