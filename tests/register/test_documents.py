"""Briefs as Markdown, HTML, Word and PDF."""

import sys
import time
from datetime import date
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import docx
import pypdfium2
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
    assert "days old" not in text  # reasons are Russian too


@pytest.mark.parametrize("form", ["md", "html"])
def test_a_text_with_markup_stays_a_text(form: str) -> None:
    title = "Plan | <script>alert(1)</script> [x](http://y)"
    register = make({"title": title, "due": "2025"}, [observation("2025-06-30", 5.0)])
    brief = write_brief(register, "transport", date(2026, 3, 1))
    document = make_document(
        register, brief, None, describe_reading(register, None), read_language("en")
    )
    text = write_document(document, form).decode()
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
        ("--format", "pdf"),  # no file to write it to
        ("--format", "docx"),
        ("--format", "odt"),
        ("--out", "brief.txt"),
        ("--since", "2026-12-01", "--as-of", "2026-11-30"),
        ("--format", "md", "--lang", "fr"),
        ("--format", "md", "--json"),
        ("--lang", "ru"),
    ],
)
def test_a_form_or_language_that_is_not_there_is_refused(words: tuple[str, ...]) -> None:
    with pytest.raises(TranscaspianError):
        run("brief", "AZ", *words)


def _words(file: Path) -> str:
    """Return the words of a Word or PDF file, spaces and breaks as one space."""
    if file.suffix == ".docx":
        paper = docx.Document(BytesIO(file.read_bytes()))
        cells = [c.text for t in paper.tables for row in t.rows for c in row.cells]
        return " ".join([*(p.text for p in paper.paragraphs), *cells])
    with pypdfium2.PdfDocument(file) as pages:
        found = " ".join(page.get_textpage().get_text_bounded() for page in pages)
    return " ".join(found.split())


@pytest.mark.parametrize("form", ["docx", "pdf"])
@pytest.mark.parametrize("lang", ["en", "ru"])
def test_a_brief_on_paper_says_what_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, lang: str
) -> None:
    names = [tmp_path / f"{name}.{form}" for name in ("first", "second")]
    for name, seconds in zip(names, (1.7e9, 1.8e9), strict=True):  # years apart
        monkeypatch.setattr(time, "time", lambda seconds=seconds: seconds)
        run("brief", "ady", *DAY, "--format", form, "--lang", lang, "--out", str(name))

    assert names[0].read_bytes() == names[1].read_bytes()  # no clock, no machine in it
    words = _words(names[0])
    expected = {
        "en": ("ady as of 2026-11-30", "Trouble", "Changed since 2026-08-30", "Contradictions"),
        "ru": ("ady на 2026-11-30", "Проблемы", "Изменилось после 2026-08-30", "просрочено"),
    }
    for text in expected[lang]:
        assert text in words, text


@pytest.mark.parametrize("form", ["docx", "pdf"])
def test_markup_of_a_title_is_no_code_on_paper(tmp_path: Path, form: str) -> None:
    title = "#panic() *bold* $x^2$ @key <w:p/> & \\ [link]"
    register = make({"title": title, "due": "2025"}, [observation("2025-06-30", 5.0)])
    brief = write_brief(register, "transport", date(2026, 3, 1))
    document = make_document(
        register, brief, None, describe_reading(register, None), read_language("en")
    )
    file = tmp_path / f"brief.{form}"

    file.write_bytes(write_document(document, form))

    plain = "".join(_words(file).split())
    assert "".join(title.split()) in plain.replace("\u00ad", "").replace("\u2010", "")


def test_without_the_library_of_pdf_the_cure_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    file = tmp_path / "brief.pdf"
    with pytest.raises(TranscaspianError, match=r"pip install transcaspian\[pdf\]"):
        run("brief", "ady", *DAY, "--format", "pdf", "--out", str(file))
    assert not file.exists()


def test_a_brief_tells_what_changed_since_a_day_by_what_was_known_then() -> None:
    # 5 of 10 by half time is on the path. That the rest was reached on 30 June 2025 was told in July.
    later = observation("2025-06-30", 10.0, known_on="2025-07-15")
    register = make({"due": "2025"}, [observation("2023-06-30", 5.0), later])

    def changes(since: date, as_of: date) -> list[tuple[object, ...]]:
        brief = write_brief(register, "transport", as_of, since)
        return [
            (c["kinds"], c["status_before"], c["status"], c["value_before"], c["value"])
            for c in (change.as_dict() for change in brief.changes)
        ]

    done = (["status", "figure"], "on_track", "met", 5.0, 10.0)
    assert changes(date(2023, 8, 1), date(2026, 3, 1)) == [done]
    assert changes(date(2023, 8, 1), date(2023, 9, 1)) == []
    assert changes(date(2025, 7, 14), date(2026, 3, 1))[0][1] != "met"  # not yet told
    assert changes(date(2025, 7, 15), date(2026, 3, 1)) == []


def test_a_promise_made_since_is_new() -> None:
    register = make({"due": "2025"})
    made = write_brief(register, "transport", date(2026, 3, 1), date(1990, 1, 1)).changes

    assert [change.kinds for change in made] == [("new",)]
