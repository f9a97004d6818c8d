# SPDX-License-Identifier: Apache-2.0
"""Make a book, or bring an older one to this software's revision.

All of an upgrade is one transaction on either database, so a process that dies in it leaves the book as it was.
"""

from pathlib import Path

from chain.store.address import parse
from chain.store.db import connect
from chain.store.errors import SchemaTooNew
from chain.store.private import make_private
from chain.store.schema import REVISION, REVISIONS, revision


def upgrade(address: str | Path, to: str = REVISION) -> None:
    """Make the tables of a book, or bring them to revision `to`; a new SQLite file is for its owner alone.

    Raises StoreAddressMalformed, StoreUnavailable, StoreBusy, StoreDamaged, SchemaTooNew.
    """
    place = parse(address)
    if place.path is not None:
        make_private(place.path)
    with connect(address) as db:
        found = revision(db)
        if found == to:
            return
        if found not in (None, *REVISIONS):
            raise SchemaTooNew(store=db.store, found=found, expected=REVISION)
        from chain.store.migrating import migrate  # here: a book is hardly ever behind, and this takes long to load

        migrate(place, db, to)
