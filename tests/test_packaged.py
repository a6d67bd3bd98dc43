"""The packaged case: its books balance, its laws hold, its headlines are those of the golden table.

One run serves all tests here; files are not split between workers.
"""

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import polars as pl
import pytest
from starlette.testclient import TestClient

from tests.web.choices import try_every_choice
from tests.web.conftest import HERE
from transcaspian.case.read import read_case
from transcaspian.case.tables import Case
from transcaspian.report import build_report
from transcaspian.report.freight_section import crossing_terminals
from transcaspian.results.read import read_results
from transcaspian.results.tables import Results
from transcaspian.results.write import REPORT, write_results
from transcaspian.study import StudyOptions, run_study
from transcaspian.study.validation import share_errors
from transcaspian.web.app import create_app
from transcaspian.web.settings import WebSettings

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
LARGEST_REPORT_BYTES = 8_000_000


def load_script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def case() -> Case:
    return read_case()


@pytest.fixture(scope="module")
def store() -> dict[str, bytes]:
    """Solved models that the runs of this file share."""
    return {}


@pytest.fixture(scope="module")
def folder(case: Case, store: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reference scenario with every project."""
    out = tmp_path_factory.mktemp("packaged") / "run"
    options = StudyOptions(workers=2, scenarios=("reference",), realisations=0)
    results = run_study(case, options, store=store)
    return write_results(results, out, build_report(results, case))


@pytest.fixture(scope="module")
def scenarios(case: Case, folder: Path, store: dict[str, bytes]) -> Results:
    """Every headline scenario, with two projects and two other years of weather."""
    assert folder.is_dir()  # the reference is solved first, and found in the store
    projects = load_script("headlines").SCENARIO_PROJECTS
    options = StudyOptions(workers=2, projects=projects, realisations=2)
    return run_study(case, options, store=store)


@pytest.fixture(scope="module")
def results(folder: Path) -> Results:
    return read_results(folder)


def reference(table: pl.DataFrame) -> pl.DataFrame:
    return table.filter((pl.col("scenario") == "reference") & (pl.col("run") == "reference"))


def test_every_law_holds(results: Results) -> None:
    broken = results.table("checks").filter(~pl.col("passed"))

    assert broken.is_empty(), broken


def test_what_feeds_each_cable_follows_from_its_hours(results: Results) -> None:
    """Traced energy by sense, of every run, cable and year, is what the hourly table sends."""
    keys = ["run", "year", "link"]
    hourly = results.table("power_link_hourly").with_columns(
        pl.col("run", "link").cast(pl.String), mw=pl.col("mw").cast(pl.Float64)
    )
    sent = hourly.group_by(keys).agg(
        forward=pl.col("mw").clip(lower_bound=0.0).sum(),
        reverse=(-pl.col("mw")).clip(lower_bound=0.0).sum(),
    )
    traced = (
        results.table("cable_origins")
        .filter(pl.col("method") == "traced")
        .group_by([*keys, "sense"])
        .agg(pl.col("energy_mwh").sum())
        .join(sent, on=keys, how="left")
        .with_columns(
            expected=pl.when(pl.col("sense") == "forward").then("forward").otherwise("reverse")
        )
    )
    assert set(traced["year"]) >= {2030, 2035, 2040}
    np.testing.assert_allclose(traced["energy_mwh"], traced["expected"], rtol=1e-5, atol=5.0)


def test_headlines_are_those_of_the_golden_table(results: Results, scenarios: Results) -> None:
    script = load_script("headlines")
    golden = {row.name: row for row in script.read_golden()}

    found = [*script.headlines(results), *script.scenario_headlines(scenarios)]

    assert {row.name for row in found} == set(golden)
    wrong = [
        (row.name, row.value, golden[row.name].value)
        for row in found
        if not np.isclose(
            row.value,
            golden[row.name].value,
            rtol=golden[row.name].rtol,
            atol=golden[row.name].atol,
        )
    ]
    assert not wrong, f"explain in CHANGELOG.md under RESULTS: {wrong}"


def test_every_headline_stands_under_every_scenario(case: Case, scenarios: Results) -> None:
    table = scenarios.table("headlines").filter(
        pl.col("year").is_null() | pl.col("year").is_in(case.settings.scenario_years)
    )
    keys = ["area", "subject", "quantity", "unit", "year"]

    counts = table.group_by(keys, maintain_order=True).agg(pl.col("scenario").n_unique())

    assert len(case.settings.headline_scenarios) >= 3
    assert (counts["scenario"] == len(case.settings.headline_scenarios)).all()


def test_every_law_holds_under_every_scenario(scenarios: Results) -> None:
    broken = scenarios.table("checks").filter(~pl.col("passed"))

    assert broken.is_empty(), broken


def test_the_cables_value_is_a_range_over_years_of_weather(scenarios: Results) -> None:
    row = scenarios.table("projects").row(0, named=True)

    assert row["npv_weather_low_musd"] < row["npv_weather_high_musd"]
    assert row["npv_weather_low_musd"] <= row["npv_headline_musd"] <= row["npv_weather_high_musd"]


def test_energy_of_every_zone_and_hour_is_the_load(results: Results, case: Case) -> None:
    supplied = (
        results.table("power_dispatch")
        .filter(pl.col("year") == 2030)
        .group_by("bus", "hour")
        .agg(pl.col("mw").cast(pl.Float64).sum())
        .sort("bus", "hour")
    )
    loads = case.at(2030).tables["power/loads"]

    for bus, profile, energy in zip(
        loads["bus"], loads["profile"], loads["energy_mwh"], strict=True
    ):
        load = energy / 8760 * case.profiles[profile]
        got = supplied.filter(pl.col("bus") == bus)["mw"].to_numpy()
        assert np.abs(got - load).max() < 1e-3 * load.mean() + 0.01, bus


def test_tonnes_of_every_node_and_commodity_are_kept(results: Results) -> None:
    balance = results.table("freight_node_balance")

    left = (
        balance["arriving_t"] + balance["starting_t"] - balance["leaving_t"] - balance["ending_t"]
    )

    assert float(left.abs().max()) < 1e-6 * float(balance["arriving_t"].max())


def test_every_solve_is_optimal_or_converged(results: Results) -> None:
    solves = results.table("solves")

    assert solves.height > 100
    assert float(solves["gap"].max()) <= 1e-6


def test_the_power_mix_of_2022_is_within_five_points(results: Results) -> None:
    errors = share_errors(results.table("validation"))

    assert errors.height >= 10
    assert float(errors["mean_error_points"].mean()) < 5.0


def test_values_outside_their_band_say_why(results: Results) -> None:
    outside = results.table("sanity").filter(~pl.col("passed"))

    assert (outside["reason"] != "").all(), outside


def test_the_report_is_small_and_asks_nothing_of_the_network(folder: Path) -> None:
    page = (folder / REPORT).read_text("utf-8")

    assert len(page.encode()) < LARGEST_REPORT_BYTES
    assert not re.findall(
        r"<(?:img|script|link|iframe|source)[^>]+(?:src|href)=[\"']?https?:", page
    )
    assert not re.findall(r"url\([\"']?https?:", page)


def test_prices_are_finite_and_nothing_is_nan(results: Results) -> None:
    for name, table in results.tables.items():
        numbers = table.select(pl.col(pl.Float64, pl.Float32))
        for column in numbers.columns:
            values = numbers[column].drop_nulls()
            assert values.is_finite().all(), f"{name}.{column}"


@pytest.fixture(scope="module")
def small_runs(case: Case) -> tuple[Results, Results]:
    options = [
        StudyOptions(
            years=(2030,),
            projects=("CASPIAN_CABLE_1000", "AKTAU_HUB"),
            scenarios=("reference",),
            realisations=1,
            workers=workers,
        )
        for workers in (1, 2)
    ]
    return run_study(case, options[0]), run_study(case, options[1])


def test_the_same_case_gives_the_same_bits(small_runs: tuple[Results, Results]) -> None:
    first, second = small_runs

    for name, table in first.tables.items():
        assert table.equals(second.tables[name]), name


@pytest.fixture(scope="module")
def pages(case: Case, scenarios: Results, tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """The pages of the run with every headline scenario."""
    out = tmp_path_factory.mktemp("pages") / "packaged"
    write_results(scenarios, out, build_report(scenarios, case))
    app = create_app(WebSettings(runs=(out,)))
    return TestClient(app, base_url=HERE, headers={"accept": "text/html"})


SECTIONS = (
    "", "/projects", "/map", "/map?sector=freight", "/power", "/freight", "/crossing", "/funds",
    "/assumptions", "/sources", "/tables/projects", "/tables/ledger", "/tables/power_dispatch",
)  # fmt: skip


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_choice_of_every_page_answers(
    pages: TestClient, case: Case, scenarios: Results, language: str
) -> None:
    projects = scenarios.table("projects")["project"].unique(maintain_order=True)
    things = [
        *(f"/projects/{project}" for project in projects),
        *(f"/places/power/{bus}" for bus in case.tables["power/buses"]["bus"][:4]),
        *(f"/places/freight/{node}" for node in case.tables["freight/terminals"]["node"].unique(maintain_order=True)[:8]),
        *(f"/links/power/{link}" for link in case.tables["power/links"]["link"][:4]),
        *(f"/links/freight/{link}" for link in case.tables["crossing/links"]["link"][:4]),
    ]  # fmt: skip
    starts = [
        f"/runs/packaged{part}{'&' if '?' in part else '?'}lang={language}"
        for part in (*SECTIONS, *things)
    ]

    tried = try_every_choice(pages, starts, is_seen=language == "en")

    assert tried.wrong == []
    assert len(tried.addresses) > 500


def test_a_terminal_of_the_crossing_shows_no_wait_of_its_own(pages: TestClient, case: Case) -> None:
    at_sea = set(crossing_terminals(case))

    answer = pages.get("/runs/packaged/freight", headers={"accept": "application/json"})

    table = next(table for table in answer.json()["tables"] if table["key"] == "bottlenecks")
    names = [column["name"] for column in table["columns"]]
    rows = [dict(zip(names, row, strict=True)) for row in table["rows"]]
    crossing = [row for row in rows if row["key"] in at_sea]
    assert crossing
    assert {row["delay_h"] for row in crossing} == {None}
    assert "sea crossing" in table["note"]
    assert any(row["delay_h"] for row in rows)


def test_the_readme_shows_the_golden_table() -> None:
    script = load_script("headlines")

    assert script.readme_block(script.read_golden()) in (ROOT / "README.md").read_text("utf-8")
