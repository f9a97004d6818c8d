# SPDX-License-Identifier: Apache-2.0
"""A book for each test that asks for one, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chain.store.db import Db, connect
from chain.store.migrate import upgrade
from tests.postgres import Server


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Db]:
    if request.param == "sqlite":
        address = f"sqlite://{tmp_path}/book.db"
    else:
        server: Server = request.getfixturevalue("postgres")
        address = server.database()
    upgrade(address)
    with connect(address) as connection:
        yield connection
