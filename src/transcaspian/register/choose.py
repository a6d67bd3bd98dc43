"""Choosing promises: by body, state, field, instrument, indicator, project or quarter."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from transcaspian.errors import InputError, NotFoundError
from transcaspian.register.columns import FIELDS
from transcaspian.register.edtf import parse_date
from transcaspian.register.naming import country_of, resolve_key
from transcaspian.register.tables import Register, make_register

__all__ = ["choose_promises", "only_of", "read_quarter", "span_of"]

# A body and the compiler of its figures may share a name: the body is meant.
SUBJECTS = ("commitments", "bodies", "instruments", "indicators", "projects")


def choose_promises(register: Register, subject: str) -> Register:
    """Return the register with the promises of a subject only; all for an empty subject.

    A body owns or co-owns its promises; a state those of its bodies. NotFoundError names what a
    subject may be.
    """
    if not subject:
        return register
    if subject in FIELDS:
        return _keep(register, pl.col("field") == subject)
    country = country_of(register, subject)
    key = resolve_key(register, subject, SUBJECTS)
    if country is not None and not _is_known(register, key):
        return _keep(register, _owned_by(_bodies_of(register, country)))
    for table, mask in (
        ("commitments", pl.col("id") == key),
        ("bodies", _owned_by([key])),
        ("instruments", pl.col("instrument") == key),
        ("indicators", pl.col("indicator") == key),
        ("projects", pl.col("id").is_in(_linked_to(register, key))),
    ):
        if key in set(register[table]["id"]):
            return _keep(register, mask)
    if subject in set(register["compilers"]["code"]):
        return _keep(register, pl.col("compilers").str.split(";").list.contains(subject))
    raise NotFoundError(
        f"{subject!r} is neither a body, a state, a field, an instrument, a promise, an indicator, "
        f"a project nor a quarter (2026-Q4). Fields are {', '.join(FIELDS)}."
    )


def only_of(register: Register, owner: str = "", country: str = "") -> Register:
    """Return the register with the promises of an owner and of a state only; empty for any."""
    if owner:
        body = resolve_key(register, owner, ("bodies",))
        if body not in set(register["bodies"]["id"]):
            raise NotFoundError(f"There is no body {owner!r}. `register list bodies` shows them.")
        register = _keep(register, _owned_by([body]))
    if country:
        code = country_of(register, country)
        if code is None:
            raise NotFoundError(
                f"No body of the register belongs to {country!r}; write an ISO code (AZ) or a name."
            )
        register = _keep(register, _owned_by(_bodies_of(register, code)))
    return register


def read_quarter(text: str) -> tuple[date, date]:
    """Return first and last day of a quarter (2026-Q4, Q4 2026, 2026-36)."""
    span = span_of(text)
    if span is None:
        raise InputError(f"{text!r} is no quarter; write 2026-Q4.")
    return span


def span_of(text: str) -> tuple[date, date] | None:
    """Return the days of a quarter in words or EDTF; None for any other text."""
    try:
        found = parse_date(text)
    except InputError:
        return None
    first, last = found.first, found.last
    is_quarter = (
        first.day == 1
        and first.month % 3 == 1
        and (last.year, last.month) == (first.year, first.month + 2)
    )
    return (first, last) if is_quarter else None


def _keep(register: Register, mask: pl.Expr) -> Register:
    commitments = register["commitments"].filter(mask.fill_null(False))
    return make_register(dict(register.tables) | {"commitments": commitments})


def _owned_by(bodies: Sequence[str]) -> pl.Expr:
    wanted = list(bodies)
    co_owned = pl.col("co_owners").str.split(";").list.set_intersection(pl.lit(wanted)).list.len()
    return pl.col("owner").is_in(wanted).fill_null(False) | (co_owned > 0).fill_null(False)


def _bodies_of(register: Register, country: str) -> list[str]:
    rows = register["bodies"].select("id", "countries").iter_rows()
    return [body for body, countries in rows if country in (countries or "").split(";")]


def _linked_to(register: Register, key: str) -> list[str]:
    return register["links"].filter(pl.col("object") == key)["subject"].to_list()


def _is_known(register: Register, key: str) -> bool:
    return any(key in set(register[name]["id"]) for name in SUBJECTS)
