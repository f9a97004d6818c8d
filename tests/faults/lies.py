# SPDX-License-Identifier: Apache-2.0
"""Mirrors made through a liar: each ends equal to the chain, or stops by name; none is silently short."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import NamedTuple

from chain.domain.clock import FixedClock, SystemClock
from chain.mirror import schema
from chain.mirror.blocks import Verify
from chain.mirror.errors import MirrorError
from chain.mirror.follow import Follower
from chain.mirror.schema import open_mirror
from chain.mirror.source import Source
from chain.mirror.tip import NodeTip
from chain.mirror.writer import Writer, checkpoint
from chain.node import answers
from chain.node.errors import NodeError
from chain.node.rpc import Rpc
from chain.node.sequencer import Sequencer
from chain.store.db import Db, connect
from tests.bookworld import CHAIN_ID, LEDGER, make_sender, node
from tests.cast import NOW
from tests.faults.liar import LIES, Liar, liar
from tests.faults.mirroring import RULEBOOK
from tests.faults.service import Prepared
from tests.mirrored import dump

TRIES = 4  # of a mirror before the liar is told to be honest


class Told(NamedTuple):
    """What came of one mirror."""

    lies: int
    stops: Counter[str]  # codes of the errors that it stopped with
    silent: bool  # it went the whole way without one


class Rig:
    """A chain, a liar before it, and what an honest mirror has of it."""

    def __init__(self, rpc: Rpc, lying: Liar, folder: Path) -> None:
        self.lying, self._folder = lying, folder
        self.head = rpc.ask(answers.number, "eth_blockNumber")
        with open_mirror(folder / "honest.db") as db:
            with db.transaction():
                schema.create(db, CHAIN_ID, LEDGER, RULEBOOK)
            writer = Writer(db, checkpoint(db))
            self._honest = {-1: writer.at[1:]}
            for block in Source(rpc, LEDGER, Verify.RECEIPTS).blocks(0, self.head):
                self._honest[block.header.number] = writer.write([block])[1:]
            self._rows = dump(db)

    def play(self, seed: int, verify: Verify = Verify.RECEIPTS) -> Told:
        """Make a mirror while a lie of one kind is told now and then. Raises AssertionError for one that is wrong."""
        chance, stops = Random(seed), Counter[str]()
        self.lying.chance, self.lying.told = chance, 0
        self.lying.lie, self.lying.every = chance.choice(list(LIES)), chance.choice((1, 1, 2, 3))
        path = self._folder / f"lied to {seed}.db"
        with open_mirror(path) as db:
            with db.transaction():
                schema.create(db, CHAIN_ID, LEDGER, RULEBOOK)
            done = False
            for attempt in range(TRIES + 3):
                if attempt == TRIES:
                    self.lying.lie = None
                if done := self._follow(db, verify, stops, seed):
                    break
            assert done, f"seed {seed}: an honest node did not help: {stops}"
            assert checkpoint(db)[1:] == self._honest[self.head], f"seed {seed}: silently another chain"
            assert dump(db) == self._rows, f"seed {seed}: silently other rows"
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        return Told(self.lying.told, stops, not stops)

    def _follow(self, db: Db, verify: Verify, stops: Counter[str], seed: int) -> bool:
        """Follow as the process does, once; whether the mirror came to the head that the chain really has."""
        rpc = Rpc(self.lying.url, timeout=5.0, attempts=1)
        tip = _Tip(rpc)
        try:
            follower = Follower(db, Source(rpc, LEDGER, verify), tip, None, FixedClock(NOW), lambda *_: None)
            while follower.at.block < self.head:
                follower.step(0)
        except (NodeError, MirrorError) as error:
            stops[error.code] += 1
            at = checkpoint(db)
            assert self._honest[at.block] == at[1:], f"seed {seed}: stopped in a state that the chain never had"
            return False
        finally:
            rpc.close()
        return True


class _Tip(NodeTip):
    """Asks the node, without a socket of its own."""

    def __init__(self, rpc: Rpc) -> None:
        self._asked = rpc

    def wait(self, after: int, seconds: float) -> tuple[int, None] | None:
        number = self._asked.ask(answers.number, "eth_blockNumber")
        return (number, None) if number > after else None

    def close(self) -> None:
        """Nothing is open."""


@contextmanager
def rig(prepared: Prepared, folder: Path, seed: int = 0) -> Iterator[Rig]:
    """A node with a prepared network, and a liar before it."""
    with node() as anvil:
        with connect(prepared.copy(folder)) as book:
            make_sender(book, Sequencer(anvil.rpc), SystemClock()).settle()
        with liar(anvil.url, seed) as lying:
            yield Rig(anvil.rpc, lying, folder)
