# SPDX-License-Identifier: Apache-2.0
"""Runs migrations. Loads Alembic and SQLAlchemy, which takes longer than all else that a start of the service loads."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool

from chain.store.address import StoreAddress
from chain.store.db import Db

_SCRIPTS = Path(__file__).parent / "migrations"
PATIENCE = 30.0
"""Seconds that an upgrade waits for another one, or for whoever else writes, before StoreBusy is raised."""
_ONE_AT_A_TIME = 0x6465657074696572  # "deeptier": the advisory lock of whoever upgrades


def migrate(place: StoreAddress, db: Db, to: str) -> None:
    """Bring a book to that revision, in one transaction. Raises as `chain.store.migrate.upgrade`."""
    with _bound(place, db) as connection:
        config = Config()
        config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, to)


@contextmanager
def _bound(place: StoreAddress, db: Db) -> Iterator[Connection]:
    """SQLAlchemy's connection in one transaction that excludes others of its kind; its errors are those of `db`."""
    options = {} if place.path is None else {"timeout": PATIENCE}
    engine = sqlalchemy.create_engine(_url(place), poolclass=NullPool, connect_args=options)
    if place.path is not None:
        event.listen(engine, "connect", _begin_by_hand)
        event.listen(engine, "begin", _begin_now)
    try:
        with engine.begin() as connection:
            if place.path is None:
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = {int(PATIENCE * 1000)}")
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ONE_AT_A_TIME})")
            yield connection
    except sqlalchemy.exc.DBAPIError as error:
        driver = error.orig
        raise (db.translated(driver) if isinstance(driver, Exception) else error) from None


def _url(place: StoreAddress) -> URL:
    if place.path is not None:
        return URL.create("sqlite", database=str(place.path))
    return make_url(place.url).set(drivername="postgresql+psycopg")


def _begin_by_hand(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # or the driver commits before a change of tables


def _begin_now(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
