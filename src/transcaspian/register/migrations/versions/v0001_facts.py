"""Append-only facts and the changes that entered them.

The columns are written out: a migration must build the schema of its day, whatever the registry
says later.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_NUMBERS = {"target", "baseline", "value", "cost_musd", "size"}
_TAIL = "known_on source confidence note"
TABLES = {
    "sources": "key title publisher address date licence note",
    "bodies": f"id short name countries kind role parent rhythm {_TAIL}",
    "instruments": f"id title kind parties signed_on field state ends_on parent {_TAIL}",
    "compilers": "code name side body note",
    "indicators": f"id name unit field direction frequency definition compilers caveat {_TAIL}",
    "commitments": (
        "id instrument title owner co_owners field kind measure promised_on due target unit direction"
        f" baseline baseline_on indicator compilers path recurrence {_TAIL}"
    ),
    "observations": f"indicator period value unit kind compiler {_TAIL}",
    "forecasts": f"subject said_on due value unit office {_TAIL}",
    "evidence": f"commitment happened_on kind what {_TAIL}",
    "links": f"subject relation object {_TAIL}",
    "projects": (
        "id name sector parties shares cost_musd cost_note size size_unit start finish_planned"
        f" finish_actual state joint_fund instrument {_TAIL}"
    ),
    "funds": f"id vehicle fact value unit as_of {_TAIL}",
    "culture_days": f"id year guest host cities start end level {_TAIL}",
}
INDEXES = {
    "commitments": ("instrument", "owner"),
    "observations": ("indicator",),
    "forecasts": ("subject",),
    "evidence": ("commitment",),
    "links": ("subject", "object"),
}


def upgrade() -> None:
    """Make the table of changes and one table for every kind of fact."""
    op.create_table(
        "changes",
        sa.Column("change_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("entered_at", sa.String(32), nullable=False),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    for name, columns in TABLES.items():
        op.create_table(
            name,
            sa.Column("row_id", sa.Integer, primary_key=True, autoincrement=True),
            sa.Column("entity", sa.Text, nullable=False),
            sa.Column("revision", sa.Integer, nullable=False),
            sa.Column("change_id", sa.Integer, sa.ForeignKey("changes.change_id"), nullable=False),
            sa.Column("retracted", sa.Boolean, nullable=False, server_default=sa.false()),
            *(sa.Column(column, _kind(name, column)) for column in columns.split()),
            sa.UniqueConstraint("entity", "revision", name=f"uq_{name}_entity_revision"),
            sqlite_autoincrement=True,
        )
        op.create_index(f"ix_{name}_change_id", name, ["change_id"])
        for column in INDEXES.get(name, ()):
            op.create_index(f"ix_{name}_{column}", name, [column])


def _kind(table: str, column: str) -> sa.types.TypeEngine[Any]:
    if column == "year":
        return sa.Integer()
    is_number = column in _NUMBERS and (table, column) != ("funds", "value")
    return sa.Double() if is_number else sa.Text()


def downgrade() -> None:
    """Facts are never lost: there is no way back but a copy of the database."""
    raise NotImplementedError
