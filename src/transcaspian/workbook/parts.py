"""The parts of a workbook: its zip opened within limits, its sheets, shared texts and styles."""

import lzma
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from posixpath import dirname, join, normpath
from xml.parsers import expat

from transcaspian.workbook.kinds import SheetError
from transcaspian.workbook.styles import Look, look_of

__all__ = ["Book", "open_book", "parse", "unescape"]

# The packaged case, one of the largest there are, has 400 members and 42 MB of XML.
MOST_MEMBERS = 5_000
LARGEST_WORKBOOK = 400 * 1024**2  # bytes unpacked
OLD_FORMAT = b"\xd0\xcf\x11\xe0"  # .xls, or .xlsx under a password
MAIN = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",  # the strict form of the standard
)
LINKS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)
SEPARATOR = " "
ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")

Attributes = dict[str, str]
Start = Callable[[str, Attributes], None]
End = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Book:
    """What all sheets share. `sheets` is name → part; `looks` is by the number of a cell's style."""

    archive: zipfile.ZipFile
    sheets: dict[str, str]
    texts: list[str]
    looks: list[Look]
    from_1904: bool
    is_uncalculated: bool  # its writer asks for a calculation on opening: stored values may be none


@contextmanager
def open_book(source: Path) -> Iterator[Book]:
    """Open a workbook and read what its sheets share; SheetError where it is none or too large."""
    try:
        with zipfile.ZipFile(source) as archive:
            _refuse_large(archive)
            yield _read_book(archive)
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError) as error:
        with source.open("rb") as stream:
            is_old = stream.read(len(OLD_FORMAT)) == OLD_FORMAT
        reason = "it is an .xls, or has a password" if is_old else f"{error}"
        raise SheetError("", 0, reason) from error
    except (RuntimeError, NotImplementedError, OSError, UnicodeDecodeError, ValueError) as error:
        raise SheetError("", 0, f"{error}") from error  # encrypted, packed otherwise, bad names


