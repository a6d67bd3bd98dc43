"""Brings a register database to the present schema, with its data."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

from transcaspian.errors import RegisterError
from transcaspian.register.query import MIGRATION_LOCK, lock_for_writing

__all__ = ["HEAD", "VERSIONS", "configure", "current_version", "upgrade"]

VERSIONS = ("0001", "0002", "0003")
HEAD = VERSIONS[-1]


def configure(connection: sa.Connection) -> Config:
    """Return Alembic's settings for a connection; there is no file of them."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def current_version(engine: sa.Engine) -> str:
    """Return the schema's version; empty where there is no register."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""


def upgrade(engine: sa.Engine, version: str = HEAD) -> None:
    """Run every migration up to a version in one transaction.

    Raises RegisterError where the database was made by a newer program.
    """
    with engine.connect() as plain:
        connection = plain.execution_options(is_writing=True)
        with connection.begin():
            # Several programs may open an old database at once: the first one migrates.
            lock_for_writing(connection, MIGRATION_LOCK)
            config = configure(connection)
            found = MigrationContext.configure(connection).get_current_revision()
            if found is not None and found not in VERSIONS:
                raise RegisterError(
                    f"The register database has schema {found!r}, this program knows up to {HEAD!r}. Install the newer program."
                )
            if found != version:
                command.upgrade(config, version)
