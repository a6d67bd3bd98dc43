"""A page in Russian says in Russian whatever it says itself; only data stay in their own words."""

import re
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import polars as pl
import pytest
from babel.messages.pofile import read_po
from starlette.testclient import TestClient

from scripts.catalogues import messages_of_source
from tests.web.made_up import FIRST
from tests.web.test_language import LOCALES
from tests.web.test_pages import PAGES, RUN
from transcaspian.case.registry import TABLES as CASE_TABLES
from transcaspian.register.read import read_packaged
from transcaspian.register.status import judge_all
from transcaspian.register.tables import TABLES as REGISTER_TABLES
from transcaspian.report.schema import TABLE_COLUMNS
from transcaspian.results.tables import TABLE_MEANINGS
from transcaspian.web.language import language_of
from transcaspian.web.said import REASONS, conventions, is_known_reason, reason
from transcaspian.web.titles import column_title, english_table, english_title, named_title, unit_of
from transcaspian.web.view import View
from transcaspian.web.words import WORDS

RUSSIAN = View(language_of("ru"))
KEPT_OPEN = ("area", "base", "br", "col", "hr", "img", "input", "link", "meta", "path", "circle")
# Where a page speaks itself; cells of a table are data.
OWN = ("title", "h1", "h2", "caption", "th[col]", "label", "button", "summary", "p", "li", "option")
SNAKE = re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b")
# Commands and tables that a sentence names are written as one types them.
NAMED = re.compile(r"(?:таблица|Таблица|файл|Файл|файле) \S+|[a-z]+/[a-z_]+|«[^»]*»|“[^”]*”")
# Names and signs that are the same in both languages.
SAME = {"CO₂", "P10", "P50", "P90", "English", "Azərbaycanca", "CSV", "Excel", "JSON", "Parquet"}

DATA = {"Port"}  # the name of a made-up project


