"""What a reader does, in a real browser: nothing leaves the machine, axe finds nothing serious."""

import json
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from tests.web.made_up import FIRST, SECOND, chromium
from tests.web.test_pages import RUN

pytestmark = pytest.mark.slow

# Software WebGL, so that the interactive map is really drawn; QUIC and updates off.
FLAGS = [
    "--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
    "--disable-quic", "--disable-background-networking", "--disable-component-update", "--no-first-run",
]  # fmt: skip
WIDTHS = (1440, 390)
AXE_PAGES = (
    "/", f"{RUN}/projects/CABLE", f"{RUN}/map?sector=freight", f"{RUN}/power",
    f"{RUN}/assumptions", "/register", "/compare",
)  # fmt: skip
LIMIT_MS = 60_000
FIRST_PAGE_LIMIT = 2_500_000  # bytes


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        pytest.skip("not run: needs the system package chromium")
    with sync_playwright() as play:
        found = play.chromium.launch(executable_path=path, args=FLAGS)
        yield found
        found.close()


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Opens pages that fail the test where a request leaves the machine or a script fails."""
    outside: list[str] = []
    failed: list[str] = []
    contexts = []

    def watch(request: Request) -> None:
        if not request.url.startswith((address, "data:", "blob:")):
            outside.append(request.url)

    def make(path: str, width: int = 1440, **options: Any) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, locale="en-GB", **options
        )
        contexts.append(context)
        context.on("request", watch)
        page = context.new_page()
        page.set_default_timeout(LIMIT_MS)
        expect.set_options(timeout=LIMIT_MS)
        page.on("pageerror", lambda error: failed.append(str(error)))
        page.on("console", lambda said: failed.append(said.text) if said.type == "error" else None)
        page.goto(address + path)
        return page

    yield make
    for context in contexts:
        context.close()
    assert outside == []
    assert failed == []


def test_a_reader_finds_what_the_caspian_cable_is_worth(
    open_page: Callable[..., Page], run_folders: tuple[Path, Path]
) -> None:
    row = pl.read_parquet(run_folders[1] / FIRST / "projects.parquet").filter(
        scenario="reference", project="CABLE"
    )
    page = open_page("/")

    page.get_by_role("navigation", name="Sections").get_by_role("link", name="Projects").click()
    page.get_by_role("link", name="Caspian power cable, 300 MW").first.click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Caspian power cable, 300 MW")
    cell = page.locator("#table-facts tr", has_text="NPV at 6.0%").locator("td").first
    assert float(cell.get_attribute("title") or "") == pytest.approx(row["npv_6_musd"][0])


def test_choosing_year_and_scenario_changes_address_and_numbers(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(f"{RUN}/power?zone=W")
    first = page.locator("#chart-prices").inner_text()

    page.get_by_label("Year").select_option("2025")
    page.wait_for_url("**year=2025**")
    page.get_by_label("Scenario").select_option("dear_gas")
    page.wait_for_url("**scenario=dear_gas**")

    assert "year=2025" in page.url
    expect(page.get_by_label("Scenario")).to_have_value("dear_gas")
    assert page.locator("#chart-prices").inner_text() != first


def test_the_card_of_aktau_opens_from_the_map(open_page: Callable[..., Page]) -> None:
    page = open_page(f"{RUN}/map?sector=freight")

    page.locator("svg.map-wide a[aria-label='Aktau']").first.click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Aktau seaport")
    expect(page.locator("#table-terminals")).to_contain_text("Value of one more unit")


def test_the_map_can_be_made_interactive_and_leads_to_the_same_cards(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(f"{RUN}/map?sector=freight")

    page.get_by_role("button", name="Interactive map").click()
    page.wait_for_selector("[data-state='live'] canvas")
    drawn = page.evaluate(
        "() => { const c = document.querySelector('canvas'); return [c.width, c.height]; }"
    )
    page.locator("a.map-name", has_text="Aktau").click()

    assert min(drawn) > 100
    expect(page.get_by_role("heading", level=1)).to_have_text("Aktau seaport")


def test_names_on_the_interactive_map_never_touch(open_page: Callable[..., Page]) -> None:
    page = open_page("/register")

    kept = page.evaluate(
        """async () => {
          const { keepFree } = await import("/static/map.js");
          const box = (left, rank) => ({ left, right: left + 10, top: 0, bottom: 10, rank });
          return [...keepFree([box(0, 1), box(5, 0), box(20, 9), box(40, 2)], 2)];
        }"""
    )

    assert kept == [1, 3]  # the first touches a weightier one, the third is of too little weight


def test_a_chart_can_be_explored_without_evaluating_code(open_page: Callable[..., Page]) -> None:
    page = open_page(f"{RUN}/projects")

    page.locator("#chart-npv").get_by_role("button", name="Explore").click()

    page.wait_for_selector("#chart-npv .is-live svg")
    assert page.locator("#chart-npv .is-live svg path").count() > 0


def test_two_runs_are_compared(open_page: Callable[..., Page]) -> None:
    page = open_page("/")

    page.get_by_role("link", name="Compare").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Compare")
    cable = page.locator("#table-values tr", has_text="Caspian power cable")
    expect(cable).to_contain_text("+100")
    expect(page.get_by_text(f"{SECOND} less {FIRST}").first).to_be_visible()


def test_the_late_list_is_read_from_the_register(open_page: Callable[..., Page]) -> None:
    page = open_page("/register?as_of=2026-09-30")

    page.locator("section.links").get_by_role("link", name="Late").click()

    page.wait_for_url("**status=late**")
    chips = page.locator("#table-commitments tbody td .chip.w-late")
    assert chips.count() == page.locator("#table-commitments tbody tr").count() > 0


def test_a_click_switches_to_russian_and_stays_there(open_page: Callable[..., Page]) -> None:
    page = open_page(f"{RUN}/projects")

    page.get_by_role("link", name="Русский").click()
    page.get_by_role("link", name="Грузы").click()

    expect(page.locator("html")).to_have_attribute("lang", "ru")
    expect(page.get_by_role("heading", level=1)).to_have_text("Грузы")


def test_an_excel_file_is_downloaded_and_opens_again(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page(f"{RUN}/projects")

    with page.expect_download() as waiting:
        page.locator("#table-ranking").get_by_role("link", name="Excel").click()
    file = tmp_path / "ranking.xlsx"
    waiting.value.save_as(file)

    sheet = pl.read_excel(file, sheet_name="ranking")
    assert "Caspian power cable, 300 MW" in sheet["Project"].to_list()


def test_pages_are_read_without_any_script(open_page: Callable[..., Page]) -> None:
    page = open_page(f"{RUN}/map?sector=freight", java_script_enabled=False)

    page.locator("select[name='year']").select_option("2025")
    page.get_by_role("button", name="Show").click()

    assert "year=2025" in page.url
    assert page.locator("svg.map-wide path").count() > 0


def test_the_keyboard_reaches_the_content_at_once(open_page: Callable[..., Page]) -> None:
    page = open_page(f"{RUN}/map?sector=freight")

    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the content")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert page.evaluate("() => document.querySelector('main').contains(document.activeElement)")


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_is_wider_than_the_window(open_page: Callable[..., Page], width: int) -> None:
    page = open_page("/", width=width)
    origin = page.evaluate("() => location.origin")

    wide = []
    for path in AXE_PAGES:
        page.goto(origin + path)
        if page.evaluate("() => document.documentElement.scrollWidth > innerWidth"):
            wide.append(path)

    assert wide == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(open_page: Callable[..., Page], scheme: str) -> None:
    axe = (resources.files("axe_core_python") / "axe.min.js").read_text("utf-8")
    page = open_page("/", color_scheme=scheme, bypass_csp=True)
    origin = page.evaluate("() => location.origin")

    serious = []
    for path in AXE_PAGES if scheme == "light" else AXE_PAGES[:2]:
        page.goto(origin + path)
        page.evaluate(axe)
        found = page.evaluate("() => axe.run({resultTypes: ['violations']})")
        serious += [
            (path, each["id"], json.dumps(each["nodes"][0]["html"])[:200])
            for each in found["violations"]
            if each["impact"] in ("serious", "critical")
        ]

    assert serious == []


def test_the_first_page_is_small(open_page: Callable[..., Page]) -> None:
    page = open_page("/")
    page.wait_for_load_state("networkidle")

    sizes = page.evaluate(
        "() => performance.getEntries().map((e) => e.decodedBodySize || 0).reduce((a, b) => a + b, 0)"
    )

    assert 10_000 < sizes < FIRST_PAGE_LIMIT


SMALL_TARGETS = """() => {
  // WCAG 2.5.8: 24 by 24 pixels, or free of others within a circle of 24, or a link in a sentence.
  const shown = [...document.querySelectorAll("a, button, select, input, summary")]
    .filter((element) => !element.closest("svg") && element.type !== "hidden")
    .map((element) => ({ element, box: element.getBoundingClientRect() }))
    .filter(({ box }) => box.width > 0 && box.left >= 0);
  const near = (a, b) => {
    const [x, y] = [(a.left + a.right) / 2, (a.top + a.bottom) / 2];
    const dx = Math.max(b.left - x, 0, x - b.right), dy = Math.max(b.top - y, 0, y - b.bottom);
    return Math.hypot(dx, dy) < 12;
  };
  return shown
    .filter(({ element, box }) => (box.width < 24 || box.height < 24) && !element.closest("p"))
    .filter(({ element, box }) => shown.some((other) => other.element !== element && near(box, other.box)))
    .map(({ element }) => element.outerHTML.slice(0, 120));
}"""


@pytest.mark.parametrize("width", WIDTHS)
def test_targets_are_large_enough_for_a_finger(open_page: Callable[..., Page], width: int) -> None:
    page = open_page("/", width=width)
    origin = page.evaluate("() => location.origin")

    small = {}
    for path in AXE_PAGES:
        page.goto(origin + path)
        small[path] = page.evaluate(SMALL_TARGETS)

    assert {path: found for path, found in small.items() if found} == {}


def test_whatever_has_the_focus_shows_it(open_page: Callable[..., Page]) -> None:
    page = open_page(f"{RUN}/projects")

    unseen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        outline, text = page.evaluate(
            """() => {
              const style = getComputedStyle(document.activeElement);
              const box = document.activeElement.getBoundingClientRect();
              const isInside = box.bottom > 0 && box.top < innerHeight;
              return [isInside && style.outlineStyle !== "none" ? parseFloat(style.outlineWidth) : 0,
                      document.activeElement.outerHTML.slice(0, 80)];
            }"""
        )
        if outline < 2:
            unseen.append(text)

    assert unseen == []


def test_the_interactive_map_is_used_by_keyboard_and_speaks_the_readers_language(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(f"{RUN}/map?sector=freight&lang=ru")

    page.get_by_role("button", name="Интерактивная карта").press("Enter")
    page.wait_for_selector("[data-state='live'] canvas")
    assert "стрелки" in (page.locator("canvas").get_attribute("aria-label") or "")
    expect(page.get_by_role("button", name="Увеличить")).to_be_visible()
    page.locator("a.map-name", has_text="Актау").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Морской порт Актау")


def test_a_month_is_chosen_on_the_map(open_page: Callable[..., Page]) -> None:
    page = open_page(f"/runs/{SECOND}/map?sector=power&with=CABLE")

    page.get_by_label("Month").select_option("July")
    page.wait_for_url("**month=7**")

    expect(page.locator("#map-flows h2")).to_contain_text("July")
