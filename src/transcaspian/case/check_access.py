"""Rules for access to the freight network and for its months."""

from collections.abc import Iterator

from transcaspian.case.book import Book, Rule
from transcaspian.case.check_figures import check_months
from transcaspian.errors import Problem

__all__ = ["ACCESS_RULES"]


def check_access_says_where(book: Book) -> Iterator[Problem]:
    """Every access rule names a link or a terminal: one that holds nowhere does nothing."""
    table = book.tables["freight/access"]
    yield from book.problems(
        "freight/access",
        "access",
        table["links"].is_null() & table["terminals"].is_null(),
        "{value} names neither links nor terminals.",
        "Name those it holds on.",
    )


def check_access_does_something(book: Book) -> Iterator[Problem]:
    """Find rules in force that close, delay and cost nothing."""
    table = book.tables["freight/access_years"]
    effects = ("delay_h", "charge_usd_per_t", "insurance_share")
    idle = table["is_in_force"] & ~table["is_closed"]
    for column in effects:
        idle &= table[column] == 0.0
    yield from book.problems(
        "freight/access_years",
        "access",
        idle,
        "{value} is in force but closes, delays and costs nothing.",
        "Give an effect, or set is_in_force to false.",
    )


def check_months_are_whole(book: Book) -> Iterator[Problem]:
    """Find things with some months of twelve, or whose background leaves the year's mean."""
    for thing in ("link", "terminal"):
        yield from check_months(book, f"freight/{thing}_months", (thing,), "background_factor")


ACCESS_RULES: tuple[Rule, ...] = (
    check_access_says_where,
    check_access_does_something,
    check_months_are_whole,
)