class Texts(HTMLParser):
    """Collects what stands in a page, each text with the elements around it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.around: list[str] = []
        self.found: list[tuple[tuple[str, ...], str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in KEPT_OPEN:
            scope = dict(attrs).get("scope")
            self.around.append(f"{tag}[{scope}]" if scope else tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass  # it holds no text

    def handle_endtag(self, tag: str) -> None:
        names = [name.split("[")[0] for name in self.around]
        if tag in names:
            del self.around[len(names) - 1 - names[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.found.append((tuple(self.around), " ".join(data.split())))


def own_texts(client: TestClient, address: str) -> Iterator[str]:
    page = client.get(f"{address}{'&' if '?' in address else '?'}lang=ru")
    assert page.status_code == 200
    for around, text in Texts(page.text).found:
        if any(tag in OWN for tag in around) and not {"td", "th[row]", "svg"} & set(around):
            yield text


def english_messages() -> set[str]:
    """Return every message of the pages whose Russian text differs."""
    russian = language_of("ru")
    found = [m.id[0] if isinstance(m.id, tuple) else m.id for m in messages_of_source() if m.id]
    return {str(text) for text in found if russian.text(str(text)) != text} - SAME - DATA


@pytest.mark.parametrize("address", PAGES)
def test_no_message_of_a_page_stays_in_english(client: TestClient, address: str) -> None:
    english = english_messages()

    assert [text for text in own_texts(client, address) if text in english] == []


@pytest.mark.parametrize("address", PAGES)
def test_no_name_of_a_column_stands_raw_outside_of_data(client: TestClient, address: str) -> None:
    raw = [
        text
        for text in own_texts(client, address)
        if SNAKE.search(NAMED.sub("", text).replace(FIRST, ""))
    ]

    assert raw == []


def terms() -> set[str]:
    catalogue = read_po(BytesIO((LOCALES / "ru" / "terms.po").read_bytes()), locale="ru")
    return {str(message.id) for message in catalogue if message.id and message.string}


def test_every_column_has_a_russian_title(run_folders: tuple[Path, Path]) -> None:
    names = {column.name for table in CASE_TABLES.values() for column in table.columns}
    names |= {name for columns in TABLE_COLUMNS.values() for name in columns}
    names |= {name for table in REGISTER_TABLES for name in read_packaged()[table].columns}
    for file in (run_folders[1] / FIRST).glob("*.parquet"):
        names |= set(pl.read_parquet_schema(file))
    inputs = pl.read_parquet(run_folders[1] / FIRST / "tornado.parquet")["input"]
    names |= set(inputs.cast(pl.String))  # uncertain inputs, named on the sheet of a project

    assert sorted({english_title(name) for name in names} - terms()) == []


def test_every_table_has_a_russian_title_and_meaning(run_folders: tuple[Path, Path]) -> None:
    names = set(TABLE_MEANINGS) | set(REGISTER_TABLES)
    names |= {file.stem for file in (run_folders[1] / FIRST).glob("*.parquet")}
    wanted = {english_table(name) for name in names} | set(TABLE_MEANINGS.values())

    assert sorted(wanted - terms()) == []


def test_every_unit_has_a_russian_word() -> None:
    units = {column.unit for table in CASE_TABLES.values() for column in table.columns}
    units |= {unit_of(name) for columns in TABLE_COLUMNS.values() for name in columns}
    units |= set(read_packaged()["indicators"]["unit"]) | set(
        read_packaged()["commitments"]["unit"]
    )

    assert sorted(unit for unit in units - {"", "-", "%", None} if unit not in WORDS) == []


def test_every_name_in_the_packaged_register_has_a_russian_text() -> None:
    register = read_packaged()
    names = {*register["commitments"]["title"], *register["instruments"]["title"]}
    names |= {*register["indicators"]["name"], *register["projects"]["name"]}
    catalogue = read_po(BytesIO((LOCALES / "ru" / "names.po").read_bytes()), locale="ru")

    assert sorted(name for name in names if catalogue.get(name) is None) == []


@pytest.mark.parametrize("day", [date(2022, 6, 30), date(2024, 12, 31), date(2026, 9, 30)])
def test_every_reason_of_the_packaged_register_is_said_in_russian(day: date) -> None:
    rows_own_words = {"met_on_time", "met_late", "met_without_date", "not_done_after_due",
                      "work_halted", "compilers_disagree"}  # fmt: skip
    verdicts = [v for v in judge_all(read_packaged(), day) if v.rule not in rows_own_words]

    assert verdicts
    assert [v.reason for v in verdicts if v.reason and not is_known_reason(v.reason)] == []
    for verdict in verdicts:
        assert reason(View(language_of("en")), verdict.reason).replace(",", "")  # never empty


@pytest.mark.parametrize(
    ("english", "russian"),
    [
        ("Due 2025-12-31; nothing was ever reported.", "Срок 31 дек. 2025\u202fг.; сообщений не было."),  # noqa: RUF001 (Russian)
        ("1.3 Mt/yr (KMG, 2025); the path asks for 3.267 by then.",
         "1,3 млн т/год (KMG, 2025); по траектории к этому времени требуется 3,267."),
        ("125 (KTZ, 2026-Q1), 600 trains/yr promised, about 506.9 in the year.",
         "125 (KTZ, 2026-Q1), обещано 600 поездов/год, около 506,9 за год."),
        ("A: late; B: on_track.", "A: просрочено; B: в срок."),
        ("Charter signed (2025-07-01).", "Charter signed (2025-07-01)."),
    ],
)  # fmt: skip
def test_a_reason_is_said_with_the_readers_words_and_numbers(english: str, russian: str) -> None:
    assert reason(RUSSIAN, english) == russian
    assert reason(View(language_of("en")), english).replace("\u00a0", " ") != ""


def test_no_reason_swallows_the_pattern_of_another() -> None:
    said = [
        message.replace("{figure}", "1 Mt (KMG, 2025)").replace("{", "").replace("}", "")
        for message in REASONS
    ]

    assert len({reason(RUSSIAN, text) for text in said}) == len(REASONS)


def test_conventions_of_a_run_are_said_in_russian(client: TestClient) -> None:
    page = client.get(f"{RUN}?lang=ru").text

    assert "дисконтировано к" in page
    assert "discounted to" not in page
    assert "ставка 6,0\u00a0%" in page
    assert conventions(RUSSIAN, "prices of 2024; something new") == "цены 2024 года; something new"


def test_numbers_in_a_name_stay_beside_its_title() -> None:
    assert column_title(RUSSIAN.language, "npv_6_musd") == "ЧПС 6"
    assert column_title(RUSSIAN.language, "co2_mt_per_year_2030") == "CO₂ 2030"
    assert unit_of("co2_mt_per_year_2030") == "Mt/a"
    assert named_title(RUSSIAN.language, "delay_h") == "Задержка, ч"


def test_sentences_that_a_source_left_in_english_say_so(client: TestClient) -> None:
    page = client.get("/register/history?lang=ru").text

    assert re.search(r'<td[^>]* lang="en"[^>]*>[^<]*found in the stored pages', page)
    assert ' lang="en"' not in client.get("/register/history?lang=en").text.split("<main")[1]
