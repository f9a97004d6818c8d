# SPDX-License-Identifier: Apache-2.0
"""Whether the mirror may be relied on now: its verified head is the tip."""

from dataclasses import dataclass

from chain.domain.clock import UtcSeconds
from chain.mirror import schema
from chain.mirror.errors import MirrorEmpty
from chain.mirror.writer import checkpoint
from chain.store.db import Db

FRESH = 3
"""Seconds for which it counts that the node was heard; the mirror asks it every second."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """How far the mirror is, how far the node was when it was last asked, and how many seconds ago that is."""

    block: int
    head: int | None  # None: never asked
    age: int | None

    @property
    def ready(self) -> bool:
        """Whether everything is in the mirror that the node had a moment ago."""
        return self.head is not None and self.age is not None and self.age <= FRESH and self.block >= self.head


def readiness(db: Db, now: UtcSeconds) -> Readiness:
    """Of a mirror; a mirror whose process or node is gone is not ready FRESH seconds later. Raises MirrorEmpty."""
    with db.snapshot():
        if not schema.exists(db):
            raise MirrorEmpty(store=db.store)
        block = checkpoint(db).block
        heard = db.one("SELECT head, at FROM heard")
    return Readiness(block, None, None) if heard is None else Readiness(block, heard[0], max(0, now - heard[1]))
