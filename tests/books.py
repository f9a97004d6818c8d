# SPDX-License-Identifier: Apache-2.0
"""Books without rows. The migrations take longer than most tests that need a book, so they run once in a process for
each kind of database; every other book is made as they made that one.
"""

import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import event

from chain.store.address import parse
from chain.store.migrate import upgrade

Statement = tuple[str, Any]
"""SQL and its parameters."""
_recorded: list[Statement] = []


def new_book(address: str | Path) -> str:
    """Make the tables of a book where there are none; its address."""
    told, place = f"sqlite://{address}" if isinstance(address, Path) else address, parse(address)
    if place.path is not None:
        place.path.touch(0o600)
        place.path.write_bytes(_file())
    elif not _recorded:
        _recorded.extend(_recording(told))
    else:
        _replay(told, _recorded)
    return told


@cache
def _file() -> bytes:
    """A whole SQLite book."""
    with tempfile.TemporaryDirectory(prefix="deeptier-book-") as folder:
        upgrade(Path(folder) / "book.db")
        return (Path(folder) / "book.db").read_bytes()


def _recording(address: str) -> list[Statement]:
    """Let the migrations make that book; what they changed in it."""
    found: list[Statement] = []

    def seen(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if not statement.lstrip().upper().startswith("SELECT"):
            found.append((statement, parameters))

    event.listen(sqlalchemy.Engine, "before_cursor_execute", seen)
    try:
        upgrade(address)
    finally:
        event.remove(sqlalchemy.Engine, "before_cursor_execute", seen)
    return found


def _replay(address: str, statements: Sequence[Statement]) -> None:
    import psycopg  # here: who tests on SQLite alone does without

    with psycopg.connect(parse(address).url) as connection:
        for statement, parameters in statements:
            connection.execute(statement.encode(), parameters)
