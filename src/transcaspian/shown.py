"""How cases and results look where Python shows a value by itself: a line, or a table in a notebook."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup

__all__ = ["html_table", "named", "one_line"]

MOST_NAMES = 6


def one_line(kind: str, name: str, facts: Sequence[str]) -> str:
    """Return `Kind 'name': fact, fact`."""
    return f"{kind} {name!r}: {', '.join(facts)}"


def html_table(title: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as HTML, every text escaped, numbers with thousands apart."""
    head = Markup("").join(Markup("<th>{}</th>").format(name) for name in header)
    body = Markup("").join(
        Markup("<tr>{}</tr>").format(Markup("").join(_cell(value) for value in row)) for row in rows
    )
    return Markup(
        "<table><caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table>"
    ).format(title, head, body)


def named(values: Sequence[object]) -> str:
    """Return the first few of some names, and how many more there are."""
    more = len(values) - MOST_NAMES
    shown = ", ".join(map(str, values[:MOST_NAMES]))
    return f"{shown} and {more} more" if more > 0 else shown


def _cell(value: object) -> Markup:
    if isinstance(value, int):
        return Markup('<td style="text-align:right">{}</td>').format(f"{value:,}")
    return Markup('<td style="text-align:left">{}</td>').format(value)
