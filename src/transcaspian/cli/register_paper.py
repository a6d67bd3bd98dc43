"""Briefs on paper: Word files by python-docx and PDF by Typst.

Neither writes the day or the machine on which it ran: the same brief is the same document.
"""

import json
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from transcaspian.errors import InputError

if TYPE_CHECKING:
    from transcaspian.cli.register_document import Document, Section

__all__ = ["printed_document", "word_document"]

FIXED_DAY = datetime(2000, 1, 1, tzinfo=UTC)  # for fields of a file that ask for a day
LANGUAGES = {"en": "en-GB", "ru": "ru-RU"}
# The words come as data, never as markup: nothing in a title can become code.
TEMPLATE = """
#let brief = json(bytes(sys.inputs.brief))
#set document(title: brief.title, date: none)
#set page(paper: "a4", flipped: true, margin: (x: 15mm, y: 18mm), numbering: "1 / 1")
#set text(size: 9pt, lang: brief.code, hyphenate: true)
#set par(justify: false)
#show heading: set block(sticky: true, above: 14pt, below: 8pt)
#heading(level: 1, brief.title)
#for line in brief.lines { par(line) }
#for section in brief.sections {
  heading(level: 2, section.title)
  if section.rows.len() == 0 { par(brief.nothing) } else {
    table(
      columns: section.columns.map(name => if section.wide.contains(name) { 2fr } else { 1fr }),
      stroke: (x: none, y: 0.4pt + luma(180)),
      inset: 4pt,
      table.header(..section.columns.map(name => strong(name))),
      ..section.rows.flatten().map(cell => [#cell]),
    )
  }
}
"""
LONG_CELL = 40  # letters from which a column takes two shares of the width
LEAST_WIDTH_MM = 22.0  # of a column in a Word file
PAPER_MM = (297.0, 210.0)
MARGIN_MM = 15.0


def word_document(document: "Document") -> bytes:
    """Return a brief as a Word file (OOXML), A4 across, with heads that repeat on every page."""
    import docx
    from docx.enum.section import WD_ORIENT
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    paper = docx.Document()
    page = paper.sections[0]
    page.orientation = WD_ORIENT.LANDSCAPE
    page.page_width, page.page_height = (Mm(length) for length in PAPER_MM)
    page.left_margin = page.right_margin = Mm(MARGIN_MM)
    properties = paper.core_properties
    properties.title, properties.author, properties.comments = document.title, "transcaspian", ""
    properties.language = LANGUAGES[document.code]
    properties.created = properties.modified = FIXED_DAY
    paper.styles["Normal"].font.size = Pt(9)
    for tag in paper.styles.element.iter(qn("w:lang")):
        tag.set(qn("w:val"), LANGUAGES[document.code])
    paper.add_heading(document.title, level=1)
    for line in document.lines:
        paper.add_paragraph(line)
    for section in document.sections:
        paper.add_heading(section.title, level=2)
        if section.rows:
            _word_table(paper, section)
        else:
            paper.add_paragraph(document.nothing)
    file = BytesIO()
    paper.save(file)
    return _without_clock(file)


def _without_clock(file: BytesIO) -> bytes:
    """Return a zip archive with the first day that zip knows in place of the time of writing."""
    plain = BytesIO()
    with ZipFile(file) as before, ZipFile(plain, "w") as after:
        for name in before.namelist():
            after.writestr(ZipInfo(name), before.read(name), ZIP_DEFLATED)
    return plain.getvalue()


def _word_table(paper: Any, section: "Section") -> None:
    from docx.oxml import OxmlElement
    from docx.shared import Mm

    table = paper.add_table(rows=1, cols=len(section.columns), style="Table Grid")
    table.autofit = False
    head = table.rows[0]
    head._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    wide = _wide_columns(section)
    room = PAPER_MM[0] - 2.0 * MARGIN_MM
    shares = [2.0 if name in wide else 1.0 for name in section.columns]
    widths = [Mm(max(room * share / sum(shares), LEAST_WIDTH_MM)) for share in shares]
    for cell, name, width in zip(head.cells, section.columns, widths, strict=True):
        cell.width = width
        cell.paragraphs[0].add_run(name).bold = True
    for row in section.rows:
        for cell, text, width in zip(table.add_row().cells, row, widths, strict=True):
            cell.width = width
            cell.text = text


def _wide_columns(section: "Section") -> list[str]:
    """Return the columns with long texts."""
    return [
        name
        for index, name in enumerate(section.columns)
        if any(len(row[index]) >= LONG_CELL for row in section.rows)
    ]


def printed_document(document: "Document") -> bytes:
    """Return a brief as PDF, A4 across; InputError where Typst is not installed."""
    try:
        import typst
    except ImportError as error:
        raise InputError(
            "A PDF is set by the package typst, which is not installed. Install it with"
            " `pip install transcaspian[pdf]`, or take --format docx or html."
        ) from error
    brief = {
        "code": document.code,
        "title": document.title,
        "lines": document.lines,
        "nothing": document.nothing,
        "sections": [
            {
                "title": section.title,
                "columns": section.columns,
                "rows": section.rows,
                "wide": _wide_columns(section),
            }
            for section in document.sections
        ],
    }
    pages = typst.compile(
        TEMPLATE.encode(),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"brief": json.dumps(brief, ensure_ascii=False)},
    )
    return bytes(pages)
