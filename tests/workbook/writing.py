"""Workbooks written part by part, so that a test can put anything into a cell or a part."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
FORMATS = {1: "yyyy-mm-dd", 2: "0.0%", 3: '0.0 "days"', 4: "[h]:mm", 5: "#,##0.00;[Red]-#,##0.00"}
TEXTS = ("shared", "second", " blanks kept ")


def rows(*cells: str, row: int = 1) -> str:
    return f'<row r="{row}">{"".join(cells)}</row>'


def text_cell(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def parts_of(
    sheets: Mapping[str, str], *, after: str = "", book: str = "", properties: str = ""
) -> dict[str, str]:
    """Return part → text of a workbook whose sheets hold these rows."""
    names = list(sheets)
    entries = "".join(
        f'<sheet name="{name}" sheetId="{place}" r:id="r{place}"/>'
        for place, name in enumerate(names, start=1)
    )
    targets = "".join(
        f'<Relationship Id="r{place}" Type="{LINKS}/worksheet" Target="worksheets/s{place}.xml"/>'
        for place in range(1, len(names) + 1)
    )
    codes = "".join(
        f'<numFmt numFmtId="{163 + place}" formatCode="{code.replace(chr(34), "&quot;")}"/>'
        for place, code in FORMATS.items()
    )
    styles = "".join(f'<xf numFmtId="{163 + place}"/>' for place in FORMATS)
    shared = "".join(f'<si><t xml:space="preserve">{text}</t></si>' for text in TEXTS)
    return {
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="a"'
        f' Type="{LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": book
        or f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}">{properties}<sheets>{entries}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{targets}'
        f'<Relationship Id="t" Type="{LINKS}/sharedStrings" Target="/xl/sharedStrings.xml"/>'
        f'<Relationship Id="s" Type="{LINKS}/styles" Target="styles.xml"/></Relationships>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{shared}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts>{codes}</numFmts><cellStyleXfs>'
        f'<xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/>{styles}'
        '<xf numFmtId="14"/><xf numFmtId="9"/></cellXfs></styleSheet>',
        **{
            f"xl/worksheets/s{place}.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{content}'
            f"</sheetData>{after}</worksheet>"
            for place, content in enumerate(sheets.values(), start=1)
        },
    }


def write_parts(file: Path, parts: Mapping[str, str | bytes]) -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file


def write_sheet(file: Path, content: str, *, after: str = "", properties: str = "") -> Path:
    """Write a workbook of one sheet called `figures`."""
    return write_parts(file, parts_of({"figures": content}, after=after, properties=properties))
