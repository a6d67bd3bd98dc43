"""The page as a whole: complete, self-contained, well-formed, safe."""

import re
from html.parser import HTMLParser

import polars as pl
import pytest

from tests.report.sample import (
    SETTINGS,
    SampleCase,
    SampleResults,
    empty_results,
    sample_case,
    sample_results,
)
from transcaspian.register.read import read_packaged
from transcaspian.report import build_report
from transcaspian.report.scenario_values import scenario_values, shared_years
from transcaspian.report.schema import TABLE_COLUMNS
from transcaspian.report.terms import with_terms

MOST_BYTES = 5_000_000
SECTIONS = (
    "summary", "map", "power", "adequacy", "freight", "crossing", "projects", "scenarios", "gains", "fuel", "risk",
    "interactions", "economy", "entsoe", "validation", "checks", "assumptions", "reading",
)  # fmt: skip
VOID = {"meta", "link", "input", "br", "wbr", "img", "hr"}
HOSTILE = '<script>alert("x")</script>&"\''


class Page(HTMLParser):
    """Collects what tests ask for: tags in order, attributes, text, and nesting mistakes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.mistakes: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.mistakes.append(tag)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def text() -> str:
    return build_report(sample_results(), sample_case())


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    return Page(text)


@pytest.fixture
def quick_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Charts that take no time to draw, for tests of what stands around them."""
    monkeypatch.setattr(
        "vl_convert.vegalite_to_svg", lambda *_, **__: '<svg viewBox="0 0 9 9"><g></g></svg>'
    )


def renamed(name: str) -> tuple[SampleResults, SampleCase]:
    """Return the sample with a project, zone and place called `name`."""
    results, case = sample_results(), sample_case()
    projects = results.tables["projects"].with_columns(name=pl.lit(name))
    tables = dict(case.tables)
    for table in ("power/buses", "freight/nodes", "economy/countries", "freight/routes"):
        tables[table] = tables[table].with_columns(name=pl.lit(name))
    return results.with_table("projects", projects), SampleCase(case.settings, tables)


def test_every_section_is_there_with_a_heading(page: Page) -> None:
    assert [section["id"] for section in page.all("section")] == list(SECTIONS)
    assert len(page.all("h2")) == len(SECTIONS)


def test_every_tag_that_opens_closes_in_order(page: Page) -> None:
    assert page.mistakes == []
    assert page.open == []


def test_no_two_elements_share_an_id(page: Page) -> None:
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_links_inside_the_page_lead_somewhere(page: Page) -> None:
    ids = {attributes.get("id") for _, attributes in page.tags}
    targets = [a["href"] for a in page.all("a") if (a["href"] or "").startswith("#")]
    assert targets
    assert {target[1:] for target in targets if target} <= ids


def test_nothing_is_loaded_from_anywhere(page: Page, text: str) -> None:
    for tag, attributes in page.tags:
        for name in ("src", "href", "xlink:href", "data", "poster", "srcset", "action"):
            value = attributes.get(name)
            if value and tag != "a":
                assert value.startswith(("#", "data:")), (tag, name, value)
    assert "@import" not in text
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]+)\)", text))


def test_the_page_is_below_five_megabytes(text: str) -> None:
    assert len(text.encode()) < MOST_BYTES


def test_links_that_leave_the_page_are_sources_of_the_case(page: Page) -> None:
    addresses = {a["href"] for a in page.all("a") if (a["href"] or "").startswith("http")}
    assert addresses == {"https://example.org/paper"}


def test_every_drawing_says_what_it_shows(page: Page) -> None:
    for drawing in page.all("svg"):
        assert drawing.get("aria-hidden") == "true" or drawing.get("aria-label")


def test_every_table_has_a_caption_and_scoped_heads(page: Page) -> None:
    assert len(page.all("table")) == len(page.all("caption")) > 20
    assert all(head.get("scope") in ("col", "row") for head in page.all("th"))


def test_every_chart_has_its_numbers_and_a_download(text: str) -> None:
    figures = re.findall(r'<figure id="figure-[^"]+".*?</figure>', text, re.S)
    assert len(figures) > 12
    for figure in figures:
        assert "<table>" in figure
        assert 'href="data:text/csv' in figure


@pytest.mark.usefixtures("quick_charts")
def test_names_with_markup_stay_text() -> None:
    hostile = build_report(*renamed(HOSTILE))
    assert "<script>alert" not in hostile
    assert "&lt;script&gt;alert" in hostile
    assert Page(hostile).mistakes == []


