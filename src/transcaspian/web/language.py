"""Languages of the pages: catalogues, numbers and dates in the reader's way.

The catalogues are ours, one `.po` file a language, compiled when they are first used. `messages`
holds the words of the pages, `names` those of the packaged case (places, projects, routes).
"""

import gettext
import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from io import BytesIO
from math import floor, isfinite, log10

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import get_decimal_symbol, get_group_symbol

from transcaspian.results.theme import MINUS, NO_VALUE
from transcaspian.web.words import WORDS

__all__ = ["COMPLETE", "LANGUAGES", "Language", "choose_language", "language_of"]

# Code → own name; English is the language of the sources.
LANGUAGES = {"en": "English", "ru": "Русский", "az": "Azərbaycanca", "kk": "Қазақша"}
COMPLETE = ("en", "ru")
DOMAINS = ("messages", "names", "terms")
EXACT_DIGITS = 12
DAY = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")
MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Language:
    """One language: `code`, its catalogues, and how it writes numbers."""

    code: str
    messages: gettext.NullTranslations
    names: gettext.NullTranslations
    terms: gettext.NullTranslations
    decimal: str
    thousands: str

    @property
    def is_reviewed(self) -> bool:
        """Return whether the catalogue is complete and was read through."""
        return self.code in COMPLETE

    def text(self, message: str, **values: object) -> str:
        """Return the message translated, its `{names}` filled in."""
        found = self.messages.gettext(message) if message else ""
        return found.format(**values) if values else found

    def plural(self, one: str, many: str, count: int, **values: object) -> str:
        """Return the form of the message that `count` asks for, with `{count}` filled in."""
        found = self.messages.ngettext(one, many, count)
        return found.format(count=self.whole(count), **values)

    def word(self, word: str) -> str:
        """Return a word of the data (status, unit, kind) for people."""
        if word in WORDS:
            return self.text(WORDS[word])
        parts = word.split(", ")
        if len(parts) > 1 and all(part in WORDS for part in parts):
            return ", ".join(self.text(WORDS[part]) for part in parts)
        return self.name(word)

    def term(self, title: str) -> str:
        """Return a title of a column or table in this language; itself where it is not translated."""
        return self.terms.gettext(title) if title else title

    def name(self, name: str) -> str:
        """Return a name of the case in this language; itself where it is not translated."""
        return self.names.gettext(name) if name else name

    def country(self, code: str, name: str) -> str:
        """Return the name of a country by its ISO code; `name` where the code is none."""
        territories = Locale.parse(self.code).territories
        return territories.get(code, "") or self.name(name) if len(code) == 2 else self.name(name)

    def number(self, value: float | None, digits: int = 3) -> str:
        """Return the value with `digits` significant figures."""
        if value is None or not isfinite(value):
            return NO_VALUE
        if value == 0:
            return "0"
        places = digits - 1 - floor(log10(abs(value)))
        rounded = round(value, places)
        if rounded != 0:
            places = digits - 1 - floor(log10(abs(rounded)))
        return self._written(rounded, max(places, 0))

    def shortest(self, value: float, digits: int = 6) -> str:
        """Return the value with at most `digits` significant figures, without zeros at its end."""
        text = self.number(value, digits)
        return text.rstrip("0").rstrip(self.decimal) if self.decimal in text else text

    def signed(self, value: float | None, digits: int = 3) -> str:
        """Return the value with its sign, also where it is above zero."""
        text = self.number(value, digits)
        return f"+{text}" if value is not None and isfinite(value) and value > 0 else text

    def share(self, fraction: float | None, digits: int = 3) -> str:
        """Return a fraction as a percentage."""
        if fraction is None or not isfinite(fraction):
            return NO_VALUE
        mark = "%" if self.code in ("en", "az") else "\u00a0%"
        return f"{self.number(100.0 * fraction, digits)}{mark}"

    def whole(self, value: int) -> str:
        """Return a whole number, all figures shown."""
        return self._written(float(value), 0)

    def day(self, value: date) -> str:
        """Return a day in the reader's way."""
        return str(format_date(value, format="medium", locale=self.code))

    def edtf(self, text: str) -> str:
        """Return a day or month that is written as EDTF (2026-03-01, 2026-03) in the reader's way.

        Years, quarters and anything else stay as they are.
        """
        if DAY.fullmatch(text):
            return self.day(date.fromisoformat(text))
        if MONTH.fullmatch(text):
            first = date.fromisoformat(f"{text}-01")
            return str(format_skeleton("yMMM", first, locale=self.code))
        return text

    def exact(self, value: float) -> str:
        """Return the value to 12 figures: those beyond depend on the order of summation."""
        return f"{value:.{EXACT_DIGITS}g}"

    def _written(self, value: float, places: int) -> str:
        text = f"{abs(value):,.{places}f}".replace(",", "\0").replace(".", self.decimal)
        text = text.replace("\0", self.thousands)
        return f"{MINUS}{text}" if value < 0 else text


@cache
def language_of(code: str) -> Language:
    """Return a language by its code, one of LANGUAGES."""
    messages, names, terms = (_catalogue(code, domain) for domain in DOMAINS)
    return Language(
        code,
        messages,
        names,
        terms,
        str(get_decimal_symbol(code)),
        str(get_group_symbol(code)),
    )


def _catalogue(code: str, domain: str) -> gettext.NullTranslations:
    file = resources.files("transcaspian.web") / "locales" / code / f"{domain}.po"
    if not file.is_file():
        return gettext.NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(file.read_bytes()), locale=code))
    return gettext.GNUTranslations(BytesIO(compiled.getvalue()))


def choose_language(wanted: str | None, accepted: str) -> str:
    """Return the code that was asked for, else the first reviewed one that the reader accepts."""
    if wanted is not None:
        return wanted
    ranked = []
    for place, part in enumerate(accepted.split(",")):
        tag, _, quality = part.strip().partition(";q=")
        code = tag.split("-")[0].strip().lower()
        weight = float(quality) if quality.replace(".", "", 1).isdigit() else 1.0
        if code in COMPLETE and weight > 0:
            ranked.append((-weight, place, code))
    return min(ranked)[2] if ranked else "en"
