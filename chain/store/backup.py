# SPDX-License-Identifier: Apache-2.0
"""Copy a book out of its database while it is in use."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy import Table, Text

from chain.domain.clock import Clock, SystemClock
from chain.store import schema
from chain.store.archive import Manifest, write_manifest, write_table, writing
from chain.store.book import Book
from chain.store.db import connect
from chain.store.errors import BackupUnusable

_SYSTEM = SystemClock()


def backup(address: str | Path, file: Path, clock: Clock = _SYSTEM) -> Manifest:
    """Write one state of a whole book to a file for its owner alone; what it holds. Nobody waits for it meanwhile.

    Every commit that was acknowledged before the call is in it. The file appears, or replaces its namesake, when it is
    whole and on the disk. Raises StoreError, BackupUnusable.
    """
    with (
        connect(address) as db,
        _appearing(file) as out,
        writing(out) as archive,
    ):
        taken_at = clock.now()
        with db.snapshot():
            schema.check(db)
            tables = {}
            for name in schema.TABLES[schema.REVISION]:
                table = Book.metadata.tables[name]
                rows = db.stream(_select(table, db.dialect))
                tables[name] = write_table(archive, name, tuple(column.name for column in table.columns), rows)
        manifest = Manifest(schema.REVISION, taken_at, tables)
        write_manifest(archive, manifest)
    return manifest


def _select(table: Table, dialect: str) -> str:
    """All rows in the order of the primary key, texts byte by byte whatever the database's language."""
    collate = ' COLLATE "C"' if dialect == "postgresql" else ""
    order = (f'"{key.name}"{collate if isinstance(key.type, Text) else ""}' for key in table.primary_key)
    columns = (f'"{column.name}"' for column in table.columns)
    return f'SELECT {", ".join(columns)} FROM "{table.name}" ORDER BY {", ".join(order)}'


@contextmanager
def _appearing(file: Path) -> Iterator[IO[bytes]]:
    """A file under a passing name, owner-only, that gets its own when the block has ended well."""
    try:
        descriptor, passing = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
        try:
            with os.fdopen(descriptor, "wb") as out:
                yield out
                out.flush()
                os.fsync(out.fileno())
            os.replace(passing, file)
        except BaseException:
            os.unlink(passing)
            raise
        _sync(file.parent)
    except OSError as error:
        raise BackupUnusable(file=str(file), why=error.strerror or type(error).__name__) from None


def _sync(folder: Path) -> None:
    """Make the new name last."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
