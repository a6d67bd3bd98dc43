"""Briefs as Markdown and HTML."""

from datetime import date
from html.parser import HTMLParser

import pytest

from tests.register.examples import make, observation
from tests.register.test_cli import run
from transcaspian.cli.register_document import make_document, read_language, write_document
from transcaspian.errors import TranscaspianError
from transcaspian.register.brief import write_brief
from transcaspian.register.heading import describe_reading

DAY = ("--as-of", "2026-11-30")


@pytest.mark.parametrize("subject", ["AZ", "KZ", "ady", "energy", "2026-Q4", ""])
@pytest.mark.parametrize("lang", ["en", "ru"])
def test_a_brief_on_a_state_a_body_a_field_and_a_quarter_is_a_document(
    subject: str, lang: str
) -> None:
    text = run("brief", subject, *DAY, "--format", "md", "--lang", lang).stdout
    assert text.startswith("# ")
    assert "2026-11-30" in text.splitlines()[0]
    page = run("brief", subject, *DAY, "--format", "html", "--lang", lang).stdout
    assert page.startswith("<!DOCTYPE html>")
    assert f'lang="{lang}"' in page


def test_a_russian_brief_has_russian_titles_owners_and_statuses() -> None:
    text = run("brief", "ady", *DAY, "--format", "md", "--lang", "ru").stdout
    assert "Азербайджанские железные дороги" in text
    assert "просрочено" in text
    assert "Действующий срок" in text


@pytest.mark.parametrize("form", ["md", "html"])
def test_a_text_with_markup_stays_a_text(form: str) -> None:
    title = "Plan | <script>alert(1)</script> [x](http://y)"
    register = make({"title": title, "due": "2025"}, [observation("2025-06-30", 5.0)])
    brief = write_brief(register, "transport", date(2026, 3, 1))
    document = make_document(
        register, brief, None, describe_reading(register, None), read_language("en")
    )
    text = write_document(document, form)
    assert "<script>" not in text
    if form == "html":
        seen: list[str] = []
        parser = HTMLParser()
        parser.handle_data = seen.append  # type: ignore[method-assign]
        parser.feed(text)
        assert title in seen
    else:
        rows = [line for line in text.splitlines() if "alert" in line]
        assert rows
        assert all("\\[x\\]" in row and "Plan \\|" in row for row in rows)


@pytest.mark.parametrize(
    "words",
    [
        ("--format", "pdf"),
        ("--format", "md", "--lang", "fr"),
        ("--format", "md", "--json"),
        ("--lang", "ru"),
    ],
)
def test_a_form_or_language_that_is_not_there_is_refused(words: tuple[str, ...]) -> None:
    with pytest.raises(TranscaspianError):
        run("brief", "AZ", *words)
