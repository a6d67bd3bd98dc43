"""Dates announced since a promise was made, and which of them is in force.

A statement counts from the present wording of the promise on. One that speaks of less than was
promised (a first stage, a part of the target) is no new date of the whole. Who answers for the
promise decides: its owner, a co-owner or a body that one of them belongs to; others are heard where
none of these has said anything.
"""

from collections.abc import Iterator, Mapping

from transcaspian.register.edtf import VagueDate
from transcaspian.register.facts import Facts, Vintage
from transcaspian.register.offices import bodies_of_office
from transcaspian.register.verdict import Commitment

__all__ = ["date_in_force", "moved_date"]


def date_in_force(commitment: Commitment, due: VagueDate | None, facts: Facts) -> VagueDate | None:
    """Return the date that counts on the day of the facts: the last one announced, else `due`.

    None where no date was promised; what was said of such a promise is no date of it.
    """
    if due is None or commitment.kind == "recurring":
        return due
    said = _said_by_those_who_answer(commitment, facts) or _said(commitment, facts)
    return said[-1].due if said else due


def moved_date(commitment: Commitment, due: VagueDate | None, facts: Facts) -> Vintage | None:
    """Return the statement that puts the date later than promised; None where none does.

    The last word of those who answer for the promise comes first, then the last word of anybody.
    """
    if due is None:
        return None
    for said in (_said_by_those_who_answer(commitment, facts), _said(commitment, facts)):
        if said and said[-1].due.last > due.last:
            return said[-1]
    return None


def _said(commitment: Commitment, facts: Facts) -> list[Vintage]:
    vintages = facts.vintages.get(commitment.id, [])
    is_made = commitment.promised_on.last <= facts.as_of
    return [
        vintage
        for vintage in vintages
        if not (is_made and vintage.said.last < commitment.promised_on.first)
        and _is_of_the_whole(vintage, commitment)
    ]


def _said_by_those_who_answer(commitment: Commitment, facts: Facts) -> list[Vintage]:
    answering = set(_with_parents((commitment.owner, *commitment.co_owners), facts.parents))
    return [
        vintage
        for vintage in _said(commitment, facts)
        if answering & bodies_of_office(vintage.office, facts.offices)
    ]


def _with_parents(bodies: tuple[str | None, ...], parents: Mapping[str, str]) -> Iterator[str]:
    for body in bodies:
        upwards, seen = body, set[str]()
        while upwards is not None and upwards not in seen:
            yield upwards
            seen.add(upwards)
            upwards = parents.get(upwards)


def _is_of_the_whole(vintage: Vintage, commitment: Commitment) -> bool:
    if vintage.value is None or commitment.target is None:
        return True
    is_other_quantity = bool(vintage.unit) and vintage.unit != commitment.unit
    return is_other_quantity or commitment.is_reached(vintage.value)
