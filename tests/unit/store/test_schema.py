# SPDX-License-Identifier: Apache-2.0
"""The book's tables: made by migrations, declared by SQLModel, checked when a part starts; these agree."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Inspector

from chain.store import migrate, migrating, schema
from chain.store.book import Book
from chain.store.db import Db, connect
from chain.store.errors import RowRefused, SchemaTooNew, SchemaTooOld, StoreBusy
from chain.store.migrate import upgrade
from chain.store.private import make_private
from chain.store.words import CarrierState, ProposalState, SubmissionState
from tests.postgres import Server
from tests.unit.store.rows import NEW, count, hashed, history, queue, submission

HEAVY = {"psycopg", "sqlalchemy", "sqlmodel", "alembic", "pydantic", "web3", "fastapi"}
MODULES = 60
"""What a start costs grows with what it loads, which unlike its time is the same on every machine."""


@contextmanager
def alchemy(address: str) -> Iterator[Connection]:
    """SQLAlchemy's own connection, made without ours."""
    url = address.replace("sqlite://", "sqlite:///").replace("postgresql://", "postgresql+psycopg://")
    engine = sqlalchemy.create_engine(url)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def shape(connection: Connection) -> dict[str, Any]:
    """All that the database knows of the tables, in an order of ours."""
    seen: Inspector = sqlalchemy.inspect(connection)
    told: dict[str, Any] = {}
    for table in set(seen.get_table_names()) - {schema.VERSION_TABLE}:
        told[table] = {
            "columns": {
                column.pop("name"): {**column, "type": str(column["type"])}
                for column in map(dict, seen.get_columns(table))
            },
            "primary key": seen.get_pk_constraint(table),
            "foreign keys": sorted(map(str, seen.get_foreign_keys(table))),
            "unique": sorted(map(str, seen.get_unique_constraints(table))),
            "checks": sorted(map(str, seen.get_check_constraints(table))),
            "indexes": sorted(map(plain_index, seen.get_indexes(table))),
            "options": seen.get_table_options(table),
        }
    return told


def plain_index(index: Any) -> str:
    options = {name: str(value) for name, value in index.get("dialect_options", {}).items()}
    return str({**index, "dialect_options": options})


