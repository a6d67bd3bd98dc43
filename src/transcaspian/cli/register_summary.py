"""The one screen of `register brief` without a subject."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from transcaspian.cli.output import console
from transcaspian.cli.register_options import cut

if TYPE_CHECKING:
    from transcaspian.register.edtf import VagueDate
    from transcaspian.register.heading import Reading
    from transcaspian.register.summary import Summary

__all__ = ["print_summary"]

SHOWN = 7  # of each list, so that all fit one screen
TITLE_LETTERS = 60


def print_summary(summary: "Summary", reading: "Reading") -> None:
    """Print what one must know on a day, on one screen of a hundred columns."""
    counts = ", ".join(f"{count} {name}" for name, count in summary.counts.items())
    console().print(f"Promises as of {summary.as_of}: {counts or 'none'}.")
    console().print(str(reading))
    _print_list(
        "Due this quarter",
        "register due",
        [_line(str(item.day), item.status, item.owner, item.what) for item in summary.due],
    )
    titles, owners = summary.titles, summary.owners
    _print_list(
        "Slipped: a later date was announced",
        "register slips",
        [
            _line(_last(verdict.in_force), verdict.status, owners[verdict.id], titles[verdict.id])
            for verdict in summary.slipped
        ],
    )
    _print_list(
        "Overdue: the promised day has passed",
        "register overdue",
        [
            _line(str(item.promised), item.verdict.status, item.owner, item.what)
            for item in summary.overdue
        ],
    )
    _print_list(
        "Nobody can know",
        "register status --only unknown",
        [
            _line(_last(verdict.in_force), verdict.status, owners[verdict.id], titles[verdict.id])
            for verdict in summary.unknowable
        ],
    )


def _print_list(title: str, command: str, lines: Sequence[str]) -> None:
    more = f" (all: {command})" if len(lines) > SHOWN else ""
    console().print(f"{title}: {len(lines)}{more}")
    for line in lines[:SHOWN]:
        console().print(f"  {line}")


def _line(day: str, status: str, owner: str, title: str) -> str:
    name = cut(owner.removeprefix("body-"), 11)
    return f"{day:<10} {status:<11} {name:<11} {cut(title, TITLE_LETTERS)}".rstrip()


def _last(in_force: "VagueDate | None") -> str:
    return "" if in_force is None else in_force.last.isoformat()
