"""All tables of a case, by name: what `columns_*.py` list, gathered."""

from collections.abc import Mapping
from types import MappingProxyType

from transcaspian.case import (
    columns_access,
    columns_adequacy,
    columns_crossing,
    columns_economy,
    columns_finance,
    columns_freight,
    columns_power,
    columns_projects,
    columns_routes,
)
from transcaspian.case.columns import Table

TABLES: Mapping[str, Table] = MappingProxyType(
    {
        table.name: table
        for module in (
            columns_economy,
            columns_power,
            columns_adequacy,
            columns_freight,
            columns_routes,
            columns_access,
            columns_crossing,
            columns_projects,
            columns_finance,
        )
        for table in module.TABLES
    }
)


def static_tables() -> list[Table]:
    """Return the tables that a year view has under their own name."""
    return [table for table in TABLES.values() if not table.yearly_of]


def yearly_table(name: str) -> Table | None:
    """Return the table that holds the columns of `name` which change by year, if there is one."""
    for table in TABLES.values():
        if table.yearly_of == name:
            return table
    return None


def view_column_kinds(name: str) -> dict[str, str]:
    """Return name → kind of every column that a year view's table has, except keys and sources."""
    table = TABLES[name]
    own: dict[str, str] = {
        column.name: column.kind for column in table.columns if column.name not in table.key
    }
    yearly = yearly_table(name)
    if yearly is None:
        return own
    return own | {
        column.name: column.kind for column in yearly.columns if column.name not in yearly.key
    }
