# SPDX-License-Identifier: Apache-2.0
"""Whoever waits for submissions waits together: one look at the book serves all requests that are held back."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field

from anyio import to_thread

from api.mirrored import Stores
from chain.domain.errors import DeepTierError
from chain.mirror.writer import checkpoint
from chain.submission.outbox import Outbox

_LOOK = 0.008  # seconds between two looks while somebody waits


@dataclass(eq=False, slots=True)
class _Waiter:
    numbers: frozenset[int]
    through: asyncio.Event = field(default_factory=asyncio.Event)
    why: DeepTierError | None = None


class Watch:
    """Of one event loop."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores
        self._waiters: set[_Waiter] = set()
        self._looking: asyncio.Task[None] | None = None

    async def until_through(self, numbers: Collection[int], seconds: float) -> None:
        """Return once all of these are refused, or final and mirrored, or after so many seconds.

        Raises SubmissionUnknown, MirrorError, StoreError.
        """
        waiter = _Waiter(frozenset(numbers))
        self._waiters.add(waiter)
        if self._looking is None:
            self._looking = asyncio.create_task(self._look())
        try:
            await asyncio.wait_for(waiter.through.wait(), seconds)
        except TimeoutError:
            return  # it is told as it is
        finally:
            self._waiters.discard(waiter)
        if waiter.why is not None:
            raise waiter.why

    async def _look(self) -> None:
        try:
            while self._waiters:
                await self._once()
                await asyncio.sleep(_LOOK)
        finally:
            self._looking = None

    async def _once(self) -> None:
        wanted = frozenset[int]().union(*(waiter.numbers for waiter in self._waiters))
        why, done = None, frozenset[int]()
        try:
            done = await to_thread.run_sync(self._done, wanted)
        except DeepTierError as error:
            why = error
        for waiter in self._waiters:
            if why is not None or waiter.numbers <= done:
                waiter.why = why
                waiter.through.set()

    def _done(self, wanted: frozenset[int]) -> frozenset[int]:
        """Those that are refused, or final and mirrored."""
        with self._stores.book() as book:
            ended = [one for one in Outbox(book).some(sorted(wanted)) if one.done]
        last = self._stores.read(lambda mirror: checkpoint(mirror).block)
        return frozenset(one.id for one in ended if one.refusal is not None or (one.block or 0) <= last)
