# SPDX-License-Identifier: Apache-2.0
"""Whether a book's tables are the ones this software works with; quick to import, so every part asks when it starts."""

from chain.store.db import Db
from chain.store.errors import SchemaTooNew, SchemaTooOld

_FIRST = ("setting", "submission", "carrier", "block", "block_item")
_ACCESS = ("officer", "api_key", "login_try", "audit")
_WRITING = ("company", "request", "counter", "hold", "proposal", "place", "financing", "invited", "quote", "showing")
TABLES = {
    "0001": _FIRST,
    "0002": _FIRST,
    "0003": (*_FIRST, *_ACCESS),
    "0004": (*_FIRST, *_ACCESS, *_WRITING),
    "0005": (*_FIRST, *_ACCESS, *_WRITING),
}
"""The tables of every revision, oldest first; those that others name come before them, so backups keep this order."""
REVISIONS = tuple(TABLES)
"""One module each in chain/store/migrations/versions."""
REVISION = REVISIONS[-1]
"""The revision that this software works with."""
VERSION_TABLE = "book_version"
"""Where Alembic keeps the revision; not its usual name, so that the mirror may share a PostgreSQL database."""

_PRESENT = {
    "sqlite": "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?",
    "postgresql": "SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = current_schema() AND tablename = ?",
}


def revision(db: Db) -> str | None:
    """The revision of the tables, or None when there are none. Raises StoreBusy, StoreUnavailable, StoreDamaged."""
    if db.one(_PRESENT[db.dialect], (VERSION_TABLE,)) is None:
        return None
    row = db.one(f"SELECT version_num FROM {VERSION_TABLE}")
    return None if row is None else str(row[0])


def check(db: Db) -> None:
    """Raise SchemaTooOld or SchemaTooNew unless the tables have this software's revision."""
    found = revision(db)
    if found is None or found in REVISIONS[:-1]:
        raise SchemaTooOld(store=db.store, found=found or "none", expected=REVISION)
    if found != REVISION:
        raise SchemaTooNew(store=db.store, found=found, expected=REVISION)
