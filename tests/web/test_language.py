"""English and Russian are complete; numbers, dates and plurals are written in the reader's way."""

import string
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

import transcaspian.web
from scripts.catalogues import messages_of_source, update
from tests.web.test_pages import RUN
from transcaspian.case.read import read_case
from transcaspian.web.language import COMPLETE, LANGUAGES, choose_language, language_of

LOCALES = Path(transcaspian.web.__file__).parent / "locales"
CATALOGUES = [code for code in LANGUAGES if code != "en"]
NAMED = (
    ("projects/projects", "name"),
    ("projects/clusters", "name"),
    ("scenarios/scenarios", "name"),
    ("power/buses", "name"),
    ("power/carriers", "name"),
    ("freight/routes", "name"),
    ("freight/layers", "name"),
    ("freight/commodities", "name"),
    ("freight/nodes", "name"),
    ("freight/exits", "name"),
    ("freight/outlooks", "name"),
    ("freight/outlooks", "reason"),
    ("crossing/ports", "name"),
    ("crossing/vessels", "name"),
)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("code", CATALOGUES)
def test_the_catalogue_holds_the_messages_of_the_source(code: str) -> None:
    assert update(code) == (LOCALES / code / "messages.po").read_bytes()


def test_every_message_has_a_russian_text_with_the_same_fields() -> None:
    catalogue = read_po(BytesIO((LOCALES / "ru" / "messages.po").read_bytes()), locale="ru")

    for message in messages_of_source():
        if not message.id:
            continue
        key = message.id[0] if isinstance(message.id, tuple) else message.id
        found = catalogue.get(key)
        assert found is not None, key
        texts = found.string if isinstance(found.string, tuple) else (found.string,)
        for text in texts:
            assert text, key
            assert fields(text) == fields(key), key


@pytest.mark.parametrize("code", CATALOGUES)
def test_no_translation_names_a_field_that_its_message_lacks(code: str) -> None:
    for message in read_po(BytesIO((LOCALES / code / "messages.po").read_bytes()), locale=code):
        if message.id and isinstance(message.id, str):
            assert fields(str(message.string)) <= fields(message.id)


def test_the_names_of_the_packaged_case_have_russian_ones() -> None:
    case, russian = read_case(), language_of("ru")
    names = {name for table, column in NAMED for name in case.tables[table][column]}

    missing = {name for name in names if russian.name(name) == name}

    # A few names may wait for their translation while the case grows.
    assert len(missing) <= 0.02 * len(names), missing


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code not in COMPLETE])
def test_what_no_speaker_has_read_is_marked_in_the_file_and_on_every_page(
    client: TestClient, code: str
) -> None:
    assert "UNREVIEWED" in (LOCALES / code / "messages.po").read_text("utf-8")[:300]
    assert "has not been reviewed" in client.get(f"{RUN}/projects?lang={code}").text


def test_a_russian_page_is_in_russian(client: TestClient) -> None:
    page = client.get(f"{RUN}/projects?lang=ru")

    assert '<html lang="ru">' in page.text
    assert page.headers["content-language"] == "ru"
    assert "Капитальные затраты" in page.text
    assert "Worth its cost" not in page.text


def test_numbers_have_the_readers_marks() -> None:
    english, russian = language_of("en"), language_of("ru")

    assert english.number(12345.6) == "12,300"
    assert russian.number(12345.6) == "12\u00a0300"
    assert russian.number(-0.04567) == "\u22120,0457"
    assert english.share(0.123) == "12.3%"
    assert russian.share(0.123) == "12,3\u00a0%"
    assert russian.day(date(2026, 3, 1)) == "1 мар. 2026\u202fг."  # noqa: RUF001 (Russian)


@pytest.mark.parametrize(
    ("count", "text"), [(1, "1 строка"), (2, "2 строки"), (5, "5 строк"), (21, "21 строка")]
)
def test_russian_plurals_follow_the_count(count: int, text: str) -> None:
    assert language_of("ru").plural("{count} row", "{count} rows", count) == text


@given(st.floats(min_value=-1e12, max_value=1e12), st.sampled_from(list(LANGUAGES)))
def test_a_number_reads_back_to_three_figures(value: float, code: str) -> None:
    language = language_of(code)

    text = language.number(value).replace(language.thousands, "").replace(language.decimal, ".")

    assert float(text.replace("\u2212", "-")) == pytest.approx(value, rel=5.001e-3, abs=1e-300)


@pytest.mark.parametrize(
    ("wanted", "accepted", "code"),
    [
        (None, "", "en"),
        (None, "ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        (None, "de,en;q=0.5,ru;q=0.7", "ru"),
        (None, "az,en;q=0.5", "en"),  # not chosen by itself while no speaker has read it
        ("kk", "ru", "kk"),
        (None, "ru;q=0,en;q=0.1", "en"),
        (None, "*;q=x,;;", "en"),
    ],
)  # fmt: skip
def test_the_language_is_the_one_asked_for_or_the_first_complete_one(
    wanted: str | None, accepted: str, code: str
) -> None:
    assert choose_language(wanted, accepted) == code


@pytest.mark.parametrize(
    ("written", "english", "russian"),
    [
        ("2026-03-01", "Mar 1, 2026", "1 мар. 2026\u202fг."),  # noqa: RUF001 (Russian)
        ("2026-03", "Mar 2026", "март 2026\u202fг."),  # noqa: RUF001 (Russian)
        ("2026-Q1", "2026-Q1", "2026-Q1"),
        ("2026", "2026", "2026"),
        ("2022-01/2022-09", "2022-01/2022-09", "2022-01/2022-09"),
    ],
)  # fmt: skip
def test_dates_are_written_in_the_readers_way(written: str, english: str, russian: str) -> None:
    assert language_of("en").edtf(written) == english
    assert language_of("ru").edtf(written) == russian


def test_a_figure_has_no_zeros_at_its_end() -> None:
    assert language_of("en").shortest(1.6) == "1.6"
    assert language_of("ru").shortest(330.0) == "330"
    assert language_of("en").shortest(1200.0) == "1,200"
