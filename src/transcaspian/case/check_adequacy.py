"""Rules for the tables on adequacy."""

from collections.abc import Iterator

from transcaspian.case.book import Book, Rule
from transcaspian.errors import Problem

__all__ = ["ADEQUACY_RULES"]

CLASSES = "power/outage_classes"
EVERYWHERE = "*"
ROUNDING = 1e-9  # of a rate


def check_outage_classes_name_zones(book: Book) -> Iterator[Problem]:
    """Find outage classes of a zone that is not there: they would never be used."""
    buses = book.tables["power/buses"]["bus"]
    named = book.tables[CLASSES]["bus"]
    yield from book.problems(
        CLASSES,
        "bus",
        ~(named.is_in(buses.implode()) | (named == EVERYWHERE)),
        "{value} is no zone of power/buses.csv.",
        "Name a zone, or * for all of them.",
    )


def check_outage_rates_have_a_range(book: Book) -> Iterator[Problem]:
    """Find ranges of outage rates that do not hold the rate itself."""
    table = book.tables[CLASSES]
    rate = table["mttr_h"] / (table["mttf_h"] + table["mttr_h"])
    yield from book.problems(
        CLASSES,
        "outage_rate_low",
        table["outage_rate_low"] > rate + ROUNDING,
        "{value} is above the rate of the row, mttr / (mttf + mttr).",
        "Give a range that holds the rate.",
    )
    yield from book.problems(
        CLASSES,
        "outage_rate_high",
        table["outage_rate_high"] < rate - ROUNDING,
        "{value} is below the rate of the row, mttr / (mttf + mttr).",
        "Give a range that holds the rate.",
    )


ADEQUACY_RULES: tuple[Rule, ...] = (
    check_outage_classes_name_zones,
    check_outage_rates_have_a_range,
)
