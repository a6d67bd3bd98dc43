"""Briefs as documents: Markdown, HTML, Word and PDF, in English and Russian as far as words exist.

Titles of promises, names of bodies, statuses and reasons come from the catalogues of the pages; what
an office or a source said stays in its own words.
"""

import html
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from transcaspian.errors import InputError
from transcaspian.web.language import COMPLETE, Language, language_of
from transcaspian.web.said import about, reason
from transcaspian.web.view import View

if TYPE_CHECKING:
    from transcaspian.register.agenda import DueItem
    from transcaspian.register.brief import Brief
    from transcaspian.register.changes import Change
    from transcaspian.register.heading import Reading
    from transcaspian.register.status import Verdict
    from transcaspian.register.summary import Summary
    from transcaspian.register.tables import Register

__all__ = [
    "FORMATS",
    "ON_PAPER",
    "Document",
    "Section",
    "make_document",
    "read_language",
    "write_document",
]

FORMATS = ("text", "md", "html", "docx", "pdf")
ON_PAPER = ("docx", "pdf")  # written to a file alone
# ruff: noqa: RUF001 (Russian letters look like Latin ones)
RUSSIAN = {
    "All promises": "Все обязательства",
    "as of": "на",
    "promises": "обязательств",
    "new": "новых",
    "Trouble": "Проблемы",
    "What falls due": "Сроки",
    "Due this quarter": "Срок в этом квартале",
    "Slipped": "Перенесено",
    "Overdue": "Срок прошёл",
    "Nobody can know": "Узнать нельзя",
    "Contradictions": "Противоречия",
    "Promise": "Обязательство",
    "Owner": "Ответственный",
    "Status": "Статус",
    "Due": "Срок",
    "In force": "Действующий срок",
    "Day": "День",
    "Why": "Почему",
    "Ask for": "Что запросить",
    "Changed since": "Изменилось после",
    "Before": "Было",
    "Date before": "Срок до того",
    "new promise": "новое обязательство",
    "About": "О чём",
    "Period": "Период",
    "Gap": "Расхождение",
    "Nothing.": "Ничего.",
    "Register": "Реестр",
    "packaged": "поставляемый с программой",
    "evidence up to": "свидетельства по",
    "searched": "поиск",
    "owner": "ответственный",
    "date": "срок",
    "baseline": "исходное значение",
    "indicator": "показатель",
    "evidence": "свидетельства",
}
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}"
    "th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid #ccc}"
)


@dataclass(frozen=True, slots=True)
class Section:
    """One table with its title; without rows it says so."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A brief in one language."""

    code: str  # of the language
    title: str
    lines: tuple[str, ...]
    sections: tuple[Section, ...]
    nothing: str


def read_language(code: str) -> Language:
    """Return a language in which briefs are written; InputError for any other."""
    if code not in COMPLETE:
        raise InputError(f"Briefs are written in {', '.join(COMPLETE)}, not in {code!r}.")
    return language_of(code)


def make_document(
    register: "Register",
    found: "Brief",
    summary: "Summary | None",
    reading: "Reading",
    language: Language,
) -> Document:
    """Return a brief as a document; with a summary its four lists come first."""
    writer = _Writer(register, language)
    say = writer.say
    counts = ", ".join(f"{count} {language.word(name)}" for name, count in found.counts.items())
    subject = found.subject or say("All promises")
    searched = f", {say('searched')} {reading.searched}" if reading.searched else ""
    sections = [*writer.lists(summary)] if summary is not None else []
    return Document(
        language.code,
        f"{subject} {say('as of')} {found.as_of}",
        (
            f"{say('promises')}: {found.promises}, {say('new')}: {found.new}. {counts}.",
            f"{say('Register')}: {say(reading.read)}, {say('evidence up to')} {reading.newest_evidence}{searched}.",
        ),
        (*sections, *writer.sections(found)),
        say("Nothing."),
    )


