"""What a part of a package is worth last in: the value that leads where a package exists."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl
from markupsafe import Markup

from transcaspian.report.blocks import Cell, Header, HtmlTable
from transcaspian.report.markup import csv_address, difference_cell, figure, head_cell, number_cell
from transcaspian.report.terms import Terms
from transcaspian.results.theme import format_number

__all__ = ["last_in_cell", "last_in_sentence", "last_in_table", "own_packages"]

HELP = (
    "A package opens when its last part does. Without the part + last in = the package; the rest"
    " alone may open sooner, and waiting for the part changes its worth."
)


def own_packages(tables: Mapping[str, pl.DataFrame]) -> dict[str, dict[str, Any]]:
    """Return the row of every project in its own package, the first of the case that holds it."""
    own = tables["last_in"].filter("is_own_package")
    return {row["project"]: row for row in own.iter_rows(named=True)}


def last_in_cell(row: Mapping[str, Any] | None) -> Cell:
    """Return the value last in, with the package that it is last in; empty without a package."""
    if row is None:
        return Cell("", is_number=True)
    return Cell(
        Markup('<b>{}</b><br><span class="range">in {}</span>').format(
            figure(format_number(row["last_in_musd"]), row["last_in_musd"], "last_in.last_in_musd"),
            row["package_name"],
        ),
        is_number=True,
    )


def last_in_sentence(rows: Iterable[Mapping[str, Any]], terms: Terms) -> Markup:
    """Return what each part adds to its package once the rest of it stands."""
    return Markup(" ").join(_words(row, terms) for row in rows)


def _words(row: Mapping[str, Any], terms: Terms) -> Markup:
    text = Markup(
        "Built last in its package, <strong>{name}</strong> {verb} {worth} million USD {at} (CO₂ alone: {co2}):"
        " the package is worth {package}, and {without} without it."
    ).format(
        name=row["name"],
        verb="adds" if row["last_in_musd"] > 0 else "takes away",
        worth=_money(row, "last_in_musd", is_size=True),
        at=Markup("at {}").format(figure(terms.headline, terms.headline_rate, "discount rate")),
        co2=_money(row, "last_in_co2_musd"),
        package=_money(row, "package_musd"),
        without=_money(row, "without_musd"),
    )
    text += _needed(row)
    if row["alone_musd"] is None:
        return text
    return text + Markup(" Alone it is worth {}.").format(_money(row, "alone_musd"))


def _needed(row: Mapping[str, Any]) -> Markup:
    """Return the cost at which the part would be worth building last."""
    limit = row["last_in_break_even_capex_musd"]
    if limit is None:
        return Markup("")
    if limit <= 0:
        return Markup(" It would not pay at any cost.")
    return Markup(" It pays last in up to a cost of {limit}; {capex} is planned.").format(
        limit=_money(row, "last_in_break_even_capex_musd"), capex=_money(row, "capex_musd")
    )


def _money(row: Mapping[str, Any], column: str, *, is_size: bool = False) -> Markup:
    value = row[column]
    shown = format_number(abs(value) if is_size else value)
    return figure(shown, value, f"last_in.{column}")


def last_in_table(frame: pl.DataFrame, terms: Terms) -> HtmlTable:
    """Return every part of every package: what the rest is worth, what it adds, and the whole."""
    largest = float(frame["last_in_musd"].abs().max() or 0.0)  # type: ignore[arg-type]
    rows = tuple(
        (
            head_cell(row["package_name"]),
            head_cell(row["name"]),
            number_cell(row["alone_musd"]),
            number_cell(row["without_musd"]),
            difference_cell(row["last_in_musd"], largest),
            number_cell(row["package_musd"]),
            number_cell(row["last_in_co2_musd"]),
            number_cell(row["capex_musd"]),
            number_cell(row["last_in_break_even_capex_musd"]),
            number_cell(row["waiting_musd"]),
        )
        for row in frame.iter_rows(named=True)
    )
    return HtmlTable(
        f"Each part of each package, last in; million USD, NPV at {terms.headline}. {HELP}",
        _headers(
            (
                "Alone",
                "Package without it",
                "+ last in",
                "= package",
                "of last in CO₂",
                "Cost",
                "Break-even cost last in",
                "Waiting, for the rest",
            )
        ),
        rows,
        csv_address(frame),
        "last_in.csv",
    )


def _headers(numbers: Sequence[str]) -> tuple[Header, ...]:
    return (
        Header("Package"),
        Header("Part"),
        *(Header(label, "", is_number=True) for label in numbers),
    )
