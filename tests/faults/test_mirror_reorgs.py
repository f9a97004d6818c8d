# SPDX-License-Identifier: Apache-2.0
"""The chain turns under a mirror that follows it: it ends as what a fresh one makes of the chain that stayed."""

from pathlib import Path
from random import Random

import pytest

from chain.abi.calls import encode
from chain.domain.clock import SystemClock
from chain.node import answers
from chain.node.rpc import Rpc
from chain.node.sequencer import Sequencer
from chain.signing.transaction import signed_transaction
from chain.store.db import connect
from chain.submission import gas
from tests.bookworld import CHAIN_ID, LEDGER, make_sender, node
from tests.chains import RELAY
from tests.faults.mirroring import mirroring, same_as_fresh
from tests.faults.service import Prepared

DEEPEST = 64
REORGS = 20  # and one of every depth from 1 to 3, and the deepest


class Chain:
    """A node of a network whose blocks are made, and unmade, by chance."""

    def __init__(self, rpc: Rpc, prepared: Prepared, chance: Random) -> None:
        self.rpc, self.chance = rpc, chance
        self.base = rpc.ask(answers.number, "eth_blockNumber")
        self.nonce = self._nonce()
        self.raws: list[str] = []
        calls = [signed for line in zip(*prepared.splits, strict=True) for signed, _ in line]
        for place, call in enumerate(calls):
            raw = signed_transaction(RELAY, CHAIN_ID, self.nonce + place, LEDGER, encode(call), gas.limit(call.message))
            self.raws.append(f"0x{raw.hex()}")

    def grow(self, blocks: int) -> None:
        """So many blocks more, with a few splits in some."""
        for _ in range(blocks):
            if self.chance.random() < 0.3:
                done = self._nonce() - self.nonce
                for raw in self.raws[done : done + self.chance.randint(1, 4)]:
                    self.rpc.call("eth_sendRawTransaction", raw)
            self.rpc.call("evm_mine")

    def turn(self, depth: int) -> int:
        """Unmake so many blocks, as far as they are ours, and put others in their place; how many."""
        depth = min(depth, self.rpc.ask(answers.number, "eth_blockNumber") - self.base)
        if depth:
            self.rpc.call("anvil_dropAllTransactions")
            self.rpc.call("anvil_reorg", depth, [])
        return depth

    def _nonce(self) -> int:
        return self.rpc.ask(answers.number, "eth_getTransactionCount", RELAY.address, "latest")


@pytest.mark.parametrize("seed", [1, 2])
def test_mirror__the_chain_turns_again_and_again__ends_as_a_fresh_one(
    prepared: Prepared, tmp_path: Path, seed: int
) -> None:
    chance, file = Random(seed), tmp_path / "node"
    with node() as anvil, mirroring(tmp_path, file, None) as mirror:
        file.write_text(anvil.url, "ascii")
        with connect(prepared.copy(tmp_path)) as book:
            make_sender(book, Sequencer(anvil.rpc), SystemClock()).settle()
        chain, turned = Chain(anvil.rpc, prepared, chance), []
        mirror.start()
        depths = [1, 2, 3, DEEPEST, *(chance.randint(1, DEEPEST) for _ in range(REORGS - 4))]
        chance.shuffle(depths)
        for depth in depths:
            chain.grow(chance.randint(1, 2 * depth))
            if chance.random() < 0.5:
                mirror.caught_up(anvil.rpc)
            turned.append(chain.turn(depth))
            if chance.random() < 0.3:
                mirror.caught_up(anvil.rpc)  # a turn without a block on top is seen as well
        print(f"seed {seed}: reorganised {turned}")
        assert len(turned) == REORGS
        chain.grow(3)
        same_as_fresh(mirror, anvil.rpc, tmp_path)


def test_mirror__killed_while_it_turns_back__ends_as_a_fresh_one(prepared: Prepared, tmp_path: Path) -> None:
    file = tmp_path / "node"
    with node() as anvil, mirroring(tmp_path, file, None) as mirror:
        file.write_text(anvil.url, "ascii")
        with connect(prepared.copy(tmp_path)) as book:
            make_sender(book, Sequencer(anvil.rpc), SystemClock()).settle()
        chain = Chain(anvil.rpc, prepared, Random(3))
        chain.grow(12)
        mirror.start("mirror-after-rollback")
        mirror.caught_up(anvil.rpc)
        chain.turn(9)
        chain.grow(2)
        assert mirror.died(), "it did not come by"
        mirror.start()
        same_as_fresh(mirror, anvil.rpc, tmp_path)
