"""Which modelled flows a published freight figure is compared with."""

from types import SimpleNamespace

import polars as pl
import pytest

from transcaspian.case.tables import REFERENCE
from transcaspian.study.validation import freight_outlooks, freight_validation

WHERE = {"scenario": REFERENCE, "run": REFERENCE, "year": 2024}
LINK_FLOWS = pl.DataFrame(
    [
        WHERE | {"link": link, "commodity": commodity, "form": form, "tonnes": tonnes}
        for link, commodity, form, tonnes in (
            ("ferry", "ore", "bulk", 3e6),
            ("ferry", "food", "container", 1e6),
            ("ferry", "food", "bulk", 5e5),
            ("rail", "ore", "bulk", 7e6),
        )
    ]
)
ROUTE_FLOWS = pl.DataFrame(
    schema={
        "scenario": pl.String,
        "run": pl.String,
        "year": pl.Int64,
        "commodity": pl.String,
        "form": pl.String,
        "route": pl.String,
        "origin": pl.String,
        "destination": pl.String,
        "tonnes": pl.Float64,
    }
)


def modelled(measure: str, links: str, **cells: object) -> float:
    """What is set against a figure that counts links."""
    return compared(measure, links, **cells)["modelled"].item()


def compared(
    measure: str,
    links: str,
    bare: tuple[pl.DataFrame, pl.DataFrame] | None = None,
    **cells: object,
) -> pl.DataFrame:
    row = {
        "quantity": "counted", "name": "Counted", "year": 2024, "value": 1.0, "unit": "Mt", "measure": measure,
        "routes": None, "links": links, "forms": None, "commodities": None, "origins": None, "destinations": None,
        "is_fitted": False, "model_year": None, "source": "made up",
    }  # fmt: skip
    tables = {
        "freight/observed": pl.DataFrame([row | cells]),
        "freight/commodities": pl.DataFrame(
            {"commodity": ["ore", "food"], "t_per_teu": [20.0, 10.0], "gross_per_net": [1.5, 1.2]}
        ),
        "freight/forms": pl.DataFrame(
            {
                "form": ["bulk", "container"],
                "gross_per_net": [None, 1.0],
                "tare_t_per_teu": [0.0, 2.0],
            }
        ),
    }
    case = SimpleNamespace(tables=tables)
    return freight_validation(case, ROUTE_FLOWS, LINK_FLOWS, bare)


def test_all_cargo_on_a_link_is_counted() -> None:
    assert modelled("net", "ferry") == pytest.approx(4.5)


def test_several_links_are_counted_together() -> None:
    assert modelled("net", "ferry;rail") == pytest.approx(11.5)


def test_forms_are_picked_on_links_too() -> None:
    assert modelled("net", "ferry", forms="container") == pytest.approx(1.0)


def test_commodities_are_picked_on_links_too() -> None:
    assert modelled("net", "ferry", commodities="food", forms="bulk") == pytest.approx(0.5)


def test_tonnes_of_links_are_counted_with_their_packing_where_ports_do() -> None:
    # Ore and food in bulk by their factors, boxes with two tonnes of tare for ten of food.
    assert modelled("gross", "ferry") == pytest.approx(3.0 * 1.5 + 0.5 * 1.2 + 1.0 * (1.0 + 0.2))


def test_boxes_of_links_are_counted() -> None:
    assert modelled("teu", "ferry;rail") == pytest.approx(1e5)


def test_links_that_carry_nothing_count_as_zero() -> None:
    assert modelled("net", "road") == 0.0


def test_a_figure_says_whether_it_was_fitted_or_held_back() -> None:
    assert compared("net", "ferry", is_fitted=True)["use"].item() == "fitted"
    assert compared("net", "ferry")["use"].item() == "held back"


def test_a_figure_of_another_year_is_compared_with_the_year_it_names() -> None:
    row = compared("net", "ferry", year=2022, model_year=2024)
    assert row["modelled"].item() == pytest.approx(4.5)
    assert row["scope"].item() == "2022, net, model of 2024"


def test_a_figure_of_a_year_that_is_not_solved_is_left_out() -> None:
    assert compared("net", "ferry", year=2022).is_empty()


def test_a_figure_stands_beside_the_model_without_constants_too() -> None:
    bare = (ROUTE_FLOWS, LINK_FLOWS.with_columns(pl.col("tonnes") * 2.0))
    row = compared("net", "ferry", bare=bare)
    assert row["modelled"].item() == pytest.approx(4.5)
    assert row["without_constants"].item() == pytest.approx(9.0)
    assert compared("net", "ferry")["without_constants"].item() is None


def test_a_forecast_stands_beside_the_reference_of_every_scenario() -> None:
    loads = pl.DataFrame({"commodity": ["food"], "t_per_teu": [10.0], "gross_per_net": [1.2]})
    forms = pl.DataFrame({"form": ["bulk"], "gross_per_net": [None], "tare_t_per_teu": [0.0]})
    outlook = {
        "outlook": "O", "name": "Bank", "year": 2026, "value": 5.0, "unit": "Mt", "measure": "net", "routes": "sea",
        "forms": None, "origins": "A", "model_year": 2025, "reason": "A plan", "source": "made up",
    }  # fmt: skip
    tables = {
        "freight/outlooks": pl.DataFrame([outlook]),
        "freight/commodities": loads,
        "freight/forms": forms.cast({"gross_per_net": pl.Float64}),
    }
    flows = pl.DataFrame(
        [
            {"scenario": scenario, "run": run, "year": 2025, "commodity": "food", "form": "bulk", "route": route,
             "origin": origin, "destination": "B", "tonnes": tonnes}
            for scenario, run, route, origin, tonnes in (
                ("reference", "reference", "sea", "A", 4e6), ("reference", "reference", "land", "A", 9e6),
                ("reference", "reference", "sea", "C", 7e6),
                ("reference", "port", "sea", "A", 8e6), ("slow", "reference", "sea", "A", 3e6),
            )
        ]
    )  # fmt: skip
    found = freight_outlooks(SimpleNamespace(tables=tables), flows)
    assert found.select("scenario", "published", "modelled").rows() == [
        ("reference", 5.0, 4.0),
        ("slow", 5.0, 3.0),
    ]
