# SPDX-License-Identifier: Apache-2.0
"""One way to speak SQL to either database, for what must start at once and stay small: no ORM, no PostgreSQL driver
before it is needed.

The SQL is what both databases understand. A `?` is always a placeholder: values never stand in the text, and neither
does a question mark. Parameters and results are int, str, bytes and None, the same on both. A state that a partial
index names (`WHERE state = 'queued'`) is written out, or the index is not used.

Outside `transaction()` each call is a transaction of its own. Inside, the first error dooms the whole: every later call
and the end raise it again even if the block swallowed it, so no half of a transaction can be committed. A `Db` belongs
to the thread that made it.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from chain.store.address import parse
from chain.store.errors import CommitUncertain, StoreUnavailable

Value = int | str | bytes | None
Row = tuple[Any, ...]
PATIENCE = 5.0
"""Seconds that a lock is waited for before StoreBusy is raised."""


class Db(ABC):
    """A connection. Every method raises the errors of chain/store/errors.py; what is no fault of the database's
    state (SQL that does not parse, a missing table) comes through as the driver raised it.
    """

    dialect: Literal["sqlite", "postgresql"]
    faults: tuple[type[Exception], ...]
    """What the driver raises."""

    def __init__(self, store: str) -> None:
        self.store = store
        self._inside = False
        self._doom: Exception | None = None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the block or nothing. SQLite: the only writer from the beginning on (BEGIN IMMEDIATE); PostgreSQL:
        READ COMMITTED, so what must not change between two statements is locked or updated with a condition.

        Raises StoreBusy, StoreUnavailable, DiskFull, ServerDiskFull, CommitUncertain, and what the block raises.
        """
        with self._block("BEGIN IMMEDIATE" if self.dialect == "sqlite" else "BEGIN"):
            yield

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read one unchanging state of the whole database, in nobody's way. Raises StoreBusy, StoreUnavailable."""
        with self._block("BEGIN" if self.dialect == "sqlite" else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"):
            self.one("SELECT 1 FROM sqlite_master LIMIT 1" if self.dialect == "sqlite" else "SELECT 1")  # it begins now
            yield

    def execute(self, sql: str, parameters: Sequence[Value] = ()) -> int:
        """Run one statement; how many rows it inserted, changed or removed."""
        with self._told():
            return int(self._cursor(sql, parameters).rowcount)

    def executemany(self, sql: str, rows: Iterable[Sequence[Value]]) -> int:
        """Run one statement for each row, all or none of them; how many rows were touched."""
        if not self._inside:
            with self.transaction():
                return self.executemany(sql, rows)
        with self._told():
            return self._many(sql, rows)

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> int:
        """Insert many rows the fastest way there is, all or none of them; how many."""
        if not self._inside:
            with self.transaction():
                return self.insert(table, columns, rows)
        with self._told():
            return self._insert(f'"{table}"', ", ".join(f'"{column}"' for column in columns), len(columns), rows)

    def revise(self, table: str, column: str, keys: Sequence[str], rows: Sequence[Sequence[Value]]) -> int:
        """Set one column of many rows, each named by its key, the fastest way there is; `rows` are (value, key…), and
        no key comes twice. How many were there.
        """
        if not self._inside:
            with self.transaction():
                return self.revise(table, column, keys, rows)
        if not rows:
            return 0
        with self._told():
            return self._revise(f'"{table}"', f'"{column}"', [f'"{key}"' for key in keys], rows)

    def all(self, sql: str, parameters: Sequence[Value] = ()) -> list[Row]:
        """The rows that a statement answers, also those of INSERT or UPDATE … RETURNING."""
        with self._told():
            rows: list[Row] = self._cursor(sql, parameters).fetchall()
        return rows

    def one(self, sql: str, parameters: Sequence[Value] = ()) -> Row | None:
        """The one row that a statement answers, or None; more than one is a fault of the caller."""
        rows = self.all(sql, parameters)
        assert len(rows) <= 1, f"{len(rows)} rows: {sql}"
        return rows[0] if rows else None

    @abstractmethod
    def stream(self, sql: str, parameters: Sequence[Value] = (), size: int = 1000) -> Iterator[Row]:
        """The same rows as `all`, `size` in memory at a time; only inside a transaction or snapshot."""

    def replaced(self) -> bool:
        """Whether what we have open is no longer what stands at the address: somebody removed the file."""
        return False

    @abstractmethod
    def close(self) -> None:
        """End the connection for good; a transaction that is open comes to nothing."""

    @abstractmethod
    def translated(self, error: Exception) -> Exception:
        """The error of ours for one that the driver raised, or that same one when it is no state of the database's."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @abstractmethod
    def _cursor(self, sql: str, parameters: Sequence[Value]) -> Any:
        """Run a statement; a DB-API cursor."""

    @abstractmethod
    def _many(self, sql: str, rows: Iterable[Sequence[Value]]) -> int:
        """Run a statement for each row; how many rows were touched."""

    @abstractmethod
    def _insert(self, table: str, columns: str, width: int, rows: Iterable[Sequence[Value]]) -> int:
        """Insert rows of `width` values; `table` and `columns` as SQL has them."""

    def _revise(self, table: str, column: str, keys: Sequence[str], rows: Sequence[Sequence[Value]]) -> int:
        """Update rows; all names as SQL has them."""
        return self._many(f"UPDATE {table} SET {column} = ? WHERE {' AND '.join(f'{key} = ?' for key in keys)}", rows)

    @abstractmethod
    def _commit(self) -> None:
        """COMMIT; returns only when it is done."""

    @abstractmethod
    def _rollback(self) -> None:
        """Leave no transaction open, whatever happened; never raises."""

    @contextmanager
    def _block(self, begin: str) -> Iterator[None]:
        assert not self._inside, "a transaction has no transactions inside"
        with self._told():
            self._cursor(begin, ())
        self._inside, self._doom = True, None
        try:
            yield
            if self._doom is not None:
                raise self._doom
            self._finish()
        except BaseException:
            self._rollback()
            raise
        finally:
            self._inside = False

    def _finish(self) -> None:
        try:
            with self._told():
                self._commit()
        except StoreUnavailable as error:
            raise CommitUncertain(**error.arguments) from None

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Translate what the driver raises; in a transaction, raise nothing else from then on."""
        if self._inside and self._doom is not None:
            raise self._doom
        try:
            yield
        except self.faults as error:
            self._doom = self.translated(error)
            if self._doom is error:
                raise
            raise self._doom from None


def connect(
    address: str | Path, *, durable: bool = True, patience: float = PATIENCE, longest: float | None = None
) -> Db:
    """Open a database that exists. `durable`: a commit outlives a power cut (the book); without it, it outlives the
    process only, and a later commit never survives an earlier one (the mirror, which can be rebuilt). `longest`:
    seconds that a server may take for an answer before it counts as away; a file has no such limit.

    Raises StoreAddressMalformed, StoreMissing, StoreUnavailable, StoreBusy, StoreDamaged.
    """
    place = parse(address)
    if place.path is not None:
        from chain.store.sqlite import SqliteDb

        return SqliteDb(place, durable, patience)
    from chain.store.postgres import PostgresDb

    return PostgresDb(place, durable, patience, longest)