def test_migrations__and_declarations__make_the_same_tables(
    book: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    server: Server | None = None if book.startswith("sqlite") else request.getfixturevalue("postgres")
    declared = f"sqlite://{tmp_path}/declared.db" if server is None else server.database()
    with alchemy(declared) as connection:
        Book.metadata.create_all(connection)
        expected = shape(connection)
    with alchemy(book) as connection:
        assert shape(connection) == expected
        context = MigrationContext.configure(
            connection, opts={"version_table": schema.VERSION_TABLE, "compare_type": True}
        )
        assert compare_metadata(context, Book.metadata) == []
    assert all(expected[table]["checks"] for table in ("submission", "carrier", "block", "block_item"))
    assert len(expected["submission"]["foreign keys"]) == len(expected["carrier"]["foreign keys"]) == 1


def test_strict__on_sqlite__is_said_of_every_table(tmp_path: Path) -> None:
    upgrade(tmp_path / "book.db")
    with connect(tmp_path / "book.db") as db:
        names = db.all("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 1")
    assert {name for (name,) in names} == set(schema.TABLES[schema.REVISION])


def test_revisions__that_parts_check__are_those_of_the_migrations() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    scripts = ScriptDirectory.from_config(config)
    assert tuple(reversed([script.revision for script in scripts.walk_revisions()])) == schema.REVISIONS
    assert scripts.get_heads() == [schema.REVISION]


def test_tables__of_the_present_revision__are_the_declared_ones_parents_first() -> None:
    tables = schema.TABLES[schema.REVISION]
    assert set(tables) == set(Book.metadata.tables)
    for table in Book.metadata.tables.values():
        for key in table.foreign_keys:
            if not key.deferrable:
                assert tables.index(key.column.table.name) < tables.index(table.name)


def test_names__of_keys_and_indexes__follow_the_rule() -> None:
    for table in Book.metadata.tables.values():
        for index in table.indexes:
            if index.unique:
                assert index.name == "_".join(["uq", table.name, *(column.name for column in index.columns)])
        for rule in table.constraints:
            kind, _, rest = str(rule.name).partition("_")
            assert kind in ("pk", "uq", "ck", "fk")
            assert rest.startswith(table.name)


def test_states__of_the_vocabulary__are_those_the_tables_admit(db: Db) -> None:
    queue(db, "a")
    for state in SubmissionState:
        known = "carrier = ?, block = 1, error = '{}'"
        with db.transaction():
            db.execute(
                "INSERT INTO carrier VALUES (?, 'r', ?, NULL, ?, 'dead')", (hashed(len(state)), len(state), b"raw")
            )
            assert db.execute(f"UPDATE submission SET state = ?, {known}", (state, hashed(len(state)))) == 1
    for fate in CarrierState:
        assert db.execute("UPDATE carrier SET state = ? WHERE nonce = 4", (fate,)) == 1


# ---------------------------------------------------------------- upgrades


def test_upgrade__twice__changes_nothing_the_second_time(book: str) -> None:
    with connect(book) as db:
        history(db, 8)
        upgrade(book)
        assert count(db) == 8
        schema.check(db)


def test_upgrade__that_fails_at_its_end__leaves_no_table_behind(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = command.upgrade

    def fails(config: Config, revision: str) -> None:
        whole(config, revision)
        raise MemoryError

    monkeypatch.setattr(command, "upgrade", fails)
    with pytest.raises(MemoryError):
        upgrade(empty)
    monkeypatch.undo()
    with connect(empty) as db:
        assert schema.revision(db) is None
    with alchemy(empty) as connection:
        assert sqlalchemy.inspect(connection).get_table_names() == []
    upgrade(empty)


def test_upgrade__by_three_processes_at_once__is_done_once(empty: str) -> None:
    code = "import sys; from chain.store.migrate import upgrade; upgrade(sys.argv[1])"
    started = [
        subprocess.Popen([sys.executable, "-c", code, empty], stderr=subprocess.PIPE, text=True) for _ in range(3)
    ]
    assert [(process.communicate()[1], process.returncode) for process in started] == [("", 0)] * 3
    with connect(empty) as db:
        schema.check(db)


def test_upgrade__while_another_holds_the_book__is_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrating, "PATIENCE", 0.2)
    path = tmp_path / "book.db"
    make_private(path)
    with connect(path) as db, db.transaction(), pytest.raises(StoreBusy):
        upgrade(path)


def test_upgrade__of_a_book_with_proposals__keeps_them_and_tells_places_their_state(empty: str) -> None:
    upgrade(empty, "0004")
    columns = "(participant, officer, operation, message, about, details, state, deadline, submission, created_at)"
    states = ("open", "submitted", "declined", "withdrawn")
    with connect(empty) as db:
        (sent,) = queue(db, "sent")
        for state in states:
            told = (b"octets", state, sent if state == "submitted" else None)
            db.execute(f"INSERT INTO proposal {columns} VALUES (10, 1, 'Issue', ?, 'a', '{{}}', ?, 9, ?, 5)", told)
        for number in range(1, 5):
            db.execute("INSERT INTO place VALUES (?, 'signer', 10, 1, '0xabc', ?, 5)", (number, b"signed"))
            db.execute("INSERT INTO place VALUES (?, 'checker', 10, 2, NULL, NULL, NULL)", (number,))
        kept = "SELECT * FROM proposal ORDER BY id"
        places = "SELECT proposal, name, participant, officer, account, signature, signed_at FROM place ORDER BY 1, 2"
        before = db.all(kept), db.all(places)
    upgrade(empty)
    with connect(empty) as db:
        assert (db.all(kept), db.all(places)) == before
        told_states = "SELECT DISTINCT proposal, state FROM place ORDER BY proposal"
        assert db.all(told_states) == list(enumerate(states, 1))
        db.execute("UPDATE proposal SET state = 'void' WHERE id = 1")
        assert db.all(told_states)[0] == (1, "void"), "wherever it is changed"
        another = f"INSERT INTO proposal {columns} VALUES (10, 1, 'Issue', ?, 'a', '', 'open', 9, NULL, 5) RETURNING id"
        made = db.one(another, (b"",))
        assert made == (5,)


def test_states__of_proposals__are_those_the_table_admits(db: Db) -> None:
    history(db, 1)
    for state in ProposalState:
        assert db.execute("UPDATE proposal SET state = ?, submission = 1", (state,)) == 1
        assert db.all("SELECT DISTINCT state FROM place") == [(state,)]
    with pytest.raises(RowRefused):
        db.execute("UPDATE proposal SET state = 'over'")
    with pytest.raises(RowRefused):
        db.execute("UPDATE place SET state = 'open'")


# ---------------------------------------------------------------- checks


def test_check__present_revision__is_content(db: Db) -> None:
    schema.check(db)


def test_check__no_tables__is_too_old(empty: str) -> None:
    if empty.startswith("sqlite"):
        make_private(Path(empty.removeprefix("sqlite://")))
    with connect(empty) as db, pytest.raises(SchemaTooOld) as refused:
        schema.check(db)
    assert (refused.value.arguments["found"], refused.value.arguments["expected"]) == ("none", schema.REVISION)


def test_check__revision_of_older_software__is_too_old(db: Db, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "REVISIONS", (*schema.REVISIONS, "9999"))
    monkeypatch.setattr(schema, "REVISION", "9999")
    with pytest.raises(SchemaTooOld) as refused:
        schema.check(db)
    assert refused.value.arguments["found"] == schema.REVISIONS[-2]


def test_check_and_upgrade__revision_of_newer_software__is_too_new_and_untouched(book: str) -> None:
    with connect(book) as db:
        db.execute(f"UPDATE {schema.VERSION_TABLE} SET version_num = '9999'")
        with pytest.raises(SchemaTooNew):
            schema.check(db)
        with pytest.raises(SchemaTooNew):
            upgrade(book)
        assert schema.revision(db) == "9999"


# ---------------------------------------------------------------- speed


@pytest.mark.parametrize(
    ("sql", "index"),
    [
        ("SELECT id FROM submission WHERE state = 'queued' ORDER BY id LIMIT 250", "ix_submission_queued"),
        ("SELECT id FROM submission WHERE state = 'sent' ORDER BY id", "ix_submission_sent"),
        ("SELECT id FROM submission WHERE state = 'on chain' AND id > 5 ORDER BY id", "ix_submission_on_chain"),
        ("SELECT id FROM submission WHERE state = 'refused' ORDER BY id DESC LIMIT 1", "ix_submission_refused"),
        ("SELECT COUNT(*) FROM submission WHERE state = 'refused'", "ix_submission_refused"),
        ("SELECT id FROM submission WHERE carrier = x'00'", "ix_submission_carrier"),
        ("SELECT hash FROM carrier WHERE state = 'pending' ORDER BY relay, nonce", "ix_carrier_pending"),
        ("SELECT max(nonce) FROM carrier WHERE relay = 'r' AND state <> 'dead'", "uq_carrier_relay_nonce"),
        ("SELECT number, timestamp FROM block WHERE hash IS NULL ORDER BY number LIMIT 1", "ix_block_planned"),
    ],
)
def test_question__of_the_hot_path__reads_its_index_not_the_table(tmp_path: Path, sql: str, index: str) -> None:
    upgrade(tmp_path / "book.db")
    with connect(tmp_path / "book.db") as db:
        db.executemany(NEW, [submission(f"{number}") for number in range(100)])
        plan = " ".join(str(step) for *_, step in db.all(f"EXPLAIN QUERY PLAN {sql}"))
    assert index in plan
    assert "TEMP B-TREE" not in plan


def test_import__of_the_thin_layer__loads_no_driver_no_orm_and_little_else() -> None:
    names = "chain.store.db, chain.store.schema, chain.store.sqlite, chain.store.words"
    code = f"import sys; before = set(sys.modules); import {names}; print(*(set(sys.modules) - before))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {name.partition(".")[0] for name in told} & HEAVY
    assert len(told) <= MODULES, told
