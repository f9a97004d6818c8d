# SPDX-License-Identifier: Apache-2.0
"""A book for each test that asks for one, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chain.store.db import Db, connect
from tests.books import new_book
from tests.postgres import Server


@pytest.fixture(params=["sqlite", "postgresql"])
def book(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a book without rows."""
    if request.param == "sqlite":
        address = f"sqlite://{tmp_path}/book.db"
    else:
        server: Server = request.getfixturevalue("postgres")
        address = server.database()
    return new_book(address)


@pytest.fixture
def db(book: str) -> Iterator[Db]:
    """A connection to it."""
    with connect(book) as connection:
        yield connection
