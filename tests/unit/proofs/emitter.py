# SPDX-License-Identifier: Apache-2.0
"""A contract that logs what it is told, and blocks of an embedded node with transactions of every kind that call it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eth_account import Account

from chain.abi.rlp import created_address
from chain.domain.vocabulary import Address, Hash
from chain.node.anvil import Anvil
from chain.node.rpc import Rpc
from tests.chains import START, key

SENDER = key("emitter")
RUNTIME = bytes.fromhex(
    "5f35"  # how often: the first word of the call
    "801915602757"  # all ones: revert
    "365f5f37"
    "5b80156025 57"  # as often as that:
    "3381602035604036036040a3"  # log3(what follows the second word; the second word, the counter, the caller)
    "6001900360 0c56"
    "5b00"
    "5b5f5ffd"
)
CREATION = bytes([0x60, len(RUNTIME), 0x80, 0x60, 9, 0x5F, 0x39, 0x5F, 0xF3]) + RUNTIME
EMITTER = created_address(SENDER.address, 0)
FAILS = (2**256 - 1).to_bytes(32, "big")
TOPIC = Hash(b"\x11" * 32)


def says(count: int, data: bytes = b"", topic: bytes = TOPIC) -> bytes:
    """The call that makes so many logs."""
    return count.to_bytes(32, "big") + topic + data


@dataclass
class Emitting:
    """A chain whose blocks are made here. Block 1 holds the contract."""

    rpc: Rpc
    chain_id: int
    nonce: int = 0

    def __post_init__(self) -> None:
        self.block([(0, None, CREATION)])

    def block(self, transactions: Sequence[tuple[int, Address | None, bytes]]) -> int:
        """Make a block of these (type, to, data); its number."""
        requests = [("eth_sendRawTransaction", [f"0x{self._signed(*each).hex()}"]) for each in transactions]
        for answer in self.rpc.batch(requests):
            assert isinstance(answer, str), answer
        self.rpc.call("evm_mine")
        return int(self.rpc.call("eth_blockNumber"), 16)

    def calls(self, *calls: bytes, kind: int = 0) -> int:
        """Make a block of calls to the contract."""
        return self.block([(kind, EMITTER, data) for data in calls])

    def _signed(self, kind: int, to: Address | None, data: bytes) -> bytes:
        fields: dict[str, Any] = {
            "nonce": self.nonce,
            "gas": 200_000 + 50 * len(data),
            "value": 0,
            "data": data,
            "chainId": self.chain_id,
        }
        if to is not None:
            fields["to"] = bytes.fromhex(to[2:])
        if kind == 2:
            fields |= {"maxFeePerGas": 0, "maxPriorityFeePerGas": 0, "type": 2}
        else:
            fields |= {"gasPrice": 0} | ({"type": 1, "accessList": []} if kind == 1 else {})
        self.nonce += 1
        return bytes(Account.sign_transaction(fields, SENDER.private.secret).raw_transaction)


def emitting_node() -> Anvil:
    """A node that makes a block when it is told to."""
    return Anvil(START, 31_337, mining=False)
