"""Rules for what projects bring along themselves: own money flows, jobs and trade."""

from collections.abc import Iterator

import polars as pl

from transcaspian.accounts import NOT_PARTIES
from transcaspian.case.book import Book, Rule
from transcaspian.errors import Problem

__all__ = ["PROJECT_RULES"]

FLOWS, OUTPUTS, PROJECTS = "projects/own_flows", "projects/own_outputs", "projects/projects"
OWN = "own"
COMPLETE = "complete"
# Paid by the project's plan already; the ledger would count them twice.
PLAN_KINDS = ("capital_cost", "renewal_cost", "residual_value", "fixed_operation")
UNIT_OF_OUTPUT = {"jobs": "person", "exports": "million USD/a", "imports": "million USD/a"}


def check_own_flows_run_forward(book: Book) -> Iterator[Problem]:
    """Find flows that end before they begin, or begin after the project's life."""
    lives = book.tables[PROJECTS].select("project", "life_years")
    for table in (FLOWS, OUTPUTS):
        frame = book.tables[table]
        yield from book.problems(
            table,
            "to_offset",
            frame["to_offset"] < frame["from_offset"],
            "{value} is before from_offset.",
            "Correct one of the two.",
        )
        life = frame.join(lives, on="project", how="left", maintain_order="left")["life_years"]
        yield from book.problems(
            table,
            "from_offset",
            frame["from_offset"] >= life,
            "{value} years after opening the project's life is over.",
            "Correct the year, or the project's life.",
        )


def check_own_flows_do_not_overlap(book: Book) -> Iterator[Problem]:
    """Find flows of one kind between the same two that stand twice in a year: they count twice."""
    keys = {
        FLOWS: ["project", "kind", "payer", "payer_country", "receiver", "receiver_country"],
        OUTPUTS: ["project", "measure", "country"],
    }
    for table, key in keys.items():
        frame = book.tables[table].with_row_index("index").sort(*key, "from_offset", "index")
        until = pl.col("to_offset").fill_null(10_000).cum_max().shift(1).over(key)
        overlaps = frame.with_columns(until=until).filter(pl.col("from_offset") <= pl.col("until"))
        for index in overlaps["index"].sort():
            yield Problem(
                f"{table}.csv",
                book.lines[table][index],
                "from_offset",
                "The flow stands in another row in the same year already.",
                "Let the years not overlap, or keep one of the two.",
            )


def check_own_flows_have_two_sides(book: Book) -> Iterator[Problem]:
    """Find flows from one to itself, and those that the project's plan pays already."""
    frame = book.tables[FLOWS]
    is_same = (frame["payer"] == frame["receiver"]) & (
        frame["payer_country"] == frame["receiver_country"]
    )
    is_nobody = frame["payer"].is_in(NOT_PARTIES) & frame["receiver"].is_in(NOT_PARTIES)
    yield from book.problems(
        FLOWS,
        "receiver",
        is_same | is_nobody,
        "{value} gets this from itself, or from nobody.",
        "Name who pays and who receives.",
    )
    yield from book.problems(
        FLOWS,
        "kind",
        frame["kind"].is_in(PLAN_KINDS),
        "{value} is taken from the project's own cost already.",
        "Leave it out, or give it another name.",
    )


def check_units_of_outputs(book: Book) -> Iterator[Problem]:
    """Find jobs that are no persons and trade that is no money."""
    frame = book.tables[OUTPUTS]
    units = frame["measure"].replace_strict(UNIT_OF_OUTPUT, return_dtype=pl.String)
    yield from book.problems(
        OUTPUTS,
        "unit",
        frame["unit"] != units,
        "{value} is not the unit of the measure.",
        "Correct it.",
    )


def check_projects_of_their_own_have_flows(book: Book) -> Iterator[Problem]:
    """Find projects outside the models (sector own) that say nothing of what they bring."""
    frame = book.tables[PROJECTS]
    have = book.tables[FLOWS]["project"]
    yield from book.problems(
        PROJECTS,
        "project",
        (frame["sector"] == OWN) & ~frame["project"].is_in(have.implode()),
        "{value} has no row in projects/own_flows.csv.",
        "Add what it costs and brings each year.",
    )


def check_clusters_do_not_mix_built_and_unbuilt(book: Book) -> Iterator[Problem]:
    """Find clusters of complete and other projects: the former's changes take away, theirs add."""
    table = "projects/clusters"
    status = book.tables[PROJECTS].select("project", is_built=pl.col("status") == COMPLETE)
    members = book.tables[table].join(status, on="project", how="left", maintain_order="left")
    is_mixed = pl.col("is_built").any().over("cluster") & ~pl.col("is_built").all().over("cluster")
    yield from book.problems(
        table,
        "project",
        members.select(is_mixed & pl.col("is_built")).to_series(),
        "{value} is complete: its changes take it away, while those of other members add.",
        "Value it by itself, or in a cluster of complete projects.",
    )


def check_variants_are_of_a_project_that_is_none(book: Book) -> Iterator[Problem]:
    """Find variants of themselves and of variants: of a group, one project is built, so it has one name."""
    frame = book.tables[PROJECTS]
    project, original = frame["project"], frame["variant_of"]
    yield from book.problems(
        PROJECTS,
        "variant_of",
        project == original,
        "{value} would be a variant of itself.",
        "Leave the cell empty, or name the other project.",
    )
    variants = project.filter(original.is_not_null() & (project != original))
    yield from book.problems(
        PROJECTS,
        "variant_of",
        original.is_in(variants.implode()),
        "{value} is a variant itself.",
        "Name the project that all are variants of, which names none.",
    )


PROJECT_RULES: tuple[Rule, ...] = (
    check_own_flows_run_forward,
    check_own_flows_do_not_overlap,
    check_own_flows_have_two_sides,
    check_units_of_outputs,
    check_projects_of_their_own_have_flows,
    check_clusters_do_not_mix_built_and_unbuilt,
    check_variants_are_of_a_project_that_is_none,
)