def _refuse_large(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise SheetError("", 0, f"it has {len(members)} members; up to {MOST_MEMBERS} are read")
    size = sum(member.file_size for member in members)
    if size > LARGEST_WORKBOOK:
        raise SheetError("", 0, f"it unpacks to {size} bytes; up to {LARGEST_WORKBOOK} are read")


def _read_book(archive: zipfile.ZipFile) -> Book:
    parts = _Parts(archive)
    starts = [target for _, kind, target in parts.links("") if kind.endswith("/officeDocument")]
    main = starts[0] if starts else "xl/workbook.xml"
    sheets, properties = _read_main(parts, main)
    by_id, by_kind = {}, {}
    for identity, kind, target in parts.links(main):
        by_id[identity] = target
        by_kind[kind.rpartition("/")[2]] = target
    found = {}
    for name, identity in sheets:
        if identity not in by_id:
            raise SheetError(name, 0, "it has no part in the file")
        found[name] = parts.find(by_id[identity])
    texts = _read_texts(parts, by_kind["sharedStrings"]) if "sharedStrings" in by_kind else []
    looks = _read_looks(parts, by_kind["styles"]) if "styles" in by_kind else []
    return Book(
        archive,
        found,
        texts,
        looks,
        from_1904=_is_true(properties.get("date1904", "0")),
        is_uncalculated=_is_true(properties.get("fullCalcOnLoad", "0")),
    )


def _is_true(text: str) -> bool:
    return text in ("1", "true", "on")


class _Parts:
    """The members of the archive, found as the standard wants it: whatever the case."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.names: dict[str, str] = {}
        for name in archive.namelist():
            if name.lower() in self.names:
                raise SheetError("", 0, f"the part {name!r} stands there twice")
            self.names[name.lower()] = name

    def find(self, part: str) -> str:
        if part.lower() not in self.names:
            raise SheetError("", 0, f"the part {part!r} is missing")
        return self.names[part.lower()]

    def links(self, part: str) -> list[tuple[str, str, str]]:
        """Return id, type and target of every link of a part ("" is the package itself)."""
        folder, _, name = part.rpartition("/")
        file = f"{folder}/_rels/{name}.rels".lstrip("/")
        found: list[tuple[str, str, str]] = []

        def start(tag: str, values: Attributes) -> None:
            if tag == "Relationship" and values.get("TargetMode") != "External":
                target = values.get("Target", "")
                base = "" if target.startswith("/") else dirname(part)
                path = normpath(join(base, target.lstrip("/")))
                found.append((values.get("Id", ""), values.get("Type", ""), path))

        if file.lower() in self.names:
            parse(self.archive, self.find(file), start, lambda _: None)
        return found


def parse(
    archive: zipfile.ZipFile, part: str, start: Start, end: End, text: End | None = None
) -> None:
    """Walk through the XML of one part; SheetError where it is no XML, or defines entities.

    Names of elements come without namespace where they are the workbook's own or have none.
    """
    parser = expat.ParserCreate(namespace_separator=SEPARATOR)
    parser.buffer_text = True
    own = _OwnNames()

    def refuse(*_: object) -> None:
        raise SheetError("", 0, f"the part {part!r} defines entities")

    def start_own(tag: str, values: Attributes) -> None:
        start(own[tag], values)

    def end_own(tag: str) -> None:
        end(own[tag])

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = start_own
    parser.EndElementHandler = end_own
    parser.CharacterDataHandler = text
    try:
        with archive.open(part) as stream:
            parser.ParseFile(stream)
    except expat.ExpatError as error:
        raise SheetError("", 0, f"the part {part!r} is no XML: {error}") from error


class _OwnNames(dict[str, str]):
    """Full name of an element → its own name, or the full one where it is another standard's."""

    def __missing__(self, tag: str) -> str:
        space, _, name = tag.rpartition(SEPARATOR)
        is_own = space in MAIN or "relationships" in space or not space
        if len(self) < MOST_MEMBERS:
            self[tag] = name if is_own else tag
        return name if is_own else tag


def _read_main(parts: _Parts, part: str) -> tuple[list[tuple[str, str]], dict[str, str]]:
    """Return name and link of every sheet, and the properties of the workbook."""
    sheets: list[tuple[str, str]] = []
    properties: dict[str, str] = {}

    def start(tag: str, values: Attributes) -> None:
        if tag == "sheet":
            links = [values[key] for space in LINKS if (key := f"{space} id") in values]
            sheets.append((values.get("name", ""), links[0] if links else ""))
        elif tag in ("workbookPr", "calcPr"):
            properties.update(values)

    parse(parts.archive, parts.find(part), start, lambda _: None)
    names = [name.lower() for name, _ in sheets]
    if not sheets or len(set(names)) < len(names):
        raise SheetError("", 0, "it has no sheet, or two of one name")
    return sheets, properties


def _read_texts(parts: _Parts, part: str) -> list[str]:
    """Return the texts that cells share; what is said of their pronunciation is left out."""
    texts: list[str] = []
    piece: list[str] = []
    depth = {"t": 0, "rPh": 0}

    def start(tag: str, _: Attributes) -> None:
        if tag == "si":
            piece.clear()
        elif tag in depth:
            depth[tag] += 1

    def end(tag: str) -> None:
        if tag == "si":
            texts.append(unescape("".join(piece)))
        elif tag in depth:
            depth[tag] -= 1

    def text(data: str) -> None:
        if depth["t"] and not depth["rPh"]:
            piece.append(data)

    parse(parts.archive, parts.find(part), start, end, text)
    return texts


def unescape(text: str) -> str:
    r"""Return the text with characters that XML has no place for.

    >>> unescape("a_x000D_b"), unescape("_x005F_x0041_")
    ('a\rb', '_x0041_')
    """
    if "_x" not in text:
        return text
    changed = ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    return changed.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _read_looks(parts: _Parts, part: str) -> list[Look]:
    """Return what the number of a cell is shown as, by the number of its style."""
    codes: dict[str, str] = {}
    numbers: list[str] = []
    inside = {"cellXfs": False}

    def start(tag: str, values: Attributes) -> None:
        if tag == "numFmt":
            codes[values.get("numFmtId", "")] = values.get("formatCode", "")
        elif tag in inside:
            inside[tag] = True
        elif tag == "xf" and inside["cellXfs"]:
            numbers.append(values.get("numFmtId", "0"))

    def end(tag: str) -> None:
        if tag in inside:
            inside[tag] = False

    parse(parts.archive, parts.find(part), start, end)
    return [
        look_of(int(number) if number.isdecimal() else 0, codes.get(number, ""))
        for number in numbers
    ]
