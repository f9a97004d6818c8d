# SPDX-License-Identifier: Apache-2.0
"""A book without rows, on SQLite and on PostgreSQL."""

from pathlib import Path

import pytest

from chain.store.migrate import upgrade
from tests.postgres import Server


@pytest.fixture(params=["sqlite", "postgresql"])
def book(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a book without rows."""
    if request.param == "sqlite":
        address = f"sqlite://{tmp_path}/book.db"
    else:
        server: Server = request.getfixturevalue("postgres")
        address = server.database()
    upgrade(address)
    return address
