"""Rules for access to the freight network and for its months."""

from collections.abc import Iterator

import polars as pl

from transcaspian.case.book import Book, Rule
from transcaspian.case.check_figures import DAYS_OF_MONTH, WHOLE_TOLERANCE
from transcaspian.errors import Problem

__all__ = ["ACCESS_RULES"]

MONTHS = len(DAYS_OF_MONTH)


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
    days = pl.DataFrame({"month": range(1, MONTHS + 1), "days": DAYS_OF_MONTH})
    for thing in ("link", "terminal"):
        name = f"freight/{thing}_months"
        frame = book.tables[name].with_row_index("place")
        found = (
            frame.join(days, on="month", how="left")
            .group_by(thing, maintain_order=True)
            .agg(
                place=pl.col("place").first(),
                count=pl.len(),
                mean=(pl.col("background_factor") * pl.col("days")).sum() / sum(DAYS_OF_MONTH),
            )
        )
        for row in found.iter_rows(named=True):
            is_whole = row["count"] == MONTHS
            if is_whole and abs(row["mean"] - 1.0) <= WHOLE_TOLERANCE:
                continue
            yield Problem(
                f"{name}.csv",
                book.lines[name][row["place"]],
                "background_factor" if is_whole else "month",
                f"{row[thing]!r} has a yearly mean of {row['mean']:.6g} instead of 1."
                if is_whole
                else f"{row[thing]!r} has {row['count']} of {MONTHS} months.",
                "Divide by the mean weighted by days." if is_whole else "Give all of them.",
            )


ACCESS_RULES: tuple[Rule, ...] = (
    check_access_says_where,
    check_access_does_something,
    check_months_are_whole,
)
