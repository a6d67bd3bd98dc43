"""Every page answers as HTML and as data; what it says is what the run's tables say."""

import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from tests.web.conftest import HERE
from tests.web.made_up import (
    FEWER_YEARS,
    FIRST,
    LATE,
    MORE_OVER_FEWER_YEARS,
    NPV_RISE,
    PRICE_RISE,
    SECOND,
    THIRD,
)
from transcaspian.errors import InputError, NotFoundError
from transcaspian.register.read import read_packaged
from transcaspian.register.status import judge_all
from transcaspian.web.app import create_app
from transcaspian.web.blocks import Page
from transcaspian.web.language import language_of
from transcaspian.web.models import PageData
from transcaspian.web.pages import funds, power
from transcaspian.web.pages.generic import generic_column
from transcaspian.web.runs import Run
from transcaspian.web.settings import WebSettings
from transcaspian.web.view import View

RUN = f"/runs/{FIRST}"
PAGES = (
    "/",
    RUN,
    f"{RUN}/map",
    f"{RUN}/map?sector=freight&year=2030&with=PORT&show=change",
    f"{RUN}/places/power/W",
    f"{RUN}/places/freight/EPORT",
    f"{RUN}/links/power/E-W",
    f"{RUN}/links/freight/EPORT-WPORT-ferry",
    f"{RUN}/power?with=CABLE&year=2030&zone=W&week=3",
    f"{RUN}/freight?scenario=dear_gas",
    f"{RUN}/crossing",
    f"{RUN}/projects",
    f"{RUN}/projects/CABLE",
    f"{RUN}/funds",
    f"{RUN}/assumptions",
    f"{RUN}/assumptions?find=cable&confidence=assumed",
    f"{RUN}/sources",
    f"{RUN}/tables/power_dispatch?page=2",
    "/compare",
    "/register",
    "/register/slips",
    "/register/contradictions",
    "/register/due",
    "/register/history",
    "/register?status=late",
)


def data_of(client: TestClient, address: str) -> dict[str, Any]:
    answer = client.get(address, headers={"accept": "application/json"})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def table_of(data: dict[str, Any], key: str) -> pl.DataFrame:
    table = next(table for table in data["tables"] if table["key"] == key)
    names = [column["name"] for column in table["columns"]]
    return pl.DataFrame(
        {name: [row[place] for row in table["rows"]] for place, name in enumerate(names)},
        strict=False,
    )


def results(run_folders: tuple[Path, Path], name: str) -> pl.DataFrame:
    return pl.read_parquet(run_folders[1] / FIRST / f"{name}.parquet")


