# SPDX-License-Identifier: Apache-2.0
"""Each test of this folder that asks for `empty`, `book` or `db` runs on SQLite and on PostgreSQL."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from chain.store.db import Db, connect
from tests.books import new_book
from tests.postgres import Server


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without tables."""
    if request.param == "sqlite":
        return f"sqlite://{tmp_path}/book.db"
    server: Server = request.getfixturevalue("postgres")
    return server.database()


@pytest.fixture
def book(empty: str) -> str:
    """The address of a book without rows."""
    return new_book(empty)


@pytest.fixture
def db(book: str) -> Iterator[Db]:
    """A connection to a book without rows, with little patience."""
    with connect(book, patience=0.2) as connection:
        yield connection


@pytest.fixture
def other(book: str, db: Db) -> Iterator[Db]:
    """A second connection to the same book."""
    with connect(book, patience=0.2) as connection:
        yield connection


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder with room for one mebibyte; `mount -o remount,size=…` gives it more."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"a small disk takes root: {mounted.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
