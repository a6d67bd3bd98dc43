"""Rules of `finance/`: shares, years, tenors, and an order of projects that is no circle."""

import re
from collections.abc import Iterable, Iterator, Mapping

import polars as pl

from transcaspian.case.book import Book, Rule
from transcaspian.errors import Problem

__all__ = ["FINANCE_RULES", "find_circle", "parse_weights"]

SHARE_TOLERANCE = 1e-6
EVERYBODY = "*"
WEIGHT = re.compile(
    r"(?P<name>vehicle|economic|party:[^=;]+|country:[^=;]+)=\s*(?P<weight>-?\d+(\.\d+)?)"
)


def find_circle(pairs: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return one circle of `(name, needed)` pairs, its first name last again; empty for none.

    Examples
    --------
    >>> find_circle([("A", "B"), ("B", "C"), ("C", "A")])
    ('A', 'B', 'C', 'A')
    """
    needs: dict[str, list[str]] = {}
    for name, needed in pairs:
        needs.setdefault(name, []).append(needed)
    done: set[str] = set()
    for first in needs:
        circle = _walk(first, needs, [], done)
        if circle:
            return circle
    return ()


def _walk(
    name: str, needs: Mapping[str, list[str]], path: list[str], done: set[str]
) -> tuple[str, ...]:
    if name in path:
        return (*path[path.index(name) :], name)
    if name in done:
        return ()
    for needed in needs.get(name, []):
        circle = _walk(needed, needs, [*path, name], done)
        if circle:
            return circle
    done.add(name)
    return ()


def check_vehicles_have_parties(book: Book) -> Iterator[Problem]:
    """Every vehicle has parties, and their shares add up to 1."""
    parties = book.tables["finance/parties"]
    total = dict(
        parties.group_by("vehicle", maintain_order=True).agg(pl.col("share").sum()).iter_rows()
    )
    table = "finance/vehicles"
    for row, vehicle in enumerate(book.tables[table]["vehicle"]):
        if vehicle not in total:
            message = f"{vehicle!r} has no row in finance/parties.csv."
            yield Problem(f"{table}.csv", book.lines[table][row], "vehicle", message, "Add one.")
    firsts = parties.with_row_index("index").group_by("vehicle", maintain_order=True).first()
    for vehicle, row in firsts.select("vehicle", "index").iter_rows():
        if abs(total[vehicle] - 1.0) > SHARE_TOLERANCE:
            yield Problem(
                "finance/parties.csv",
                book.lines["finance/parties"][row],
                "share",
                f"The shares of {vehicle!r} add up to {total[vehicle]:.6g}.",
                "They must add up to 1.",
            )


def check_vehicle_ranges(book: Book) -> Iterator[Problem]:
    """Floors are not above caps, first years not after last years, sizes within their range."""
    table = "finance/vehicles"
    frame = book.tables[table]
    pairs = (
        ("ticket_floor", "ticket_cap"),
        ("first_year", "last_year"),
        ("size_low_musd", "size_musd"),
        ("size_musd", "size_high_musd"),
    )
    for low, high in pairs:
        wrong = frame[low] > frame[high]
        yield from book.problems(
            table, low, wrong, f"{{value}} is above {high}.", "Correct one of the two."
        )


def check_objectives_are_weights(book: Book) -> Iterator[Problem]:
    """Check that objectives are written as names with weights."""
    table = "finance/vehicles"
    wrong = [parse_weights(text) is None for text in book.tables[table]["objective"]]
    yield from book.problems(
        table,
        "objective",
        pl.Series(wrong, dtype=pl.Boolean),
        "{value} is no list of weights.",
        "Write vehicle=0.5; economic=0.5, for example.",
    )


def parse_weights(text: str) -> dict[str, float] | None:
    """Return the weights by name of a text like 'vehicle=0.5; economic=0.5'; None where it is none.

    Names are vehicle, economic, party:NAME and country:XX.

    Examples
    --------
    >>> parse_weights("vehicle=0.5; party:SOCAR=2")
    {'vehicle': 0.5, 'party:SOCAR': 2.0}
    """
    weights: dict[str, float] = {}
    for part in text.split(";"):
        found = WEIGHT.fullmatch(part.strip())
        if found is None or found["name"].strip() in weights:
            return None
        weights[found["name"].strip()] = float(found["weight"])
    return weights


def check_budgets_name_parties(book: Book) -> Iterator[Problem]:
    """Check that a budget's party pays into the vehicle, or is '*'."""
    frame = book.tables["finance/budgets"]
    known = set(book.tables["finance/parties"].select("vehicle", "party").iter_rows())
    pairs = frame.select("vehicle", "party").iter_rows()
    wrong = [pair[1] != EVERYBODY and pair not in known for pair in pairs]
    yield from book.problems(
        "finance/budgets",
        "party",
        pl.Series(wrong, dtype=pl.Boolean),
        "{value} has no share in this vehicle.",
        "Correct the name.",
    )


def check_loans_can_be_paid_back(book: Book) -> Iterator[Problem]:
    """Check that a loan has interest and time to be paid back, a sculpted one a target ratio."""
    table = "finance/facilities"
    frame = book.tables[table]
    is_loan = frame["rank"].is_in(["senior", "subordinated"])
    for column in ("interest_rate", "tenor_years"):
        yield from book.problems(
            table, column, is_loan & frame[column].is_null(), "A loan has none.", "Give one."
        )
    no_time = is_loan & (frame["grace_years"] >= frame["tenor_years"])
    yield from book.problems(
        table, "grace_years", no_time, "{value} leaves no year to pay back.", "Shorten it."
    )
    aimless = is_loan & (frame["repayment"] == "sculpted") & frame["target_dscr"].is_null()
    yield from book.problems(
        table, "target_dscr", aimless, "A sculpted loan has none.", "Give 1 or more."
    )


def check_owners_pay_something(book: Book) -> Iterator[Problem]:
    """Grants and loans open to a sector pay for less than the whole cost."""
    table = "finance/facilities"
    frame = book.tables[table].with_row_index("index")
    paying = frame.filter(pl.col("rank") != "guarantee")
    told: set[int] = set()
    for sector in ("power", "freight", "own"):
        open_to = paying.filter(pl.col("sector").is_in([sector, EVERYBODY]))
        names = ["", *open_to["project"].drop_nulls().unique(maintain_order=True)]
        for project in names:
            rows = open_to.filter(pl.col("project").is_null() | pl.col("project").is_in([project]))
            total = sum(rows["share"].to_list())
            last = int(rows["index"].to_list()[-1]) if rows.height else -1
            if total >= 1.0 and last not in told:
                told.add(last)
                message = (
                    f"Grants and loans pay for {total:.4g} of the cost of {project or sector}."
                )
                cure = "Leave something for the owners."
                yield Problem(f"{table}.csv", book.lines[table][last], "share", message, cure)


def check_limits_leave_room(book: Book) -> Iterator[Problem]:
    """Check that a limit's least part is not above its most and its member is known."""
    table = "finance/limits"
    frame = book.tables[table]
    wrong = frame["minimum_share"] > frame["maximum_share"]
    yield from book.problems(
        table, "minimum_share", wrong, "{value} is above maximum_share.", "Correct one of the two."
    )
    yield from _unknown_members(book, table)
    yield from _unknown_members(book, "finance/build_capacity")


def _unknown_members(book: Book, table: str) -> Iterator[Problem]:
    frame = book.tables[table]
    known = {
        "country": {*book.tables["economy/countries"]["country"], EVERYBODY},
        "sector": {"power", "freight", "own", EVERYBODY},
    }
    wrong = [
        member not in known[dimension]
        for dimension, member in frame.select("dimension", "member").iter_rows()
    ]
    yield from book.problems(
        table,
        "member",
        pl.Series(wrong, dtype=pl.Boolean),
        "{value} is no country or sector.",
        "Correct the name.",
    )


def check_rules_name_both(book: Book) -> Iterator[Problem]:
    """Check that a rule of two projects names two."""
    table = "finance/rules"
    frame = book.tables[table]
    needs_other = frame["kind"] != "required"
    yield from book.problems(
        table, "other", needs_other & frame["other"].is_null(), "No other is named.", "Name it."
    )
    same = needs_other & (frame["other"] == frame["project"])
    yield from book.problems(
        table, "other", same, "{value} stands against itself.", "Name another."
    )


def check_order_of_projects_is_no_circle(book: Book) -> Iterator[Problem]:
    """Projects that need each other can never open."""
    table = "finance/rules"
    needs = book.tables[table].with_row_index("index").filter(pl.col("kind") == "needs")
    pairs = needs.filter(pl.col("other").is_not_null()).select("project", "other").rows()
    circle = find_circle(pairs)
    if circle and circle[0] != circle[1]:
        row = next(
            index
            for index, project in needs.select("index", "project").iter_rows()
            if project in circle
        )
        message = f"Projects wait for each other: {' needs '.join(circle)}."
        yield Problem(f"{table}.csv", book.lines[table][row], "other", message, "Drop one rule.")


def check_capacity_years(book: Book) -> Iterator[Problem]:
    """Check that a building capacity ends after it begins."""
    table = "finance/build_capacity"
    frame = book.tables[table]
    yield from book.problems(
        table,
        "to_year",
        frame["to_year"] < frame["from_year"],
        "{value} is before from_year.",
        "Correct one of the two.",
    )


def check_every_scenario_has_a_probability(book: Book) -> Iterator[Problem]:
    """Where scenarios have weights, all have: a run of all of them could not be weighed."""
    given = book.tables["finance/probabilities"]["scenario"]
    if given.is_empty():
        return
    for scenario in book.tables["scenarios/scenarios"]["scenario"]:
        if scenario not in given:
            message = f"{scenario!r} has no probability, other scenarios have one."
            yield Problem("finance/probabilities.csv", 0, "scenario", message, "Add a row.")


FINANCE_RULES: tuple[Rule, ...] = (
    check_vehicles_have_parties,
    check_vehicle_ranges,
    check_objectives_are_weights,
    check_budgets_name_parties,
    check_loans_can_be_paid_back,
    check_owners_pay_something,
    check_limits_leave_room,
    check_rules_name_both,
    check_order_of_projects_is_no_circle,
    check_capacity_years,
    check_every_scenario_has_a_probability,
)
