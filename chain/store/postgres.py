# SPDX-License-Identifier: Apache-2.0
"""A database on a PostgreSQL server. Imported only when an address asks for it: its driver takes a while to load."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import count
from typing import Any

import psycopg
from psycopg import Connection, Cursor
from psycopg.abc import RV, PQGen
from psycopg.pq import TransactionStatus

from chain.store.address import StoreAddress
from chain.store.db import Db, Row, Value
from chain.store.errors import (
    AlreadyThere,
    RowRefused,
    ServerDiskFull,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreUnavailable,
)

# SQLSTATE, by code or by class (https://www.postgresql.org/docs/current/errcodes-appendix.html)
_KINDS: dict[str, type[StoreError]] = {
    "55P03": StoreBusy,  # lock_not_available
    "57014": StoreBusy,  # query_canceled, by a time limit
    "40": StoreBusy,  # transaction rollback: deadlock, serialization failure
    "25006": StoreUnavailable,  # read_only_sql_transaction: a standby
    "08": StoreUnavailable,  # connection exception
    "53": StoreUnavailable,  # insufficient resources: too many connections
    "57": StoreUnavailable,  # operator intervention: shutdown, starting up
    "58": StoreUnavailable,  # system error: I/O
    "XX001": StoreDamaged,  # data_corrupted
    "XX002": StoreDamaged,  # index_corrupted
    "22": RowRefused,  # data exception
    "23": RowRefused,  # integrity constraint violation
}
_UNIQUE = "23505"
_FULL = "53100"  # disk_full
_ARRAYS = {int: "bigint", str: "text", bytes: "bytea"}
_CONNECT_SECONDS = 5


class _Timed(Connection[Row]):
    """A connection whose server has `longest` seconds for each answer, if that is set.

    One that is halted rather than stopped neither answers nor keeps time, and its kernel acknowledges what is sent: no
    limit of its own, no keepalive and no tcp_user_timeout ever ends that.
    """

    longest: float | None = None

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        try:
            return super().wait(gen, interval, self.longest if timeout is None else timeout)
        except psycopg.OperationalError as error:
            if error.sqlstate is None:  # not the server's word: it took too long, or the connection is lost
                self.close()
            raise


class PostgresDb(Db):
    """A connection to a PostgreSQL database. Lost between transactions, it is made again by the next one."""

    dialect = "postgresql"
    faults = (psycopg.Error,)

    def __init__(self, place: StoreAddress, durable: bool, patience: float, longest: float | None = None) -> None:
        """Open it. Raises StoreUnavailable; only words tell why, also that there is no such database."""
        super().__init__(place.store)
        self._url, self._longest = place.url, longest
        self._closed = False
        self._streams = count()
        self._settings = (
            f"SET synchronous_commit = {'on' if durable else 'off'}",  # whatever the server's own setting is
            f"SET lock_timeout = {max(1, int(patience * 1000))}",
            "SET timezone = 'UTC'",
        )
        with self._told():
            self._connection = self._connect()

    def stream(self, sql: str, parameters: Sequence[Value] = (), size: int = 1000) -> Iterator[Row]:
        assert self._inside, "rows are streamed inside a transaction"
        with self._told():
            cursor = self._connection.cursor(name=f"stream{next(self._streams)}")  # the server keeps the rows
            cursor.execute(_translate(sql), parameters)
        try:
            while True:
                with self._told():
                    rows = cursor.fetchmany(size)
                if not rows:
                    return
                yield from rows
        finally:
            if self._connection.info.transaction_status == TransactionStatus.INTRANS:
                cursor.close()

    def close(self) -> None:
        self._closed = True
        self._connection.close()

    def _connect(self) -> _Timed:
        connection = _Timed.connect(
            self._url,
            autocommit=True,
            connect_timeout=_CONNECT_SECONDS,
            client_encoding="UTF8",
            application_name="deeptier",
        )
        connection.longest = self._longest
        for setting in self._settings:
            connection.execute(setting)
        return connection

    def _cursor(self, sql: str, parameters: Sequence[Value]) -> Cursor[Row]:
        if not self._inside:
            self._recover()
        return self._connection.execute(_translate(sql), parameters)

    def _many(self, sql: str, rows: Iterable[Sequence[Value]]) -> int:
        cursor = self._connection.cursor()
        cursor.executemany(_translate(sql), rows)
        return max(0, cursor.rowcount)

    def _insert(self, table: str, columns: str, width: int, rows: Iterable[Sequence[Value]]) -> int:
        cursor = self._connection.cursor()
        with cursor.copy(f"COPY {table} ({columns}) FROM STDIN".encode()) as stream:
            for row in rows:
                stream.write_row(row)
        return cursor.rowcount

    def _revise(self, table: str, column: str, keys: Sequence[str], rows: Sequence[Sequence[Value]]) -> int:
        """One statement: its arrays are the columns of the rows."""
        arrays = ", ".join(f"?::{_ARRAYS[type(value)]}[]" for value in rows[0])
        names = ", ".join(f"a{place}" for place in range(len(rows[0])))
        same = " AND ".join(f"t.{key} = u.a{place}" for place, key in enumerate(keys, 1))
        sql = f"UPDATE {table} t SET {column} = u.a0 FROM unnest({arrays}) AS u({names}) WHERE {same}"
        return self._connection.execute(_translate(sql), [list(values) for values in zip(*rows, strict=True)]).rowcount

    def _commit(self) -> None:
        answer = self._connection.execute("COMMIT").statusmessage
        if answer != "COMMIT":  # the server turns the COMMIT of a failed transaction into a ROLLBACK, without an error
            raise psycopg.errors.TransactionRollback(f"the server answered COMMIT with {answer}")

    def _rollback(self) -> None:
        try:
            if self._connection.info.transaction_status != TransactionStatus.IDLE:
                self._connection.execute("ROLLBACK")
        except psycopg.Error:
            self._connection.close()  # which ends it as well

    def _recover(self) -> None:
        """A fresh connection in place of one that is lost, or was interrupted in the middle of something."""
        assert not self._closed, "the connection was closed for good"
        if self._connection.info.transaction_status != TransactionStatus.IDLE:
            self._connection.close()
            self._connection = self._connect()

    def translated(self, error: Exception) -> Exception:
        assert isinstance(error, psycopg.Error)
        if error.sqlstate == _UNIQUE:
            return AlreadyThere(store=self.store, rule=str(error.diag.constraint_name))
        if error.sqlstate == _FULL:  # an error that the server lives to tell comes before the commit is written
            return ServerDiskFull(store=self.store)
        kind = self._kind(error)
        return kind(store=self.store, why=_said(error)) if kind else error

    def _kind(self, error: psycopg.Error) -> type[StoreError] | None:
        state = error.sqlstate
        if state is not None:
            return _KINDS.get(state) or _KINDS.get(state[:2])
        if isinstance(error, psycopg.DataError):  # found by the driver: a NUL in a text, say
            return RowRefused
        if isinstance(error, psycopg.OperationalError):  # no server, no answer
            return StoreUnavailable
        return None


@lru_cache(maxsize=512)
def _translate(sql: str) -> Any:
    """The SQL with the driver's placeholders."""
    return sql.replace("%", "%%").replace("?", "%s").encode()


def _said(error: psycopg.Error) -> str:
    """The first line of the message; the rest may name values."""
    return (error.diag.message_primary or str(error) or type(error).__name__).splitlines()[0]
