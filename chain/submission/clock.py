# SPDX-License-Identifier: Apache-2.0
"""The clock of a demo network, which may be moved: a story must reach maturity. Others have the machine's."""

from chain.domain.clock import SystemClock, UtcSeconds, instant
from chain.store.db import Db

_OFFSET = "demo clock offset"  # seconds that the demo's clock is ahead of the machine's, or behind when below zero
_machine = SystemClock()


class DemoClock:
    """The machine's clock, moved by what the book says."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def now(self) -> UtcSeconds:
        """Raises StoreError, InstantOutOfRange."""
        row = self._db.one("SELECT value FROM setting WHERE name = ?", [_OFFSET])
        return instant(_machine.now() + (0 if row is None else int(row[0])))


def set_clock(db: Db, now: UtcSeconds) -> None:
    """Let a demo network's clock show another time from here on. Raises StoreError."""
    offset = str(now - _machine.now())
    with db.transaction():
        if db.execute("UPDATE setting SET value = ? WHERE name = ?", [offset, _OFFSET]) == 0:
            db.execute("INSERT INTO setting (name, value) VALUES (?, ?)", [_OFFSET, offset])
