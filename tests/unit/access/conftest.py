# SPDX-License-Identifier: Apache-2.0
"""A service with nothing but access, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.books import new_book
from tests.unit.access.desk import Desk


@pytest.fixture
def desk(book: str) -> Iterator[Desk]:
    made = Desk(book)
    with made.client:
        yield made
    if book.startswith("postgresql"):
        for db in made.places.opened:
            db.close()


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[Desk]:
    """The same on SQLite alone, for what no database has a part in."""
    made = Desk(new_book(f"sqlite://{tmp_path}/lite.db"))
    with made.client:
        yield made
