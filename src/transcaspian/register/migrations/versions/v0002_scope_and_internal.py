"""Observations of a part get a scope of their own; rows can be marked internal."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MARKED = (
    "bodies",
    "instruments",
    "compilers",
    "indicators",
    "commitments",
    "observations",
    "forecasts",
    "evidence",
    "links",
    "projects",
    "funds",
    "culture_days",
)


def upgrade() -> None:
    """Add both columns; put the empty scope into the keys of observations."""
    for name in MARKED:
        op.add_column(
            name, sa.Column("internal", sa.Boolean, nullable=False, server_default=sa.false())
        )
    for name in ("commitments", "observations"):
        op.add_column(name, sa.Column("scope", sa.Text))
    observations = sa.table(
        "observations",
        *(
            sa.column(name)
            for name in ("entity", "indicator", "period", "kind", "compiler", "known_on")
        ),
    )
    key: sa.ColumnElement[str] = observations.c.indicator
    for name in ("period", "kind", "compiler"):
        key = key.concat("|").concat(observations.c[name])
    # Between the compiler and the day stands the scope, empty for all rows so far.
    op.execute(
        observations.update().values(entity=key.concat("||").concat(observations.c.known_on))
    )


def downgrade() -> None:
    """Facts are never lost: there is no way back but a copy of the database."""
    raise NotImplementedError