class Elements(HTMLParser):
    """Collects tags with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


@pytest.mark.parametrize("address", PAGES)
def test_every_page_is_html_and_the_same_page_as_data(client: TestClient, address: str) -> None:
    page = client.get(address)
    data = PageData.model_validate(data_of(client, address))

    assert page.status_code == 200, page.text
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    for table in data.tables:
        assert f'id="table-{table.key}"' in page.text
        assert table.source, table.key
        assert table.confidence, table.key
    for chart in data.charts:
        assert f'id="chart-{chart.key}"' in page.text
        assert chart.table in [table.key for table in data.tables]


@pytest.mark.parametrize("address", PAGES)
def test_no_page_holds_a_script_of_its_own_or_asks_another_host(
    client: TestClient, address: str
) -> None:
    page = client.get(address)
    elements = Elements(page.text)

    assert "script-src 'self'; worker-src blob:" in page.headers["content-security-policy"]
    assert all(script.get("src", "").startswith("/static/") for script in elements.all("script"))  # type: ignore[union-attr]
    assert not [name for _, held in elements.found for name in held if name.startswith("on")]
    loading = [held.get("href") for held in elements.all("link") if held.get("rel") == "stylesheet"]
    assert loading == ["/static/style.css"]
    assert page.text.count("<script") == len(re.findall(r"</script>", page.text))


@pytest.mark.parametrize("address", PAGES)
def test_no_two_elements_of_a_page_share_an_id(client: TestClient, address: str) -> None:
    ids = [held["id"] for _, held in Elements(client.get(address).text).found if "id" in held]

    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("address", PAGES)
def test_every_link_of_a_page_into_the_application_leads_somewhere(
    client: TestClient, address: str
) -> None:
    links = {held.get("href") or "" for held in Elements(client.get(address).text).all("a")}
    inside = sorted(
        link
        for link in links
        if link.startswith("/") and "format=" not in link and "lang=" not in link
    )

    tried = inside[:: max(len(inside) // 8, 1)]
    wrong = [link for link in tried if client.get(link).status_code != 200]

    assert inside
    assert wrong == []


def test_the_cable_is_worth_what_the_run_says(
    client: TestClient, run_folders: tuple[Path, Path]
) -> None:
    row = results(run_folders, "projects").filter(scenario="reference", project="CABLE").row(0, named=True)  # fmt: skip

    shown = table_of(data_of(client, f"{RUN}/projects/CABLE"), "facts")

    values = dict(shown.select("what", "value").iter_rows())
    assert values["NPV at 6.0%"] == row["npv_6_musd"]
    assert values["Capital cost"] == row["capex_musd"]
    units = dict(shown.select("what", "unit").iter_rows())
    assert units["NPV at 6.0%"] == "million USD"


def test_who_gains_adds_up_to_the_value_of_the_project(
    client: TestClient, run_folders: tuple[Path, Path]
) -> None:
    row = results(run_folders, "projects").filter(scenario="reference", project="CABLE").row(0, named=True)  # fmt: skip

    shown = table_of(data_of(client, f"{RUN}/projects/CABLE"), "who-gains")

    parties = [name for name in shown.columns if name not in ("place", "all")]
    assert shown["all"].sum() == pytest.approx(row["npv_6_musd"], abs=1e-4)
    across = shown.select(total=pl.sum_horizontal(parties))["total"].sum()
    assert across == pytest.approx(shown["all"].sum())


def test_the_scenario_of_the_address_is_the_one_shown(
    client: TestClient, run_folders: tuple[Path, Path]
) -> None:
    prices = results(run_folders, "power_zone_year").filter(run="reference", year=2030, bus="W")
    wanted = dict(prices.select("scenario", "price_mean").iter_rows())

    shown = {
        scenario: table_of(data_of(client, f"{RUN}/power?scenario={scenario}&year=2030"), "prices-values")
        for scenario in wanted
    }  # fmt: skip

    assert wanted["dear_gas"] > wanted["reference"]
    for scenario, price in wanted.items():
        assert dict(shown[scenario].select("zone", "without").iter_rows())["Azerbaijan"] == price


def test_the_week_shown_sums_to_the_dispatch_of_the_run(
    client: TestClient, run_folders: tuple[Path, Path]
) -> None:
    hours = results(run_folders, "power_dispatch").filter(
        pl.col("scenario") == "reference", pl.col("run") == "reference", pl.col("year") == 2030,
        pl.col("bus") == "W", pl.col("hour").is_between(336, 503),
    )  # fmt: skip

    shown = table_of(data_of(client, f"{RUN}/power?year=2030&zone=W&week=3"), "week-values")

    assert shown["hour"].to_list() == list(range(336, 504))
    assert shown["demand"].sum() == pytest.approx(float(hours["mw"].sum()), rel=1e-4)


def test_a_week_says_which_of_its_hours_are_synthetic(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = f"{RUN}/power?year=2030&zone=W&week=5"
    monkeypatch.setattr(power, "synthetic_kinds", lambda *_: {"W": ["wind", "solar"]})

    assert "▨ Synthetic hours: " in client.get(page).text
    assert "(ветер, солнце)" in client.get(f"{page}&lang=ru").text


def test_the_card_of_aktau_has_load_wait_and_the_value_of_one_more_unit(
    client: TestClient, run_folders: tuple[Path, Path]
) -> None:
    data = data_of(client, f"{RUN}/places/freight/EPORT?with=PORT")
    rows = results(run_folders, "freight_terminal_year").filter(
        pl.col("scenario") == "reference", pl.col("run") == "PORT",
        pl.col("terminal") == "EPORT-rail-ferry", pl.col("year").is_in([2025, 2030]),
    ).sort("year")  # fmt: skip

    shown = table_of(data, "terminals")

    assert data["title"] == "Aktau seaport"
    assert (
        shown.select("load_ratio", "delay_h", "capacity_value_usd").rows()
        == rows.select("load_ratio", "delay_h", "capacity_value_usd").rows()
    )
    inputs = table_of(data, "inputs")
    assert inputs["confidence"].unique().to_list() == ["assumed"]


def test_the_map_shows_every_flow_that_the_run_has(
    client: TestClient, run_folders: tuple[Path, Path]
) -> None:
    flows = results(run_folders, "freight_link_year").filter(
        pl.col("scenario") == "reference", pl.col("run") == "reference", pl.col("year") == 2030
    )  # fmt: skip

    data = data_of(client, f"{RUN}/map?sector=freight&year=2030")

    drawn = {line["key"] for line in data["maps"][0]["data"]["lines"]}
    moving = set(flows.filter(pl.col("forward_t") + pl.col("reverse_t") > 0)["link"])
    assert drawn == moving
    shown = table_of(data, "links")
    assert shown["forward"].sum() == pytest.approx(flows["forward_t"].sum() / 1e6)


def test_the_route_table_has_the_cost_and_time_of_the_run(
    client: TestClient, run_folders: tuple[Path, Path]
) -> None:
    rows = results(run_folders, "freight_route_year").filter(
        pl.col("scenario") == "reference", pl.col("run") == "reference", pl.col("year") == 2030,
        pl.col("commodity") == "grain", pl.col("tonnes") > 0,
    )  # fmt: skip
    one = rows.row(0, named=True)

    address = f"{RUN}/freight?year=2030&origin={one['origin']}&destination={one['destination']}&commodity=grain"  # fmt: skip
    shown = table_of(data_of(client, address), "routes")

    own = rows.filter(origin=one["origin"], destination=one["destination"], route=one["route"])
    weight = own["tonnes"] / own["tonnes"].sum()
    name = {"sea": "Over the sea", "land": "Round by land"}[one["route"]]
    row = shown.filter(name=name).row(0, named=True)
    assert row["time_h"] == pytest.approx((own["time_h"] * weight).sum())
    assert row["money_usd_per_t"] == pytest.approx((own["money_usd_per_t"] * weight).sum())


def test_the_comparison_finds_exactly_what_differs(client: TestClient) -> None:
    data = data_of(client, f"/compare?runs={FIRST},{SECOND}")

    inputs, values, prices = (table_of(data, key) for key in ("inputs", "values", "prices"))
    assert inputs.select("row", "value_1").rows() == [("W-M", "999")]
    changes = dict(values.select("project", "change_1").iter_rows())
    assert changes["Caspian power cable, 300 MW"] == pytest.approx(NPV_RISE)
    assert changes["Port"] == 0.0
    changed = prices.filter(pl.col("change").abs() > 1e-9)
    assert set(changed["zone"]) == {"Azerbaijan"}
    assert changed["change"].to_list() == pytest.approx([PRICE_RISE] * changed.height)
    maps = {each["key"]: each["data"]["lines"] for each in data["maps"]}
    assert [line["key"] for line in maps["freight"]] == ["EPORT-WPORT-ferry"]


def test_the_late_list_holds_the_late_commitments_of_the_register(client: TestClient) -> None:
    day = date(2026, 9, 30)
    late = {v.id for v in judge_all(read_packaged().public(), day) if v.status == "late"}

    shown = table_of(data_of(client, f"/register?status=late&as_of={day}"), "commitments")

    assert late
    assert set(shown["id"]) == late
    assert set(shown["status"]) == {"late"}


def test_a_promise_leads_to_its_evidence_and_dates(client: TestClient) -> None:
    key = read_packaged()["commitments"]["id"][0]

    data = data_of(client, f"/register/show/{key}?as_of=2026-09-30")

    assert data["title"] == read_packaged()["commitments"]["title"][0]
    assert data["notes"][0]["text"].startswith("Status: ")
    assert data["tables"][0]["key"] == "row"


def test_assumptions_are_found_by_word_and_counted(
    client: TestClient, run_folders: tuple[Path, Path]
) -> None:
    every = results(run_folders, "assumptions")
    words = every.select(pl.concat_str("table", "row", "column", "value", "source", separator=" "))
    expected = sum("ferry" in text.lower() for text in words.to_series())

    table = data_of(client, f"{RUN}/assumptions?find=FERRY")["tables"][0]

    assert expected > 0
    assert table["total"] == expected


def test_a_table_is_paged_without_loss(client: TestClient, run_folders: tuple[Path, Path]) -> None:
    every = results(run_folders, "ledger")

    first = data_of(client, f"{RUN}/tables/ledger")["tables"][0]
    second = data_of(client, f"{RUN}/tables/ledger?page=2")["tables"][0]

    assert first["total"] == every.height
    assert [row[1] for row in first["rows"] + second["rows"]] == every["project"].to_list()[:600]


@pytest.mark.parametrize(
    "address",
    [
        "/nothing", "/runs/none", f"{RUN}/projects/NONE", f"{RUN}/places/power/NONE",
        f"{RUN}/links/road/E-W", f"{RUN}/power?zone=NONE", f"{RUN}/power?week=60",
        f"{RUN}/projects?scenario=none", f"{RUN}/map?year=1999", f"{RUN}/tables/none",
        "/register/show/none", f"{RUN}/projects?format=csv&table=none", "/static/none.js",
        f"{RUN}/freight?commodity=none", "/compare?runs=none",
    ],
)  # fmt: skip
def test_what_is_not_there_is_said_in_the_one_shape_of_errors(
    client: TestClient, address: str
) -> None:
    page = client.get(address)
    data = client.get(address, headers={"accept": "application/json"})

    assert page.status_code == data.status_code == 404
    assert data.json()["error"]["type"] == "NotFoundError"
    assert data.json()["error"]["message"] in page.text.replace("&#39;", "'")


@pytest.mark.parametrize("query", ["lang=xx", "format=doc", "strange=1", "year=" + "9" * 300])
def test_a_parameter_without_meaning_is_refused(client: TestClient, query: str) -> None:
    answer = client.get(f"{RUN}/map?{query}", headers={"accept": "application/json"})

    assert answer.status_code == 422
    assert answer.json()["error"]["problems"][0]["column"] == query.split("=")[0]


def test_text_of_the_address_is_shown_as_text(client: TestClient) -> None:
    page = client.get(f"{RUN}/assumptions", params={"find": "<script>alert(1)</script>"})

    assert page.status_code == 200
    assert "<script>alert" not in page.text


def test_a_damaged_run_is_not_served(run_folders: tuple[Path, Path], tmp_path: Path) -> None:
    for file in (run_folders[1] / FIRST).iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "projects.parquet").write_bytes(b"nothing")

    with pytest.raises(InputError, match="damaged"):
        create_app(WebSettings(runs=(tmp_path,)))


def test_a_folder_without_runs_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="holds no run"):
        create_app(WebSettings(runs=(tmp_path,)))


def test_without_any_run_the_register_is_still_there() -> None:
    alone = TestClient(create_app(WebSettings()), base_url=HERE, headers={"accept": "text/html"})

    assert "transcaspian run" in alone.get("/").text
    assert alone.get("/register").status_code == 200


def test_a_run_whose_case_is_not_at_hand_says_so(run_folders: tuple[Path, Path]) -> None:
    alone = TestClient(create_app(WebSettings(runs=(run_folders[1] / FIRST,))), base_url=HERE)

    answer = alone.get(f"{RUN}/map", headers={"accept": "application/json"})

    assert answer.status_code == 404
    assert "--case" in answer.json()["error"]["message"]
    assert "--case" in alone.get("/").text


def test_an_answer_from_the_cache_is_the_first_one_again(app: FastAPI) -> None:
    fresh = TestClient(app, base_url=HERE)

    first, second = (fresh.get(f"{RUN}/projects?lang=en&year=2030") for _ in range(2))

    assert first.content == second.content
    assert first.headers["content-type"] == second.headers["content-type"]
    assert second.headers["vary"].startswith("Accept, Accept-Language")


@pytest.mark.parametrize(
    ("name", "kind", "shown"),
    [
        ("start_year", pl.Int64(), ("Start year", "", "year")),
        ("hour", pl.Int16(), ("Hour", "", "year")),
        ("units", pl.Int64(), ("Units", "", "whole")),
        ("npv_musd", pl.Float64(), ("NPV", "million USD", "number")),
        ("price_usd_per_mwh", pl.Float64(), ("Price", "USD/MWh", "number")),
        ("delay_h", pl.Float64(), ("Delay", "h", "number")),
        ("confidence", pl.String(), ("Confidence", "", "word")),
    ],
)
def test_a_raw_column_shows_its_unit_and_years_as_years(
    name: str, kind: pl.DataType, shown: tuple[str, str, str]
) -> None:
    column = generic_column(name, kind, language_of("en"))

    assert (column.label, column.unit, column.kind) == shown


def test_json_has_no_infinity_and_no_nan(client: TestClient) -> None:
    def refuse(word: str) -> None:
        raise AssertionError(word)

    for address in PAGES:
        text = client.get(address, headers={"accept": "application/json"}).text
        json.loads(text, parse_constant=refuse)


def test_nothing_moves_by_itself(client: TestClient) -> None:
    style = client.get("/static/style.css").text

    assert "transition" not in style
    assert "animation" not in style
    assert "@media print" in style
    assert "prefers-color-scheme: dark" in style


def test_readers_of_the_same_page_wait_for_the_one_that_builds_it(
    run_folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    case, runs = run_folders
    app = create_app(WebSettings(runs=(runs / FIRST,), case=str(case)))
    built: list[int] = []
    is_open = threading.Event()
    original = funds.funds_page

    def slow(run: Run, view: View) -> Page:
        built.append(1)
        is_open.wait(timeout=60)
        return original(run, view)

    monkeypatch.setattr(funds, "funds_page", slow)
    with ThreadPoolExecutor(8) as pool:
        asked = [
            pool.submit(TestClient(app, base_url=HERE).get, f"{RUN}/funds?lang=en")
            for _ in range(8)
        ]
        while not built:
            wait(asked, timeout=0.01)
        is_open.set()
        answers = [one.result(timeout=60) for one in asked]

    assert [answer.status_code for answer in answers] == [200] * 8
    assert len({answer.content for answer in answers}) == 1
    assert sum(built) == 1


def test_a_year_that_the_scenario_lacks_gives_way_to_one_that_it_has(client: TestClient) -> None:
    for section in ("map", "map?sector=freight", "power", "freight"):
        joint = "&" if "?" in section else "?"
        data = data_of(client, f"{RUN}/{section}{joint}scenario=dear_gas&year=2025")

        year = next(choice for choice in data["choices"] if choice["name"] == "year")
        assert (year["chosen"], year["options"]) == ("2030", ["2030"])
        said = [note["text"] for note in data["notes"] if note["tone"] == "warning"]
        assert any("was not solved for 2025: this page shows 2030" in text for text in said)


def test_values_of_scenarios_are_those_of_the_years_that_all_have(
    client: TestClient, run_folders: tuple[Path, Path]
) -> None:
    projects = results(run_folders, "projects")
    wanted = dict(projects.filter(scenario="reference").select("name", "npv_6_musd").iter_rows())

    data = data_of(client, f"{RUN}/projects")

    shown = table_of(data, "scenarios")
    for name, value in shown.select("name", "reference").iter_rows():
        assert value == pytest.approx(wanted[name] + MORE_OVER_FEWER_YEARS)
    note = next(table["note"] for table in data["tables"] if table["key"] == "scenarios")
    assert f"({', '.join(map(str, FEWER_YEARS))})" in note


def test_every_table_of_values_says_on_how_many_model_years_they_rest(client: TestClient) -> None:
    for address in (f"{RUN}/projects", f"{RUN}/projects?scenario=dear_gas", RUN):
        data = data_of(client, address)
        key = "answers" if address == RUN else "ranking"
        counts = table_of(data, key).select("model_years", "model_years_in_use").unique().rows()
        assert counts == ([(1, 1)] if "dear_gas" in address else [(2, 1)])


def test_a_project_that_opens_after_every_solved_year_is_led_by_a_warning(
    client: TestClient,
) -> None:
    for address in (f"/runs/{THIRD}", f"/runs/{THIRD}/projects", f"/runs/{THIRD}/projects/CABLE"):
        first = data_of(client, address)["notes"][0]

        assert first["tone"] == "danger"
        assert f"Caspian power cable, 300 MW ({LATE})" in first["text"]
    ranking = table_of(data_of(client, f"/runs/{THIRD}/projects"), "ranking")
    assert ranking["verdict"].to_list() == ["Not known: no model year in use"]
    assert "0 of 0" not in client.get(f"/runs/{THIRD}").text


def test_freight_of_a_run_of_power_projects_alone_is_shown(client: TestClient) -> None:
    data = data_of(client, f"/runs/{THIRD}/freight?with=CABLE")

    assert "shifts" not in [table["key"] for table in data["tables"]]
    assert table_of(data, "routes").height > 0
    assert any("changes nothing here" in note["text"] for note in data["notes"])


def test_what_a_pair_lacks_is_said_and_the_rest_shown(client: TestClient) -> None:
    data = data_of(client, f"{RUN}/freight?origin=WEST")

    assert any("starts or ends in" in note["text"] for note in data["notes"])
    assert table_of(data, "routes").height > 0


def test_an_error_page_leads_back(client: TestClient) -> None:
    page = client.get(f"{RUN}/power?zone=NONE&year=2030&lang=en")

    links = {held.get("href") for held in Elements(page.text).all("a")}
    assert page.status_code == 404
    assert {f"{RUN}/power?lang=en", f"{RUN}?lang=en", "/?lang=en"} <= links


def test_a_page_that_fails_is_a_page_with_ways_on(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> Page:
        raise ZeroDivisionError

    monkeypatch.setattr(funds, "funds_page", fail)
    reader = TestClient(app, raise_server_exceptions=False)

    page = reader.get(f"{RUN}/funds?year=2030", headers={"accept": "text/html"})
    data = reader.get(f"{RUN}/funds?year=2025", headers={"accept": "application/json"})

    assert page.status_code == data.status_code == 500
    links = {held.get("href") for held in Elements(page.text).all("a")}
    assert {f"{RUN}/funds", RUN, "/"} <= links
    assert "mistake" in data.json()["error"]["message"]
    assert "script-src 'self'" in page.headers["content-security-policy"]