class _Writer:
    """Rows of a brief in one language."""

    def __init__(self, register: "Register", language: Language) -> None:
        self.language = language
        self.view = View(language)
        self.bodies = dict(register["bodies"].select("id", "name").iter_rows())
        rows = register["commitments"].select("id", "title", "owner").iter_rows()
        self.promises = {key: (title, owner or "") for key, title, owner in rows}

    def say(self, text: str) -> str:
        """Return one of the fixed words."""
        return RUSSIAN.get(text, text) if self.language.code == "ru" else text

    def owner(self, key: str) -> str:
        """Return the names of owners or parties."""
        names = [str(self.bodies.get(part, part)) for part in key.split(";")]
        return ", ".join(self.language.name(name) for name in names)

    def section(
        self, title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]
    ) -> Section:
        """Return a section, its fixed words translated."""
        cells = tuple(tuple("" if cell is None else str(cell) for cell in row) for row in rows)
        return Section(self.say(title), tuple(self.say(name) for name in columns), cells)

    def verdicts(self, title: str, verdicts: "Sequence[Verdict]") -> Section:
        """Return a section of promises with what to ask for: what they lack."""
        rows = [
            (
                self.language.name(self.promises[verdict.id][0]),
                self.owner(self.promises[verdict.id][1]),
                self.language.word(verdict.status),
                verdict.due.edtf if verdict.due else "",
                verdict.in_force.edtf if verdict.in_force else "",
                reason(self.view, verdict.reason),
                ", ".join(self.say(gap) for gap in verdict.gaps),
            )
            for verdict in verdicts
        ]
        columns = ("Promise", "Owner", "Status", "Due", "In force", "Why", "Ask for")
        return self.section(title, columns, rows)

    def changes(self, title: str, changes: "Sequence[Change]") -> Section:
        """Return a section of what is not as it was, old and new side by side."""
        rows = []
        for change in changes:
            old, now = change.before, change.after
            before = self.say("new promise") if old is None else self.language.word(old.status)
            rows.append(
                (
                    self.language.name(change.title),
                    self.owner(self.promises[now.id][1]),
                    before,
                    self.language.word(now.status),
                    old.in_force.edtf if old is not None and old.in_force else "",
                    now.in_force.edtf if now.in_force else "",
                    reason(self.view, now.reason),
                )
            )
        columns = ("Promise", "Owner", "Before", "Status", "Date before", "In force", "Why")
        section = self.section("Changed since", columns, rows)
        return replace(section, title=f"{section.title} {title}")

    def due(self, title: str, items: "Sequence[DueItem]") -> Section:
        """Return a section of what falls due."""
        rows = [
            (
                item.day,
                self.language.name(item.what),
                self.owner(item.owner),
                self.language.word(item.status),
            )
            for item in items
        ]
        return self.section(title, ("Day", "Promise", "Owner", "Status"), rows)

    def lists(self, summary: "Summary") -> tuple[Section, ...]:
        """Return the four lists of a summary, whole."""
        overdue = [item.verdict for item in summary.overdue]
        return (
            self.due("Due this quarter", summary.due),
            self.verdicts("Slipped", summary.slipped),
            self.verdicts("Overdue", overdue),
            self.verdicts("Nobody can know", summary.unknowable),
        )

    def sections(self, found: "Brief") -> tuple[Section, ...]:
        """Return the sections of a brief on a subject."""
        gaps = [
            (item.subject, about(self.view, item.about), f"{item.gap:.4g} {item.unit}")
            for item in found.contradictions
        ]
        return (
            self.changes(found.since.isoformat(), found.changes),
            self.verdicts("Trouble", [verdict for verdict, _ in found.trouble]),
            self.due("What falls due", found.ahead),
            self.section("Contradictions", ("About", "Period", "Gap"), gaps),
        )


def write_document(document: Document, form: str) -> bytes:
    """Return a document in one of FORMATS but `text`; texts are UTF-8.

    Raises InputError where the library that sets a PDF is not installed.
    """
    from transcaspian.cli.register_paper import printed_document, word_document

    writers: Mapping[str, Callable[[Document], bytes]] = {
        "md": lambda document: _markdown(document).encode(),
        "html": lambda document: _html(document).encode(),
        "docx": word_document,
        "pdf": printed_document,
    }
    return writers[form](document)


def _markdown(document: Document) -> str:
    parts = [f"# {_plain(document.title)}", *(_plain(line) for line in document.lines)]
    for section in document.sections:
        parts.append(f"## {_plain(section.title)}")
        if not section.rows:
            parts.append(_plain(document.nothing))
            continue
        lines = [section.columns, tuple("---" for _ in section.columns)]
        table = [f"| {' | '.join(line)} |" for line in lines]
        table += [f"| {' | '.join(_plain(cell) for cell in row)} |" for row in section.rows]
        parts.append("\n".join(table))
    return "\n\n".join(parts) + "\n"


def _plain(text: str) -> str:
    """Return a text that Markdown shows as it is: no markup, no line break, no HTML."""
    joined = " ".join(text.split())
    return re.sub(r"([\\`*_\[\]|<>#~&])", r"\\\1", joined)


def _html(document: Document) -> str:
    title = html.escape(document.title)
    body = [f"<h1>{title}</h1>", *(f"<p>{html.escape(line)}</p>" for line in document.lines)]
    for section in document.sections:
        body.append(f"<h2>{html.escape(section.title)}</h2>")
        body.append(_table(section) if section.rows else f"<p>{html.escape(document.nothing)}</p>")
    return (
        f'<!DOCTYPE html>\n<html lang="{document.code}">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(body)
        + "\n</body>\n</html>\n"
    )


def _table(section: Section) -> str:
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in section.columns)
    rows = [
        f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>"
        for row in section.rows
    ]
    body = "\n".join(rows)
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"
