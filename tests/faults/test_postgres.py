# SPDX-License-Identifier: Apache-2.0
"""The same sender over a book in PostgreSQL: a world played through it, and the chain played again from it."""

import pytest

from chain.domain.clock import SystemClock
from chain.domain.refusals import PieceTooLarge
from chain.node.errors import AnvilMissing
from chain.node.sequencer import Sequencer
from chain.store.migrate import upgrade
from tests.bookworld import BookWorld, blocks, make_sender, node
from tests.cast import BEN, YUAN
from tests.conftest import SYSTEM_PACKAGE
from tests.postgres import Server


def test_book_in_postgres__played_and_played_again__the_same_blocks(postgres: Server) -> None:
    book = postgres.database()
    upgrade(book)
    try:
        first = node().__enter__()
    except AnvilMissing as missing:
        pytest.skip(f"{SYSTEM_PACKAGE} {missing}")
    try:
        world = BookWorld(book, first.rpc)
        world.furnish()
        claim = world.held().claim(1)
        with pytest.raises(PieceTooLarge):
            world.do(world.split(claim, BEN, 10**9))
        world.do(world.split(claim, BEN, 10 * YUAN))
    finally:
        first.stop()
    made = blocks(world.db)
    with node() as fresh:
        sequencer = Sequencer(fresh.rpc)
        make_sender(world.db, sequencer, SystemClock()).settle()  # raises BlockDiffers at another hash
        assert sequencer.hash_of(made[-1][0]) == made[-1][2]
    world.db.close()
