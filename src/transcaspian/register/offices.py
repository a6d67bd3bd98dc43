"""Offices as statements name them, and the bodies of the register that they are."""

import re
from collections.abc import Iterator, Mapping

import polars as pl

__all__ = ["bodies_of_office", "name_offices"]

STATES_IN_NAMES = {"Azerbaijan": "AZ", "Kazakhstan": "KZ"}


def name_offices(bodies: pl.DataFrame) -> dict[str, str]:
    """Return body by every name that statements use for it, in small letters.

    Key, short name and full name; a state in the full name may be said by its ISO code.
    """
    names: dict[str, str] = {}
    for key, short, name in bodies.select("id", "short", "name").iter_rows():
        for text in (key, short, name, *_with_codes(name)):
            names.setdefault(text.casefold(), key)
    return names


def _with_codes(name: str) -> Iterator[str]:
    for state, code in STATES_IN_NAMES.items():
        if re.search(rf"\b{state}\b", name):
            yield re.sub(rf"\b{state}\b", code, name)


def bodies_of_office(office: str, offices: Mapping[str, str]) -> set[str]:
    """Return the bodies that an office named in words is: several where they spoke together."""
    whole = offices.get(office.strip().casefold())
    if whole is not None:
        return {whole}
    parts = re.split(r"\s*(?:,|;|\band\b)\s*", office)
    return {found for part in parts if (found := offices.get(part.strip().casefold())) is not None}
