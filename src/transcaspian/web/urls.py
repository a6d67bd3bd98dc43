"""Every address of the application, in one place."""

from collections.abc import Mapping
from urllib.parse import quote, urlencode

__all__ = [
    "OVERVIEW",
    "REGISTER",
    "SECTIONS",
    "compare",
    "promise",
    "register_page",
    "run_page",
    "static",
    "with_query",
]

OVERVIEW = "/"
REGISTER = "/register"
# Sections of a run in the order of the navigation.
SECTIONS = ("map", "power", "freight", "crossing", "projects", "funds", "assumptions")


def run_page(run: str, *parts: str) -> str:
    """Return the address of a page of a run: `run_page("a", "projects", "X")`."""
    return "/" + "/".join(quote(part, safe="") for part in ("runs", run, *parts))


def register_page(name: str) -> str:
    """Return the address of a list of the register: slips, contradictions, due, history."""
    return f"{REGISTER}/{quote(name, safe='')}"


def promise(key: str) -> str:
    """Return the address of one thing in the register."""
    return f"{REGISTER}/show/{quote(key, safe='')}"


def compare(*runs: str) -> str:
    """Return the address that compares runs."""
    return with_query("/compare", {"runs": ",".join(runs)} if runs else {})


def static(name: str) -> str:
    """Return the address of a file that the pages load."""
    return f"/static/{name}"


def with_query(path: str, query: Mapping[str, str]) -> str:
    """Return the path with its query; values that are empty are left out."""
    kept = {name: value for name, value in query.items() if value != ""}
    return f"{path}?{urlencode(kept)}" if kept else path
