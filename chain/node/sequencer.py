# SPDX-License-Identifier: Apache-2.0
"""The embedded chain's blocks: planned in the book before they are mined, their hashes in the book after.

The node keeps nothing on disk. Whatever it forgets is played to it again from the book, block by block, and every hash
must come out as it was: same transactions, same order, same times, same chain. Nobody looks at a block before its hash
is in the book; that is what `final` means here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from chain.domain.clock import UtcSeconds
from chain.domain.vocabulary import Hash
from chain.node import answers
from chain.node.errors import BlockDiffers, MalformedAnswer, NodeError, NodeRefused
from chain.node.failpoints import reach
from chain.node.outcomes import Outcome, outcomes
from chain.node.rpc import Rpc

BLOCK_LIMIT = 500
"""Transactions of a block at most: beyond that the node's own work grows with the square of it."""

REPLAY_RATE = 1_500  # transactions a second, roughly, for the time that a replay is said to take
BATCH = 125  # raw transactions a request
_HAS_IT = ("already known", "already imported", "nonce too low", "transaction already")


@dataclass(frozen=True, slots=True)
class Plan:
    """A block as it is to be: `items` are (hash, raw transaction) in their order."""

    number: int
    at: UtcSeconds
    items: tuple[tuple[Hash, bytes], ...]


@dataclass(frozen=True, slots=True)
class Mined:
    """A block as it is. `silent`: its transactions that wrote no log, which says nothing yet of how they ended."""

    number: int
    hash: Hash
    state_root: Hash
    silent: tuple[Hash, ...]


class Sequencer:
    """Feeds and mines a node that mines nothing by itself. Nobody else may send to it.

    Every method raises the errors of Rpc.call.
    """

    def __init__(self, rpc: Rpc) -> None:
        self._rpc = rpc
        self._ready = False

    def head(self) -> int:
        """The number of the node's last block."""
        if not self._ready:
            self._rpc.call("anvil_setBlockTimestampInterval", 0)  # a block may have its parent's time
            self._ready = True
        return self._rpc.ask(answers.number, "eth_blockNumber")

    def hash_of(self, number: int) -> Hash:
        """A block's hash."""
        return self._block(number)[0]

    def offer(self, plan: Plan) -> list[tuple[Hash, str]]:
        """Give the node the block's transactions; those it will never take, with what it said. Again is harmless."""
        reach("offer-before")
        never = []
        for start in range(0, len(plan.items), BATCH):
            some = plan.items[start : start + BATCH]
            sent = self._rpc.batch([("eth_sendRawTransaction", [f"0x{raw.hex()}"]) for _, raw in some])
            for (transaction, _), answer in zip(some, sent, strict=True):
                if isinstance(answer, NodeError) and (said := self._refused(transaction, answer)):
                    never.append((transaction, said))
        reach("offer-after")
        return never

    def mine(self, plan: Plan) -> Mined:
        """Make the block. Raises BlockDiffers unless it is the one planned."""
        reach("mine-before")
        self._rpc.call("evm_setNextBlockTimestamp", plan.at)
        self._rpc.call("evm_mine")
        reach("mine-after")
        return self.mined(plan)

    def mined(self, plan: Plan) -> Mined:
        """The block, which was made before. Raises BlockDiffers unless it is the one planned."""
        found, root, at, transactions = self._block(plan.number)
        planned = [transaction for transaction, _ in plan.items]
        if at != plan.at or transactions != planned:
            raise BlockDiffers(
                block=plan.number,
                recorded=f"{len(planned)} transactions at {plan.at}",
                found=f"{len(transactions)} transactions at {at}" + (", others" if at == plan.at else ""),
            )
        return Mined(plan.number, found, root, self._silent(plan))

    def ends(self, transactions: Sequence[Hash]) -> list[Outcome]:
        """How transactions ended that are in a block."""
        found = outcomes(self._rpc, transactions)
        if None in found:
            raise MalformedAnswer(node=self._rpc.node, method="eth_getTransactionReceipt", why="no receipt")
        return [one for one in found if one is not None]

    def replay(self, plans: Sequence[tuple[Plan, Hash]], tell: Callable[[int], None]) -> None:
        """Make blocks again that the node has lost; `tell` hears each one's number.

        Raises BlockDiffers, which names the first that comes out otherwise.
        """
        for plan, recorded in plans:
            never = self.offer(plan)
            if never:
                raise BlockDiffers(block=plan.number, recorded=f"0x{recorded.hex()}", found=never[0][1])
            mined = self.mine(plan)
            if mined.hash != recorded:
                raise BlockDiffers(block=plan.number, recorded=f"0x{recorded.hex()}", found=f"0x{mined.hash.hex()}")
            tell(plan.number)
            reach("replay-between-blocks")

    def _refused(self, transaction: Hash, error: NodeError) -> str:
        """What the node said of a transaction that it will never take; "" when it has it already."""
        if not isinstance(error, NodeRefused):
            raise error
        said = str(error.arguments["said"])
        if any(words in said.lower() for words in _HAS_IT) and self._has(transaction):
            return ""
        return said

    def _has(self, transaction: Hash) -> bool:
        return self._rpc.call("eth_getTransactionByHash", f"0x{transaction.hex()}") is not None

    def _block(self, number: int) -> tuple[Hash, Hash, UtcSeconds, list[Hash]]:
        def parse(told: Any) -> tuple[Hash, Hash, UtcSeconds, list[Hash]]:
            items = [Hash(answers.word(each)) for each in told["transactions"]]
            root = Hash(answers.word(told["stateRoot"]))
            return Hash(answers.word(told["hash"])), root, UtcSeconds(answers.number(told["timestamp"])), items

        return self._rpc.ask(parse, "eth_getBlockByNumber", hex(number), False)

    def _silent(self, plan: Plan) -> tuple[Hash, ...]:
        only = {"fromBlock": hex(plan.number), "toBlock": hex(plan.number)}
        spoke = self._rpc.ask(
            lambda told: {Hash(answers.word(log["transactionHash"])) for log in told}, "eth_getLogs", only
        )
        return tuple(transaction for transaction, _ in plan.items if transaction not in spoke)
