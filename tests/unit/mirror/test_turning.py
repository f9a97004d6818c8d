# SPDX-License-Identifier: Apache-2.0
"""The chain turns, and grows again before anybody has looked."""

from collections.abc import Generator
from pathlib import Path
from typing import Any

from chain.domain.clock import FixedClock
from chain.mirror.blocks import Block, Header
from chain.mirror.follow import Follower
from chain.mirror.writer import checkpoint
from tests.cast import NOW
from tests.mirrored import blocks, dump, new_mirror, random_world, write

SEED, SEEN = 11, 10


class Told:
    """A node's chain, as source and tip see it; it has grown by the time that the tip is asked."""

    def __init__(self, made: list[Block], seen: int) -> None:
        self._made, self._seen = made, seen

    def head(self) -> Header:
        return self._made[self._seen - 1].header

    def header(self, number: int) -> Header:
        return self._made[number].header

    def follow(self, first: int, last: int) -> Generator[list[Block], None, None]:
        yield from ([block] for block in self._made[first : last + 1])

    def wait(self, after: int, seconds: float) -> tuple[int, None] | None:
        self._seen = len(self._made)
        return (self._seen - 1, None) if self._seen - 1 > after else None

    def close(self) -> None:
        """Nothing is open."""


def test_follower__the_chain_turned_and_is_longer_a_moment_later__goes_on_from_the_common_block(tmp_path: Path) -> None:
    world = random_world(SEED, 100)
    ours, theirs = blocks(world, SEED), blocks(world, SEED, salt="turned")
    with new_mirror(tmp_path / "turned.db", world.rulebook) as db:
        write(db, ours[:SEEN])
        told: Any = Told(theirs, SEEN)
        follower = Follower(db, told, told, None, FixedClock(NOW), lambda *_: None)
        follower.step(0)
        assert checkpoint(db).hash == theirs[-1].header.hash
        with new_mirror(tmp_path / "fresh.db", world.rulebook) as fresh:
            write(fresh, theirs)
            assert dump(db) == dump(fresh)
