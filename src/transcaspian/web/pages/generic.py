"""Result tables under their own column names: titles and units read off the names, keys as names."""

from collections.abc import Callable, Mapping

import polars as pl

from transcaspian.report.worded import worded
from transcaspian.web.blocks import Column, Kind, Table
from transcaspian.web.language import Language
from transcaspian.web.pages.common import country_name, frame_table, project_name
from transcaspian.web.pages.crossing_names import port_names, resource_name, service_names
from transcaspian.web.runs import Run
from transcaspian.web.titles import column_title, table_title, unit_of
from transcaspian.web.view import View

__all__ = ["WORDS", "generic_column", "kind_of", "plain_table"]

# Columns whose values are words of ours.
WORDS = (
    "cargo", "confidence", "dimension", "field", "kind", "income_party", "member", "nature", "party", "payer", "rank",
    "receiver", "relation", "repayment", "sector", "state", "status",
)  # fmt: skip
PLAIN_WHOLES = ("hour", "month", "week")


def generic_column(name: str, dtype: pl.DataType, language: Language) -> Column:
    """Return how a column is shown, by its name and type."""
    return Column(name, column_title(language, name), unit_of(name), kind_of(name, dtype))


def kind_of(name: str, dtype: pl.DataType) -> Kind:
    """Return how a column under its own name is shown."""
    if name in WORDS:
        return "word"
    if dtype.is_integer():
        is_year = name == "year" or (name.endswith("_year") and not name.endswith("_per_year"))
        return "year" if is_year or name in PLAIN_WHOLES else "whole"
    return "number" if dtype.is_numeric() else "text"


def plain_table(run: Run, view: View, frame: pl.DataFrame, name: str) -> Table:
    """Return a result table under its own column names, things of the case under theirs."""
    columns = [
        generic_column(column, dtype, view.language) for column, dtype in frame.schema.items()
    ]
    namers = {
        column: (column, named)
        for column, named in _namers(run, view).items()
        if frame.schema.get(column) in (pl.String, pl.Categorical)
    }
    shown = worded(frame, **namers)
    title = table_title(view.language, name)
    return frame_table(run, view, shown, columns, key=name, title=title, of=name)


def _namers(run: Run, view: View) -> Mapping[str, Callable[[str], str]]:
    """Return column → how its keys are named for people."""
    names = run.names
    ports, services = port_names(run, view), service_names(run, view)
    vessels: dict[str, str] = dict(
        run.case.tables["crossing/vessels"].select("vessel", "name").iter_rows()
    )

    def project(key: str) -> str:
        return project_name(run, view, key)

    def port(key: str) -> str:
        return ports.get(key, key)

    def zone(key: str) -> str:
        return view.name(names.bus(key))

    def country(key: str) -> str:
        return country_name(run, view, key)

    return {
        **dict.fromkeys(("project", "run", "package", "other"), project),
        **dict.fromkeys(("port", "port0", "port1"), port),
        **dict.fromkeys(("bus", "bus0", "bus1"), zone),
        **dict.fromkeys(("country", "payer_country", "receiver_country"), country),
        "carrier": lambda key: view.name(names.carriers.get(key, key)),
        "commodity": lambda key: view.name(names.commodity(key)),
        "resource": lambda key: resource_name(view, key),
        "vessel": lambda key: view.name(vessels.get(key, key)),
        "service": lambda key: services.get(key, key),
        "route": lambda key: view.name(names.route(key)),
    }
