# SPDX-License-Identifier: Apache-2.0
"""A database in an SQLite file: write-ahead log, foreign keys on, one writer at a time, readers in nobody's way."""

import re
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from chain.store.address import StoreAddress
from chain.store.db import Db, Row, Value
from chain.store.disk import full
from chain.store.errors import (
    AlreadyThere,
    RowRefused,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreMissing,
    StoreUnavailable,
)

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}
_UNAVAILABLE = {
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_NOMEM,
}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_REFUSED = {sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_MISMATCH}
_KEYS = {sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY: "pk", sqlite3.SQLITE_CONSTRAINT_ROWID: "pk"}
_KEYS[sqlite3.SQLITE_CONSTRAINT_UNIQUE] = "uq"
_TICK = 0.002  # seconds that SQLite itself waits for a lock, asking ever less often; asking anew is fairer to who waits
_BOOK_CACHE, _MIRROR_CACHE = 2_000, 32_000  # KiB of pages in memory: the mirror's keys come in no order
_LOG_LIMIT = 64 << 20  # bytes that the write-ahead log keeps after a long reader let it grow


class SqliteDb(Db):
    """A connection to an SQLite file that exists."""

    dialect = "sqlite"
    faults = (sqlite3.Error, OverflowError)

    def __init__(self, place: StoreAddress, durable: bool, patience: float) -> None:
        """Open it. Raises StoreMissing, StoreUnavailable, StoreBusy, StoreDamaged."""
        super().__init__(place.store)
        assert place.path is not None
        self._path, self._durable, self._patience = place.path, durable, patience
        self._lost = self._closed = False
        self._connection = self._connect()
        self._file = _identity(place.path)

    def stream(self, sql: str, parameters: Sequence[Value] = (), size: int = 1000) -> Iterator[Row]:
        assert self._inside, "rows are streamed inside a transaction"
        with self._told():
            cursor = self._cursor(sql, parameters)
        while True:
            with self._told():
                rows = cursor.fetchmany(size)
            if not rows:
                return
            yield from rows

    def replaced(self) -> bool:
        return _identity(self._path) != self._file

    def close(self) -> None:
        self._closed = True
        self._connection.close()

    def _connect(self) -> sqlite3.Connection:
        """A connection with our settings. Raises StoreMissing, StoreUnavailable, StoreBusy, StoreDamaged."""
        if not self._path.exists():
            raise StoreMissing(store=self.store)
        with self._told():
            address = f"{self._path.as_uri()}?mode=rw"  # never an empty file in place of one that is gone
            connection = sqlite3.connect(address, uri=True, isolation_level=None, timeout=_TICK)
            try:
                (mode,) = self._patiently(connection, "PRAGMA journal_mode = WAL").fetchone()
                if mode != "wal":
                    raise StoreUnavailable(store=self.store, why="its file system has no shared memory for the log")
                connection.execute(f"PRAGMA synchronous = {'FULL' if self._durable else 'NORMAL'}")
                connection.execute("PRAGMA foreign_keys = ON")
                connection.execute(f"PRAGMA journal_size_limit = {_LOG_LIMIT}")
                connection.execute(f"PRAGMA cache_size = -{_BOOK_CACHE if self._durable else _MIRROR_CACHE}")
            except BaseException:
                connection.close()
                raise
        return connection

    def _cursor(self, sql: str, parameters: Sequence[Value]) -> sqlite3.Cursor:
        assert not self._closed, "the connection was closed for good"
        if self._lost and not self._inside:
            self._connection, self._lost = self._connect(), False
        return self._patiently(self._connection, sql, parameters)

    def _patiently(self, connection: sqlite3.Connection, sql: str, parameters: Sequence[Value] = ()) -> sqlite3.Cursor:
        """Run a statement, waiting for a lock as long as our patience lasts."""
        until = time.monotonic() + self._patience
        while True:
            try:
                return connection.execute(sql, parameters)
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise

    def _many(self, sql: str, rows: Iterable[Sequence[Value]]) -> int:
        return max(0, self._connection.executemany(sql, rows).rowcount)

    def _insert(self, table: str, columns: str, width: int, rows: Iterable[Sequence[Value]]) -> int:
        return self._many(f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * width)})", rows)

    def _commit(self) -> None:
        self._patiently(self._connection, "COMMIT")

    def _rollback(self) -> None:
        if self._connection.in_transaction:  # a full disk and the like have ended it already
            try:
                self._connection.execute("ROLLBACK")
            except sqlite3.Error:
                self._connection.close()  # which ends it as well
                self._lost = True

    def translated(self, error: Exception) -> Exception:
        if isinstance(error, OverflowError):
            return RowRefused(store=self.store, why="a number has more than 64 bits")
        code = getattr(error, "sqlite_errorcode", None)
        if code is None:
            if "UTF-8" in str(error):
                return StoreDamaged(store=self.store, why="a text is not UTF-8")  # whose words stay out of the message
            return error  # the driver itself was misused
        if code in _KEYS:
            return AlreadyThere(store=self.store, rule=_rule(_KEYS[code], str(error)))
        if code == sqlite3.SQLITE_FULL:
            # At a COMMIT, too, nothing was changed: the log's last frame makes it, and was not written whole. After any
            # other failure it may be there, and a later recovery may find it.
            return full(self._path)
        return _by_kind(code & 0xFF, self.store, str(error)) or error


def _by_kind(kind: int, store: str, said: str) -> StoreError | None:
    if kind in _BUSY:
        return StoreBusy(store=store, why=said)
    if kind in _UNAVAILABLE:
        return StoreUnavailable(store=store, why=said)
    if kind in _DAMAGED:
        return StoreDamaged(store=store, why=said)
    return RowRefused(store=store, why=said) if kind in _REFUSED else None


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file stands at a path, if any."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _rule(kind: str, said: str) -> str:
    """The key's name by the rule of chain/store/tables.py, from "UNIQUE constraint failed: carrier.relay, …"."""
    columns = re.findall(r"(\w+)\.(\w+)", said)
    table = columns[0][0]
    return f"pk_{table}" if kind == "pk" else "_".join(["uq", table, *(column for _, column in columns)])