@pytest.mark.usefixtures("quick_charts")
def test_a_source_that_is_no_web_address_is_not_linked() -> None:
    case = sample_case()
    sources = case.tables["sources"].with_columns(address=pl.lit("javascript:alert(1)"))
    changed = SampleCase(case.settings, {**case.tables, "sources": sources})
    assert "javascript:alert" not in build_report(sample_results(), changed)


@pytest.mark.usefixtures("quick_charts")
def test_empty_tables_give_a_page_that_says_what_is_missing() -> None:
    page_text = build_report(empty_results(), sample_case())
    page = Page(page_text)
    assert [section["id"] for section in page.all("section")] == list(SECTIONS)
    assert "No project was valued in this run." in page_text
    assert page.mistakes == []


@pytest.mark.usefixtures("quick_charts")
@pytest.mark.parametrize("name", sorted(TABLE_COLUMNS))
def test_any_one_table_may_be_empty(name: str) -> None:
    results = sample_results()
    small = SampleResults({**empty_results().tables, **_light(results)}, results.manifest)
    changed = small.with_table(name, results.tables[name].clear())
    assert Page(build_report(changed, sample_case())).mistakes == []


def _light(results: SampleResults) -> dict[str, pl.DataFrame]:
    """Return all tables but the hourly ones, which take most of the time to draw."""
    hourly = ("power_dispatch", "power_prices", "power_link_hourly")
    return {name: frame for name, frame in results.tables.items() if name not in hourly}


@pytest.mark.usefixtures("quick_charts")
def test_a_missing_table_is_an_empty_one() -> None:
    assert Page(build_report(SampleResults({}, {}), sample_case())).mistakes == []


def test_a_table_without_a_column_is_refused_by_name() -> None:
    results = sample_results()
    broken = results.with_table("checks", results.tables["checks"].drop("value"))
    with pytest.raises(KeyError, match="checks lacks value"):
        build_report(broken, sample_case())


def test_the_same_results_give_the_same_page() -> None:
    small = SampleResults(_light(sample_results()), {})
    assert build_report(small, sample_case()) == build_report(small, sample_case())


@pytest.mark.usefixtures("quick_charts")
def test_another_scenario_changes_no_figure_of_the_first() -> None:
    results = sample_results()
    projects = results.tables["projects"]
    other = projects.with_columns(scenario=pl.lit("low_demand"), npv_6_musd=pl.lit(-777.0))
    small = SampleResults(_light(results), {}).with_table("projects", pl.concat([projects, other]))
    page_text = build_report(small, sample_case())
    assert "\u2212777" not in page_text


@pytest.mark.usefixtures("quick_charts")
def test_scenarios_are_compared_over_the_years_that_all_of_them_have() -> None:
    projects, terms = with_terms(sample_results().tables["projects"], SETTINGS)

    values = scenario_values(projects, ("reference", "slow"))
    text = build_report(sample_results(), sample_case())

    assert shared_years(projects, terms) == (2030, 2040)
    both = projects.filter(project="aktau_hub").sort("scenario")["npv_scenario_years_musd"]
    assert values.filter(project="aktau_hub").select("reference", "slow").row(0) == tuple(both)
    assert values.filter(project="aktau_hub")["reference"].item() != pytest.approx(48.0)
    assert "from the same 2 model years in all of them (2030, 2040)" in text


def test_every_headline_stands_under_each_scenario() -> None:
    text = build_report(sample_results(), sample_case())

    section = text.split('id="scenarios"')[1].split("</section>")[0]

    for words in ("Electricity used", "Corridor, all cargo", "Slow 2030", "in some", "0 of 3"):
        assert words in section, words
    assert "Plans come late." in section
    assert "110" in section


@pytest.mark.usefixtures("quick_charts")
def test_a_scenario_short_of_plants_is_named_with_its_zones() -> None:
    results = sample_results()
    zones = results.tables["power_zone_year"]
    short = zones.filter((pl.col("run") == "reference") & (pl.col("year") == 2030)).with_columns(
        scenario=pl.lit("slow"), unserved_mwh=0.01 * pl.col("load_mwh")
    )
    columns = zones.columns
    small = SampleResults(_light(results), {}).with_table(
        "power_zone_year", pl.concat([zones, short.select(columns)])
    )

    text = build_report(small, sample_case())

    assert "Slow 2030:" in text.split('id="scenarios"')[1]
    assert "short of firm plants" in text
    assert "short of firm plants" not in build_report(results, sample_case())


def test_a_register_adds_the_promises() -> None:
    page = build_report(sample_results(), sample_case(), read_packaged())

    assert 'id="promises"' in page
    assert 'id="promises"' not in build_report(sample_results(), sample_case())
