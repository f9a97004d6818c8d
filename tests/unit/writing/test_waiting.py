# SPDX-License-Identifier: Apache-2.0
"""Whoever waits for submissions: until all of theirs are through and mirrored, together with everybody else."""

import asyncio
from typing import Any

import pytest

from api.writing.waiting import Watch
from chain.store.errors import StoreUnavailable


class Watched(Watch):
    """A watch over submissions that end when they are told to; `looks` counts how often it looked."""

    def __init__(self) -> None:
        super().__init__(None)  # type: ignore[arg-type]
        self.through: set[int] = set()
        self.looks, self.why = 0, None
        self.asked: list[frozenset[int]] = []

    def _done(self, wanted: frozenset[int]) -> frozenset[int]:
        self.looks += 1
        self.asked.append(wanted)
        if self.why is not None:
            raise self.why
        return wanted & self.through


def run(work: Any) -> Any:
    return asyncio.run(asyncio.wait_for(work, 10))


def test_waiters__of_different_submissions__are_served_by_the_same_looks() -> None:
    async def play() -> Watched:
        watch = Watched()
        waiting = [asyncio.create_task(watch.until_through([number], 5)) for number in range(50)]
        await asyncio.sleep(0.1)
        assert not any(one.done() for one in waiting)
        watch.through |= set(range(25))
        await asyncio.sleep(0.1)
        assert [one.done() for one in waiting] == [True] * 25 + [False] * 25
        watch.through |= set(range(50))
        await asyncio.gather(*waiting)
        return watch

    watch = run(play())
    assert watch.asked[0] == frozenset(range(50))
    assert watch.looks < 50, "one look serves them all"


def test_waiter__of_several__goes_on_until_the_last() -> None:
    async def play() -> None:
        watch = Watched()
        waiting = asyncio.create_task(watch.until_through([1, 2], 5))
        watch.through.add(1)
        await asyncio.sleep(0.1)
        assert not waiting.done()
        watch.through.add(2)
        await waiting

    run(play())


def test_waiter__whose_time_is_over__goes_and_nobody_looks_any_more() -> None:
    async def play() -> None:
        watch = Watched()
        await watch.until_through([1], 0.05)
        await asyncio.sleep(0.1)
        looks = watch.looks
        await asyncio.sleep(0.1)
        assert watch.looks == looks
        watch.through.add(2)
        await watch.until_through([2], 5)

    run(play())


def test_look__that_fails__is_told_to_all_who_wait_and_the_next_one_is_a_new_one() -> None:
    async def play() -> None:
        watch = Watched()
        watch.why = StoreUnavailable(store="book", why="gone")  # type: ignore[assignment]
        for found in await asyncio.gather(
            *(watch.until_through([number], 5) for number in (1, 2)), return_exceptions=True
        ):
            assert isinstance(found, StoreUnavailable)
        watch.why = None
        watch.through.add(3)
        await watch.until_through([3], 5)

    run(play())


@pytest.mark.parametrize("numbers", [[], [7]])
def test_waiter__of_what_is_through__does_not_wait(numbers: list[int]) -> None:
    async def play() -> None:
        watch = Watched()
        watch.through.add(7)
        await watch.until_through(numbers, 5)

    run(play())
