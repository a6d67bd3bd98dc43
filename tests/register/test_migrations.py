"""Every earlier schema reaches the present one with its data."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from tests.register.examples import make
from transcaspian.errors import RegisterError
from transcaspian.register.migrate import HEAD, VERSIONS, configure, current_version, upgrade
from transcaspian.register.query import column_names
from transcaspian.register.record import record_rows, undo
from transcaspian.register.schema import METADATA
from transcaspian.register.store import Store, find_address, open_store
from transcaspian.register.store import _make_engine as make_engine

NEWER_COLUMNS = {"0001": {"internal", "scope"}, "0002": set(), "0003": set()}


def fill(engine: sa.Engine, version: str) -> None:
    """Write one small register by the SQL of its day."""
    register = make(
        observations=[
            {
                "indicator": "ind",
                "period": "2024",
                "value": "4.0",
                "unit": "Mt",
                "kind": "actual",
                "compiler": "A",
                "known_on": "2025-03-01",
                "source": "page",
                "confidence": "reported",
                "note": "Ünïcode; 'quoted'",
            }
        ]
    )
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO changes (entered_at, author, action, message) VALUES ('2024-01-01T00:00:00.000000+00:00', 'Analyst', 'import', 'First')"
            )
        )
        for name in ("sources", "compilers", "indicators", "commitments", "observations"):
            columns = [
                column for column in column_names(name) if column not in NEWER_COLUMNS[version]
            ]
            quoted = ", ".join(f'"{column}"' for column in columns)
            marks = ", ".join(f":{column}" for column in columns)
            for row in register[name].iter_rows(named=True):
                key = old_key(name, row, version)
                statement = f"INSERT INTO {name} (entity, revision, change_id, {quoted}) VALUES (:entity_key, 1, 1, {marks})"
                connection.execute(
                    sa.text(statement),
                    {"entity_key": key, **{column: row[column] for column in columns}},
                )


def old_key(name: str, row: dict[str, object], version: str) -> str:
    if name != "observations":
        return str(row["code" if name == "compilers" else "key" if name == "sources" else "id"])
    scope = "|" if version != "0001" else ""
    return f"{row['indicator']}|{row['period']}|{row['kind']}|{row['compiler']}{scope}|{row['known_on']}"


@pytest.fixture
def engine(address: str):  # type: ignore[no-untyped-def]
    made = make_engine(find_address(address))
    yield made
    made.dispose()


def test_the_list_of_versions_is_whole(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        scripts = ScriptDirectory.from_config(configure(connection))
        assert tuple(sorted(script.revision for script in scripts.walk_revisions())) == VERSIONS
        assert scripts.get_current_head() == HEAD == VERSIONS[-1]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_database_of_every_version_is_opened_with_its_data(
    engine: sa.Engine, version: str, address: str
) -> None:
    upgrade(engine, version)
    fill(engine, version)
    with open_store(address) as store:
        register = store.read()
        assert current_version(store.engine) == HEAD
        row = register["observations"].row(0, named=True)
        assert (row["value"], row["note"], row["scope"], row["internal"]) == (
            4.0,
            "Ünïcode; 'quoted'",
            None,
            False,
        )
        assert [entry.author for _, entry in store.history("ind|2024|actual|A||2025-03-01")] == [
            "Analyst"
        ]
        assert register["commitments"].height == 1


def test_an_old_database_takes_new_rows_and_undoes_them(engine: sa.Engine, address: str) -> None:
    upgrade(engine, "0001")
    fill(engine, "0001")
    with open_store(address) as store:
        row = {
            "indicator": "ind",
            "period": "2024",
            "value": "5.0",
            "unit": "Mt",
            "kind": "actual",
            "compiler": "A",
            "known_on": "2025-03-01",
            "source": "page",
            "confidence": "reported",
        }
        record_rows(store, "observations", [row], "Analyst")
        assert store.read()["observations"]["value"].to_list() == [5.0]
        undo(store, "Analyst")
        assert store.read()["observations"]["value"].to_list() == [4.0]


def test_migrations_build_what_the_registry_says(engine: sa.Engine) -> None:
    upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_a_database_of_a_newer_program_is_refused_and_left_alone(
    engine: sa.Engine, address: str
) -> None:
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(RegisterError, match="newer program"):
        open_store(address)
    assert current_version(engine) == "9999"


def test_a_migration_that_fails_leaves_the_old_schema_whole(
    engine: sa.Engine, address: str
) -> None:
    upgrade(engine, "0001")
    fill(engine, "0001")
    with engine.begin() as connection:
        # A column of that name is in the way of the second migration.
        connection.execute(sa.text("ALTER TABLE observations ADD COLUMN scope TEXT"))
    with pytest.raises(RegisterError):
        open_store(address)
    assert current_version(engine) == "0001"
    with engine.connect() as connection:
        assert "internal" not in {
            column["name"] for column in sa.inspect(connection).get_columns("bodies")
        }


def test_opening_the_same_database_again_migrates_nothing(engine: sa.Engine, address: str) -> None:
    upgrade(engine)
    store = open_store(address)
    assert isinstance(store, Store)
    store.close()
