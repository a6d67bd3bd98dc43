"""Brings the catalogues of the web pages up to date with the messages in their source.

Kept: every translation whose message still stands in the source. New messages are added without a
translation, those that stand nowhere any more are dropped. Run it after a change of any text.
"""

import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
WEB = ROOT / "src" / "transcaspian" / "web"
# Functions whose first argument (first two for plurals) is a message.
KEYWORDS = {
    "t": None,
    "_": None,
    "text": None,
    "mark": None,
    "tn": (1, 2),
    "plural": (1, 2),
}
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2.ext:babel_extract")]
COMPLETE = ("ru",)
HEADER = """\
# Words of the web pages in {language}.
# {review}
#"""


def messages_of_source() -> Catalog:
    """Return every message of the pages, in the order of the source."""
    catalog = Catalog(fuzzy=False)
    found = extract_from_dir(str(WEB), METHODS, keywords=KEYWORDS, comment_tags=())
    for file, _line, message, _comments, _context in sorted(
        found, key=lambda one: (one[0], one[1])
    ):
        catalog.add(message, locations=[(file, 1)])
    return catalog


def update(code: str) -> bytes:
    """Return the catalogue of a language, brought up to date."""
    file = WEB / "locales" / code / "messages.po"
    old = read_po(BytesIO(file.read_bytes()), locale=code) if file.is_file() else Catalog(code)
    review = (
        "Complete." if code in COMPLETE else "UNREVIEWED: no speaker has read these translations."
    )
    fresh = Catalog(
        locale=code,
        project="transcaspian",
        header_comment=HEADER.format(language=fresh_name(code), review=review),
        fuzzy=False,
    )
    for message in messages_of_source():
        if not message.id:
            continue
        known = old.get(message.id[0] if isinstance(message.id, tuple) else message.id)
        text = known.string if known is not None else ("", "") if message.pluralizable else ""
        fresh.add(message.id, text)
    buffer = BytesIO()
    write_po(buffer, fresh, width=100, omit_header=False, sort_output=True, include_lineno=False)
    lines = buffer.getvalue().decode().splitlines(keepends=True)
    # Dates and versions of tools would change with every run.
    kept = [line for line in lines if not line.startswith(('"POT-', '"PO-', '"Generated-', '"Last-', '"Report-'))]  # fmt: skip
    return "".join(kept).encode()


def fresh_name(code: str) -> str:
    """Return the English name of a language."""
    return {"ru": "Russian", "az": "Azerbaijani", "kk": "Kazakh"}[code]


def main() -> int:
    """Write the catalogues; with --check only say whether they are up to date."""
    stale = []
    for code in ("ru", "az", "kk"):
        file = WEB / "locales" / code / "messages.po"
        content = update(code)
        if not file.is_file() or file.read_bytes() != content:
            stale.append(code)
            if "--check" not in sys.argv:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
    sys.stdout.write(f"Changed: {', '.join(stale) or 'none'}\n")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    raise SystemExit(main())
