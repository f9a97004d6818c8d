# SPDX-License-Identifier: Apache-2.0
"""Ranges cover every block once, in order, follow the size of the answers, and never run far ahead."""

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from chain.domain.clock import UtcSeconds
from chain.domain.vocabulary import ZERO_HASH
from chain.mirror.blocks import Block, Header, Verify
from chain.mirror.errors import BlockUnproven
from chain.mirror.source import AHEAD, RANGE_BLOCKS, RANGE_BYTES, Source
from chain.node.errors import MalformedAnswer, NodeBusy, NodeUnreachable
from tests.unit.mirror.told import Told
from tests.unit.proofs.emitter import EMITTER, Emitting, emitting_node, says

BUSY = NodeBusy(node="http://told", method="eth_getLogs", status=-32005)


class Blocks(Source):
    """A source of empty blocks whose answers have a size, or that fails on a range."""

    def __init__(
        self, size: Callable[[int], int], fails: Callable[[int, int], Exception | None] = lambda *_: None
    ) -> None:
        super().__init__(Told({}), EMITTER, Verify.OFF)
        self.size, self.fails = size, fails
        self.ranges: list[tuple[int, int]] = []

    def told(self, first: int, last: int, limit: int | None = None) -> tuple[list[Any], int]:
        self.ranges.append((first, last))
        numbers = range(first, last + 1)
        size = sum(map(self.size, numbers))
        if limit is not None and size > limit:
            raise MalformedAnswer(node="http://told", method="eth_getLogs", why=f"longer than {limit} bytes")
        if error := self.fails(first, last):
            raise error
        return list(numbers), size

    def proven(self, first: int, last: int, answers: Sequence[Any]) -> list[Block]:
        return [Block(Header(number, ZERO_HASH, ZERO_HASH, UtcSeconds(0)), ()) for number in answers]


def numbers(ranges: Iterator[list[Block]]) -> list[int]:
    return [block.header.number for blocks in ranges for block in blocks]


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("source")]


@pytest.fixture(autouse=True)
def _no_thread_stays() -> Iterator[None]:
    yield
    assert threads() == []


def test_follow__a_real_chain__every_block_once_in_order() -> None:
    with emitting_node() as anvil:
        chain = Emitting(anvil.rpc, anvil.chain_id)
        for at in range(30):
            chain.calls(*[says(2)] * (at % 3))
        source = Source(anvil.rpc, EMITTER, Verify.RECEIPTS)
        found = [block for blocks in source.follow(3, 31) for block in blocks]
        assert found == source.blocks(3, 31)


def test_follow__nothing_to_follow__nothing() -> None:
    assert list(Blocks(lambda _: 1).follow(5, 4)) == []


@pytest.mark.parametrize("seed", range(10))
def test_follow__sizes_that_jump_and_a_node_that_is_busy_at_times__every_block_once_in_order(seed: int) -> None:
    draw = random.Random(seed)
    sizes = [draw.choice([500, 2_000, 100_000, 3_000_000]) for _ in range(40) for _ in range(draw.randint(1, 60))]
    most = draw.choice([3, 50, 2_000])  # blocks that this node answers for at a time

    def fails(first: int, last: int) -> Exception | None:
        return BUSY if last - first >= most else None

    source = Blocks(sizes.__getitem__, fails)
    assert numbers(source.follow(0, len(sizes) - 1)) == list(range(len(sizes))), f"seed {seed}"


def test_follow__blocks_of_one_size__the_ranges_come_to_the_size_wanted() -> None:
    source = Blocks(lambda _: 20_000)
    numbers(source.follow(1, 2_000))
    counts = [last - first + 1 for first, last in source.ranges]
    assert max(counts) == counts[5] == RANGE_BYTES // 20_000


def test_follow__tiny_blocks__no_range_is_longer_than_the_most() -> None:
    source = Blocks(lambda _: 1)
    numbers(source.follow(1, 5_000))
    assert max(last - first + 1 for first, last in source.ranges) == RANGE_BLOCKS


def test_follow__a_node_that_takes_few_at_a_time__is_not_asked_for_too_many_each_time() -> None:
    source = Blocks(lambda _: 1, lambda first, last: BUSY if last - first >= 500 else None)
    assert numbers(source.follow(1, 20_000)) == list(range(1, 20_001))
    refused = [one for one in source.ranges if one[1] - one[0] >= 500]
    assert len(refused) * 4 < len(source.ranges)


@pytest.mark.parametrize("error", [BUSY, BlockUnproven(block=50, why="because"), NodeUnreachable(node="n", why="w")])
def test_follow__an_error__comes_after_all_blocks_before_it(error: Exception) -> None:
    source = Blocks(lambda _: 100_000, lambda first, last: error if first <= 50 <= last else None)
    found: list[int] = []
    with pytest.raises(type(error)) as raised:
        found.extend(block.header.number for blocks in source.follow(1, 200) for block in blocks)
    assert raised.value == error
    assert found == list(range(1, len(found) + 1))
    if isinstance(error, NodeBusy):  # one that may be too much at a time is asked for down to the block itself
        assert found[-1] == 49
    assert all(first <= 50 for first, _ in source.ranges), "it went on after the error"


def test_follow__a_slow_caller__no_more_ranges_than_allowed_are_fetched_ahead() -> None:
    source = Blocks(lambda _: 100_000)
    ranges = source.follow(1, 1_000)
    for taken in range(1, 6):
        next(ranges)
        time.sleep(0.05)
        assert len(source.ranges) <= taken + AHEAD
    assert len(source.ranges) == 5 + AHEAD
    ranges.close()
    assert threads() == []


def test_follow__not_begun__starts_no_thread_and_asks_nothing() -> None:
    source = Blocks(lambda _: 1)
    ranges = source.follow(1, 10)
    assert threads() == []
    del ranges
    assert source.ranges == []


def test_follow__the_caller_fails__the_thread_ends() -> None:
    def work() -> None:
        for _ in Blocks(lambda _: 100_000).follow(1, 1_000):
            raise NodeUnreachable(node="n", why="w")

    with pytest.raises(NodeUnreachable):
        work()
