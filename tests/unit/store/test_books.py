# SPDX-License-Identifier: Apache-2.0
"""The books that tests are given are those that the migrations make."""

from pathlib import Path

from chain.store.db import connect
from chain.store.migrate import upgrade
from tests.books import new_book
from tests.postgres import Server

_TABLES = (
    "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns"
    " WHERE table_schema = current_schema() ORDER BY 1, ordinal_position"
)
_INDEXES = (
    "SELECT indexname, replace(indexdef, current_schema(), '') FROM pg_indexes"
    " WHERE schemaname = current_schema() ORDER BY 1"
)
_CONSTRAINTS = (
    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = current_schema()::regnamespace ORDER BY 1, 2"
)
_REVISION = "SELECT version_num FROM book_version"


def test_new_book__on_sqlite__is_what_the_migrations_make(tmp_path: Path) -> None:
    upgrade(tmp_path / "made.db")
    new_book(tmp_path / "given.db")
    whole = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name"
    assert _told(tmp_path / "given.db", whole, _REVISION) == _told(tmp_path / "made.db", whole, _REVISION)
    assert (tmp_path / "given.db").stat().st_mode & 0o077 == 0


def test_new_book__on_postgresql__is_what_the_migrations_make(postgres: Server) -> None:
    made, given = postgres.database(), postgres.database()
    upgrade(made)
    new_book(postgres.database())  # from which on they are made without the migrations
    new_book(given)
    asked = (_TABLES, _INDEXES, _CONSTRAINTS, _REVISION)
    told = _told(made, *asked)
    assert all(told)
    assert _told(given, *asked) == told


def _told(address: str | Path, *questions: str) -> list[object]:
    with connect(address) as db:
        return [db.all(question) for question in questions]
