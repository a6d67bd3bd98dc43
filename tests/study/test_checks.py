"""A law is broken by what is too much, and by what is no number."""

import polars as pl

from transcaspian.study.checks import freight_checks, power_checks

ZONES = {
    "generation_mwh": [100.0, 50.0],
    "imports_mwh": [0.0, 10.0],
    "unserved_mwh": [0.0, 0.0],
    "load_mwh": [90.0, 60.0],
    "exports_mwh": [10.0, 0.0],
    "storage_loss_mwh": [0.0, 0.0],
}


def passed(checks: pl.DataFrame) -> dict[str, bool]:
    return dict(zip(checks["check"], checks["passed"], strict=True))


def node(arriving: float, starting: float, leaving: float, ending: float) -> pl.DataFrame:
    keys = {"scenario": "s", "run": "r", "year": 2030, "commodity": "grain", "form": "bulk"}
    tonnes = {
        "arriving_t": arriving,
        "starting_t": starting,
        "leaving_t": leaving,
        "ending_t": ending,
    }
    return pl.DataFrame([keys | tonnes, keys | dict.fromkeys(tonnes, 0.0)])


def routes(tonnes: float) -> pl.DataFrame:
    return (
        node(0, 0, 0, 0)
        .head(1)
        .select("scenario", "run", "year", "commodity", "form")
        .with_columns(tonnes=pl.lit(tonnes))
    )


def test_a_balanced_year_passes() -> None:
    assert all(passed(power_checks(pl.DataFrame(ZONES), {"a": 1e-9})).values())
    assert all(passed(freight_checks(node(0, 5, 5, 0), routes(5))).values())


def test_energy_from_nowhere_is_found() -> None:
    zones = pl.DataFrame(ZONES | {"generation_mwh": [100.0, 51.0]})

    assert passed(power_checks(zones, {}))["power_zones_balance"] is False


def test_an_hour_that_does_not_balance_is_found() -> None:
    found = passed(power_checks(pl.DataFrame(ZONES), {"a": 0.0, "b": 1e-3}))

    assert found == {"power_zones_balance": True, "power_hours_balance": False}


def test_what_is_no_number_never_passes() -> None:
    nan = float("nan")
    zones = pl.DataFrame(ZONES | {"imports_mwh": [nan, 10.0]})

    assert not any(passed(power_checks(zones, {"a": 0.0, "b": nan})).values())
    assert not passed(freight_checks(node(nan, 5, 5, 0), routes(5)))["freight_nodes_keep_nothing"]


def test_lost_tonnes_are_found() -> None:
    found = passed(freight_checks(node(0, 5, 4, 0), routes(4)))

    assert not any(found.values())
