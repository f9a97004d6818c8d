# SPDX-License-Identifier: Apache-2.0
"""Each test of this folder that asks for `empty` runs on SQLite and on PostgreSQL."""

from pathlib import Path

import pytest

from tests.postgres import Server


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without tables."""
    if request.param == "sqlite":
        return f"sqlite://{tmp_path}/mirror.db"
    server: Server = request.getfixturevalue("postgres")
    return server.database()
