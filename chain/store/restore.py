# SPDX-License-Identifier: Apache-2.0
"""Bring a book back from a backup, into an empty database of either kind."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from chain.store import schema
from chain.store.address import parse
from chain.store.archive import Archive, Manifest
from chain.store.db import Db, Row, Value, connect
from chain.store.errors import AlreadyThere, BackupDamaged, BackupUnusable, RowRefused, StoreNotEmpty
from chain.store.migrate import upgrade

_COLUMNS = {
    "sqlite": "SELECT name, type FROM pragma_table_info(?)",
    "postgresql": "SELECT column_name, data_type FROM information_schema.columns"
    " WHERE table_schema = current_schema() AND table_name = ? ORDER BY ordinal_position",
}
_DEFER = {"sqlite": "PRAGMA defer_foreign_keys = ON", "postgresql": "SET CONSTRAINTS ALL DEFERRED"}


def restore(file: Path, address: str | Path) -> Manifest:
    """Fill an empty book, or a new one, with what a backup holds; what that is.

    All of the backup is checked before anything is written, and written in one transaction, which counts what it wrote;
    then the book is brought to this software's revision. Raises BackupError, StoreNotEmpty and other StoreErrors.
    """
    try:
        with file.open("rb") as stream:
            archive = Archive(stream, str(file))
            for table in archive.manifest.tables:
                for _ in archive.rows(table):
                    pass
            _refuse_a_used_book(address, archive.manifest.revision)
            upgrade(address, to=archive.manifest.revision)
            _fill(archive, address)
    except OSError as error:
        raise BackupUnusable(file=str(file), why=error.strerror or type(error).__name__) from None
    upgrade(address)
    return archive.manifest


def _refuse_a_used_book(address: str | Path, revision: str) -> None:
    path = parse(address).path
    if path is not None and not path.exists():
        return
    with connect(address) as db:
        found = schema.revision(db)
        if found == revision:
            _refuse_rows(db, revision)
        elif found is not None:
            raise StoreNotEmpty(store=db.store, table=schema.VERSION_TABLE)


def _refuse_rows(db: Db, revision: str) -> None:
    for table in schema.TABLES[revision]:
        if db.one(f'SELECT 1 FROM "{table}" LIMIT 1'):
            raise StoreNotEmpty(store=db.store, table=table)


def _fill(archive: Archive, address: str | Path) -> None:
    try:
        with connect(address) as db, db.transaction():
            _refuse_rows(db, archive.manifest.revision)
            db.execute(_DEFER[db.dialect])  # submissions and carriers name each other
            for table in archive.manifest.tables:
                _insert(db, archive, table)
    except (RowRefused, AlreadyThere) as error:
        raise BackupDamaged(file=archive.name, why=str(error.arguments.get("why") or error.arguments["rule"])) from None


def _insert(db: Db, archive: Archive, table: str) -> None:
    told = archive.manifest.tables[table]
    kinds: dict[str, str] = dict(db.all(_COLUMNS[db.dialect], (table,)))
    if tuple(kinds) != told.columns:
        raise BackupDamaged(file=archive.name, why=f"the columns of {table} are not those of its revision")
    read = [_READ[kind.lower()] for kind in kinds.values()]
    rows = (_values(archive, table, row, read) for row in archive.rows(table))
    db.insert(table, told.columns, rows)
    if db.one(f'SELECT count(*) FROM "{table}"') != (told.rows,):
        raise BackupDamaged(file=archive.name, why=f"{table} has not its {told.rows} rows after all")
    if db.dialect == "postgresql":
        _go_on_counting(db, table, told.columns)


def _go_on_counting(db: Db, table: str, columns: tuple[str, ...]) -> None:
    """Let numbers that PostgreSQL gives out begin after those that are there; SQLite does so by itself."""
    for column in columns:
        if db.one("SELECT pg_get_serial_sequence(?, ?)", (table, column)) != (None,):
            db.all(
                f'SELECT setval(pg_get_serial_sequence(?, ?), max("{column}")) FROM "{table}" HAVING count(*) > 0',
                (table, column),
            )


def _values(archive: Archive, table: str, row: Row, read: list[Callable[[Any], Value]]) -> list[Value]:
    try:
        return [None if value is None else convert(value) for convert, value in zip(read, row, strict=True)]
    except (TypeError, ValueError) as error:
        raise BackupDamaged(file=archive.name, why=f"a row of {table}: {error}") from None


def _number(value: Any) -> int:
    if type(value) is not int:
        raise TypeError("no number where one belongs")
    return value


def _text(value: Any) -> str:
    if type(value) is not str:
        raise TypeError("no text where one belongs")
    return value


_READ: dict[str, Callable[[Any], Value]] = {
    "integer": _number,
    "bigint": _number,
    "text": _text,
    "blob": bytes.fromhex,
    "bytea": bytes.fromhex,
}
