# SPDX-License-Identifier: Apache-2.0
"""Where access finds what it needs; the application keeps one in `app.state.access`."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from api.access.audit import Rare
from chain.domain.clock import Clock, UtcSeconds
from chain.store.db import Db

T = TypeVar("T")


class Stores(Protocol):
    """The two databases, a connection a thread."""

    def book(self) -> AbstractContextManager[Db]:
        """This thread's connection to the book. Raises StoreError."""

    def read(self, ask: Callable[[Db], T]) -> T:
        """What is found when the mirror is asked. Raises MirrorError, StoreError."""

    def now(self) -> UtcSeconds:
        """The ledger's instant: the clock's, or what a demo's own was moved to. Raises StoreError."""


@dataclass(frozen=True)
class Access:
    """`clock` is the machine's, also where a demo's own clock was moved: keys and pauses are of this world."""

    stores: Stores
    clock: Clock
    rare: Rare = field(default_factory=Rare)
