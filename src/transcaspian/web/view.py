"""What the reader looks at: language, address, and the parameters that the address carries."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from transcaspian.web.language import Language
from transcaspian.web.titles import column_title, table_title
from transcaspian.web.urls import with_query
from transcaspian.web.words import WORDS

__all__ = ["View"]

# Parameters that follow the reader from page to page of a run.
KEPT = ("lang", "scenario", "year", "with")
# Parameters that say in which form to answer, not what is shown.
FORMS = ("format", "table", "chart")


@dataclass(frozen=True, slots=True)
class View:
    """The language and the parameters that the reader set, without those that have their default."""

    language: Language
    path: str = "/"
    query: Mapping[str, str] = field(default_factory=dict)

    def t(self, message: str, **values: object) -> str:
        """Return the message translated."""
        return self.language.text(message, **values)

    def tn(self, one: str, many: str, count: int, **values: object) -> str:
        """Return the form of the message that `count` asks for."""
        return self.language.plural(one, many, count, **values)

    def word(self, word: str) -> str:
        """Return a word of the data for people."""
        return self.language.word(word)

    def is_word(self, word: str) -> bool:
        """Return whether a word of the data is one of ours, which has a translation."""
        return word in WORDS

    def column(self, name: str) -> str:
        """Return the title of a column that is known by its name, without its unit."""
        return column_title(self.language, name)

    def table(self, name: str) -> str:
        """Return the title of a table that is known by its name."""
        return table_title(self.language, name)

    def name(self, name: str) -> str:
        """Return a name of the case for people."""
        return self.language.name(name)

    def number(self, value: float | None, unit: str = "") -> str:
        """Return a number with its unit."""
        text = self.language.number(value)
        return f"{text}\u00a0{self.word(unit)}" if unit else text

    def get(self, name: str) -> str:
        """Return a parameter, empty where the reader did not set it."""
        return self.query.get(name, "")

    def link(self, path: str, **changes: str) -> str:
        """Return an address that keeps language, scenario, year and project of this one."""
        kept = {name: self.query[name] for name in KEPT if name in self.query}
        return with_query(path, {**kept, **changes})

    def plain_link(self, path: str, **changes: str) -> str:
        """Return an address that keeps the language only."""
        kept = {"lang": self.query["lang"]} if "lang" in self.query else {}
        return with_query(path, {**kept, **changes})

    def here(self, **changes: str) -> str:
        """Return this address with some parameters changed, in no special form."""
        kept = {name: value for name, value in self.query.items() if name not in FORMS}
        return with_query(self.path, {**kept, **changes})
