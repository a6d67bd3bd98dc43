"""A change can say which earlier one it undoes."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column with its reference."""
    # Written out: Alembic would rebuild the table on SQLite, and dropping a table that others
    # refer to is refused while foreign keys are checked.
    op.execute("ALTER TABLE changes ADD COLUMN undoes INTEGER REFERENCES changes (change_id)")


def downgrade() -> None:
    """Facts are never lost: there is no way back but a copy of the database."""
    raise NotImplementedError
