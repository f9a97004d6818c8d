# SPDX-License-Identifier: Apache-2.0
"""A world's chain as a reconciliation asks for it, without a node: its blocks, and its storage as the contract has it.

That storage is the model's to the last slot is what tests/properties/test_contract_is_model.py proves.
"""

from collections import defaultdict
from collections.abc import Generator, Sequence
from typing import Any

from chain.abi.records import Word
from chain.abi.slots import Slot, expected_storage
from chain.domain import events as e
from chain.domain.vocabulary import Address
from chain.mirror.blocks import Block, Header, Verify
from chain.mirror.errors import ChainShort
from chain.mirror.source import Source
from chain.node.errors import NodeError, NodeRefused
from chain.node.rpc import Rpc
from tests.chains import CURRENCY
from tests.mirrored import LEDGER, blocks, logged
from tests.worlds import World


class ToldSource(Source):
    """Blocks that are known beforehand."""

    def __init__(self, made: Sequence[Block]) -> None:
        super().__init__(Rpc("http://127.0.0.1:1"), LEDGER, Verify.OFF)
        self.made = made

    def head(self) -> Header:
        return self.made[-1].header

    def header(self, number: int) -> Header:
        if not 0 <= number < len(self.made):
            raise ChainShort(block=number, head=len(self.made) - 1)
        return self.made[number].header

    def follow(self, first: int, last: int) -> Generator[list[Block], None, None]:
        for at in range(first, last + 1, 50):
            yield list(self.made[at : min(at + 50, last + 1)])


class ToldRpc(Rpc):
    """A node that knows storage, at one block. `by_hash`: whether it takes a block's hash (EIP-1898)."""

    def __init__(self, storage: dict[tuple[Address, Slot], Word], head: Header, by_hash: bool = True) -> None:
        super().__init__("http://127.0.0.1:1")
        self.storage = storage
        self._at: Any = {"blockHash": f"0x{head.hash.hex()}"} if by_hash else hex(head.number)

    def call(self, method: str, *parameters: Any) -> Any:
        (answer,) = self.batch([(method, parameters)])
        if isinstance(answer, NodeError):
            raise answer
        return answer

    def batch(self, requests: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        return [self._word(method, *parameters) for method, parameters in requests]

    def _word(self, method: str, contract: Address, slot: str, at: Any) -> Any:
        if method != "eth_getStorageAt" or at != self._at:
            return NodeRefused(method=method, number=-32602, said=f"{at}", data=None)
        return f"0x{self.storage.get((contract, Slot(int(slot, 16))), Word(bytes(32))).hex()}"


class ToldChain:
    """All that a reconciliation of a world's mirror asks."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.blocks = world, blocks(world, seed)
        self.source = ToldSource(self.blocks)
        published = defaultdict(list)
        for event, _, emitter in logged(world):
            if isinstance(event, e.RulesPublished):
                published[emitter].append(event.version)
        self.storage = expected_storage(world.rows, LEDGER, CURRENCY, published)
        self.rpc = ToldRpc(self.storage, self.blocks[-1].header)
