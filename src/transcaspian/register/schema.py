"""The database tables of the register, made from the column registry.

Facts are only ever appended. A row's `entity` is its key; a correction is a new row of the same
entity with the next `revision`, a deletion one with `retracted`. The unique pair of the two is
what keeps two writers from overwriting each other. `tests/register/test_migrations.py` holds
this to what the migrations build.
"""

from typing import Any

import sqlalchemy as sa

from transcaspian.case.columns import Column, Table
from transcaspian.register.columns import TABLES

__all__ = ["CHANGES", "FACTS", "INDEXED", "METADATA"]

METADATA = sa.MetaData()

CHANGES = sa.Table(
    "changes",
    METADATA,
    sa.Column("change_id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("entered_at", sa.String(32), nullable=False),  # UTC, ISO 8601 with microseconds
    sa.Column("author", sa.String(200), nullable=False),
    sa.Column("action", sa.String(20), nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("undoes", sa.Integer, sa.ForeignKey("changes.change_id"), nullable=True),
    sqlite_autoincrement=True,
)

# Columns that pages and briefs select by.
INDEXED = {
    "commitments": ("instrument", "owner"),
    "observations": ("indicator",),
    "forecasts": ("subject",),
    "evidence": ("commitment",),
    "links": ("subject", "object"),
}
_TYPES: dict[str, type[sa.types.TypeEngine[Any]]] = {
    "text": sa.Text,
    "float": sa.Double,
    "int": sa.Integer,
    "bool": sa.Boolean,
}


def _data_column(column: Column) -> sa.Column[Any]:
    default = sa.false() if column.kind == "bool" else None
    return sa.Column(
        column.name, _TYPES[column.kind](), nullable=column.kind != "bool", server_default=default
    )


def _make(table: Table) -> sa.Table:
    return sa.Table(
        table.name,
        METADATA,
        sa.Column("row_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("entity", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column(
            "change_id", sa.Integer, sa.ForeignKey("changes.change_id"), nullable=False, index=True
        ),
        sa.Column("retracted", sa.Boolean, nullable=False, server_default=sa.false()),
        *(_data_column(column) for column in table.all_columns()),
        sa.UniqueConstraint("entity", "revision", name=f"uq_{table.name}_entity_revision"),
        *(sa.Index(f"ix_{table.name}_{name}", name) for name in INDEXED.get(table.name, ())),
        sqlite_autoincrement=True,
    )


FACTS = {name: _make(table) for name, table in TABLES.items()}
