"""What residents bear beside roads and plants, counted by hand."""

from pathlib import Path

import polars as pl
import pytest

from tests.small_case import SOURCED, write_small_case
from transcaspian.accounts import gains_by_party, real_cost_usd
from transcaspian.case.read import read_case
from transcaspian.case.tables import Case
from transcaspian.errors import InputError
from transcaspian.study.options import StudyOptions, make_plan
from transcaspian.study.residents import external_accounts, with_residents
from transcaspian.study.solved import Key, Solved

COSTS = (
    ("rail", "noise", "*", 4.0, "USD/1000 t-km"),
    ("rail", "noise", "EA", 5.0, "USD/1000 t-km"),
    ("road", "accidents", "*", 10.0, "USD/1000 t-km"),
    ("coal", "air_pollution", "*", 20.0, "USD/MWh"),
    ("wind", "air_pollution", "*", 0.0, "USD/MWh"),
)
# Tonnes there and back over links of 500 km (rail, EA), 400 km (ferry, WE) and 1,500 km (road, MK).
LINKS = pl.DataFrame(
    {
        "link": ["INLAND-EPORT-rail", "EPORT-WPORT-ferry", "INLAND-WPORT-road"],
        "forward_t": [1000.0, 1000.0, 200.0],
        "reverse_t": [600.0, 600.0, 0.0],
    }
)
CARRIERS = pl.DataFrame(
    {"bus": ["E", "E", "W"], "carrier": ["coal", "wind", "gas"], "energy_mwh": [50.0, 70.0, 30.0]}
)


def case_with(tmp_path: Path, rows: tuple[tuple[object, ...], ...]) -> Case:
    folder = write_small_case(tmp_path / "case")
    names = ("activity", "effect", "country", "value", "unit")
    frame = pl.DataFrame([dict(zip(names, row, strict=True)) | SOURCED for row in rows])
    frame.write_csv(folder / "economy" / "external_costs.csv")
    return read_case(folder)


def amounts(accounts: pl.DataFrame) -> dict[tuple[str, str], float]:
    return {
        (kind, country): usd
        for kind, country, usd in accounts.select("kind", "payer_country", "amount_usd").iter_rows()
    }


def test_residents_bear_tonne_kilometres_and_energy_at_their_own_cost_first(tmp_path: Path) -> None:
    view = case_with(tmp_path, COSTS).at(2025)

    found = external_accounts(view, {"freight_link_year": LINKS, "power_carrier_year": CARRIERS})

    assert amounts(found) == pytest.approx(
        {
            ("noise_damage", "EA"): 1600.0 * 500.0 / 1000.0 * 5.0,
            ("accident_damage", "MK"): 200.0 * 1500.0 / 1000.0 * 10.0,
            ("air_pollution_damage", "EA"): 50.0 * 20.0,
        }
    )


def test_what_residents_bear_is_an_externality_and_a_real_cost(tmp_path: Path) -> None:
    view = case_with(tmp_path, COSTS).at(2025)

    found = external_accounts(view, {"freight_link_year": LINKS})

    assert set(found["nature"]) == {"externality"}
    gains = gains_by_party(found)
    assert set(gains["party"]) == {"residents"}
    assert gains["gain_usd"].sum() == pytest.approx(-real_cost_usd(found))


def test_a_run_keeps_the_accounts_of_its_models(tmp_path: Path) -> None:
    case = case_with(tmp_path, COSTS)
    plan = make_plan(case, StudyOptions(only=("freight",)))
    model = external_accounts(case.at(2025), {"power_carrier_year": CARRIERS})
    key = Key("reference", "reference", 2025)

    room = with_residents(
        case, plan, {key: Solved(model, 0.0, {"freight_link_year": LINKS}, {}, 0.0)}
    )

    assert amounts(room[key].accounts) == pytest.approx(
        amounts(model) | amounts(external_accounts(case.at(2025), {"freight_link_year": LINKS}))
    )


def test_without_unit_costs_nothing_is_added(tmp_path: Path) -> None:
    case = read_case(write_small_case(tmp_path / "case"))
    plan = make_plan(case, StudyOptions(only=("freight",)))
    empty = pl.DataFrame(schema=external_accounts(case.at(2025), {}).schema)
    room = {
        Key("reference", "reference", 2025): Solved(
            empty, 0.0, {"freight_link_year": LINKS}, {}, 0.0
        )
    }

    assert with_residents(case, plan, room) == room


def test_a_cost_of_what_the_case_does_not_have_is_an_error(tmp_path: Path) -> None:
    case = case_with(tmp_path, (*COSTS, ("airship", "noise", "*", 1.0, "USD/1000 t-km")))

    with pytest.raises(InputError, match="airship"):
        with_residents(case, make_plan(case, StudyOptions(only=("freight",))), {})
