# SPDX-License-Identifier: Apache-2.0
"""The two databases as requests see them: a connection a thread, opened when it is needed.

And what every answer about the ledger says of itself: the block it speaks of, and how old what we know is.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from api import joining
from api.settings import Settings
from chain.domain.clock import Clock, UtcSeconds
from chain.mirror import schema
from chain.mirror.errors import MirrorEmpty, MirrorOutdated
from chain.mirror.ready import Readiness, readiness
from chain.mirror.tables import LAYOUT
from chain.mirror.writer import outdated
from chain.node.network import Network
from chain.store.address import parse
from chain.store.db import Db, connect
from chain.store.errors import StoreError, StoreMissing
from chain.submission.clock import DemoClock

NOTED = 0.2  # seconds for which it is not asked again how old the mirror is
PATIENCE = 2.0  # seconds that a request waits for a lock
LONGEST = 8.0  # seconds that a database server has for an answer: one that is halted must not hold the threads

T = TypeVar("T")


class Stores:
    """Book and mirror. A connection that was lost makes itself anew; one to a file that was replaced is let go."""

    def __init__(self, settings: Settings, network: Network, clock: Clock) -> None:
        """Raises NodeFileDamaged."""
        self.network = network
        reached = joining.kept(settings.folder)
        self.depth = 0 if reached is None else reached.depth
        """Blocks on top that make a block final; 0 where none is ever undone."""
        self._book, self._mirror = settings.book_address, settings.mirror_address
        self._own = threading.local()
        self._noted: tuple[float, Readiness] | None = None
        self._clock = clock

    @contextmanager
    def book(self) -> Iterator[Db]:
        """This thread's connection to the book. Raises StoreError."""
        yield self._kept("book", self._open_book)

    def read(self, ask: Callable[[Db], T]) -> T:
        """What is found when the mirror is asked; once more when the connection was lost since it was last used.

        Raises MirrorEmpty, MirrorOutdated, MirrorOfAnother, StoreError, and what `ask` raises.
        """
        try:
            return ask(self._kept("mirror", self._open_mirror))
        except StoreError as error:
            if not error.retryable:
                raise
        return ask(self._kept("mirror", self._open_mirror))

    def now(self) -> UtcSeconds:
        """The instant at which liens and dates are judged: the clock's, or what a demo's own was moved to.

        Raises StoreError.
        """
        if not self.network.demo:
            return self._clock.now()
        with self.book() as db:
            return DemoClock(db).now()

    def readiness(self, *, fresh: bool = False) -> Readiness:
        """How far the mirror is, as it was at most NOTED seconds ago; `fresh`: as it is. Raises as `read`."""
        noted = self._noted
        if fresh or noted is None or time.monotonic() - noted[0] > NOTED:
            noted = time.monotonic(), self.read(lambda db: readiness(db, self._clock.now()))
            self._noted = noted
        return noted[1]

    def _kept(self, name: str, opened: Callable[[], Db]) -> Db:
        db: Db | None = getattr(self._own, name, None)
        if db is not None and not db.replaced():
            return db
        if db is not None:
            setattr(self._own, name, None)
            db.close()
        db = opened()
        setattr(self._own, name, db)
        return db

    def _open_book(self) -> Db:
        return connect(self._book, patience=PATIENCE, longest=LONGEST)

    def _open_mirror(self) -> Db:
        try:
            db = connect(self._mirror, durable=False, patience=PATIENCE, longest=LONGEST)
        except StoreMissing:
            raise MirrorEmpty(store=parse(self._mirror).store) from None
        try:
            schema.check(db, self.network.chain_id, self.network.ledger)
            if outdated(db):
                raise MirrorOutdated(found="?", expected=LAYOUT)
        except BaseException:
            db.close()
            raise
        return db
