# SPDX-License-Identifier: Apache-2.0
"""A Chain on an embedded node: signed transactions, a block for each, block times under our control.

A message that would fail is not sent at all: it is asked first, at the time that its block would have, so a refusal
costs no nonce and changes nothing.
"""

import gzip
import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chain.abi.events import Log
from chain.abi.records import Word
from chain.abi.rlp import created_address
from chain.abi.slots import Slot
from chain.domain.clock import UtcSeconds
from chain.domain.vocabulary import Address, Hash
from chain.node import answers
from chain.node.anvil import GAS_LIMIT, prove
from chain.node.chain import Receipt, Reverted
from chain.node.errors import KeyMissing, MalformedAnswer, NodeRefused
from chain.node.rpc import Rpc

Sign = Callable[[int, int, Address | None, bytes, int], bytes]
"""Signs a transaction with one caller's key: chain id, nonce, to whom (None: a deployment), data, gas limit -> raw."""

REVERTED = 3
"""The JSON-RPC error of a message that failed, with what it answered as data."""


@dataclass(frozen=True, slots=True)
class MinedLog:
    """A log and where it came to be."""

    block: int
    at: UtcSeconds  # the block's time
    transaction: Hash
    log: Log


class NodeChain:
    """The Chain that an embedded node keeps.

    `signers`: of every caller that may send, among them `deployer` and `relay`. Nobody else may send to the node.
    Raises WrongChain, before anything is written, and as every method the errors of Rpc.call.
    """

    def __init__(
        self, rpc: Rpc, chain_id: int, signers: Mapping[Address, Sign], deployer: Address, relay: Address
    ) -> None:
        prove(rpc, chain_id)
        self.rpc, self.chain_id, self.relay = rpc, chain_id, relay
        self._signers, self._deployer = signers, deployer
        self._nonces: dict[Address, int] = {}
        self._now = self._time_of("latest")
        rpc.call("anvil_setBlockTimestampInterval", 0)  # without it each block comes at least a second after the last

    @property
    def now(self) -> UtcSeconds:
        """The block time of what runs next."""
        return self._now

    def travel(self, to: UtcSeconds) -> None:
        """Go forward to an instant."""
        if to < self._now:
            raise ValueError(f"time does not go back from {self._now} to {to}")
        if to > self._now:
            self.rpc.call("evm_setNextBlockTimestamp", to)
            self._now = to

    def next_address(self, ahead: int = 0) -> Address:
        """Where the next deployed contract, or one some deployments later, will stand."""
        return created_address(self._deployer, self._nonce(self._deployer) + ahead)

    def deploy(self, creation: bytes) -> tuple[Address, Receipt]:
        """Run creation code, arguments included; where the contract stands. Raises Reverted."""
        address = self.next_address()
        return address, self._run(None, creation, self._deployer)

    def send(self, to: Address, data: bytes, caller: Address) -> Receipt:
        """Run a message for good. Raises Reverted, and then nothing has changed; KeyMissing."""
        return self._run(to, data, caller)

    def call(self, to: Address, data: bytes, caller: Address) -> bytes:
        """Ask. Raises Reverted."""
        return self._call(to, data, caller)

    def word(self, contract: Address, slot: Slot) -> Word:
        """What stands in one storage slot."""
        return Word(self.rpc.ask(answers.word, "eth_getStorageAt", contract, hex(slot), "latest"))

    def storage(self, *contracts: Address) -> dict[tuple[Address, Slot], Word]:
        """Every slot of these contracts that the node keeps: those that are not zero, and some that were touched.

        Without the zeros it is what `slots.expected_storage` must tell: all of it, and none more. The node copies its
        whole state for the answer.
        """
        kept = self.rpc.ask(_accounts, "anvil_dumpState")
        return {(contract, slot): word for contract in contracts for slot, word in kept.get(contract, {}).items()}

    def storage_root(self, contract: Address) -> Hash:
        """The root of the contract's storage as the node tells it.

        anvil 1.7.1 counts zeros as well, so it is `storage_root(storage(contract), keep_zeros=True)` of chain.abi.
        """
        return self.rpc.ask(
            lambda told: Hash(answers.word(told["storageHash"])), "eth_getProof", contract, [], "latest"
        )

    def logs(self, first: int = 0, last: int | None = None) -> tuple[MinedLog, ...]:
        """Every log of every contract in these blocks, in the order in which they were written; `last` is included."""
        blocks = {"fromBlock": hex(first), "toBlock": "latest" if last is None else hex(last)}
        found = self.rpc.ask(lambda told: [_mined(entry) for entry in told], "eth_getLogs", blocks)
        times = {block: self._time_of(hex(block)) for block in {block for block, _, _ in found}}
        return tuple(MinedLog(block, times[block], transaction, log) for block, transaction, log in found)

    def trace(
        self, transaction: Hash, stack: bool = True, memory: bool = False, returned: bool = False
    ) -> Mapping[str, Any]:
        """Every step of a transaction in `structLogs`, as debug_traceTransaction tells it; beside `gas`, `returnValue`.

        The node must have been started with tracing, or there are no steps.
        """
        what = {
            "disableStorage": True,
            "disableStack": not stack,
            "enableMemory": memory,
            "enableReturnData": returned,
        }
        told: Mapping[str, Any] = self.rpc.ask(dict, "debug_traceTransaction", f"0x{transaction.hex()}", what)
        return told

    def _run(self, to: Address | None, data: bytes, caller: Address) -> Receipt:
        if caller not in self._signers:
            raise KeyMissing(caller=caller)
        self._call(to, data, caller)
        nonce = self._nonce(caller)
        raw = self._signers[caller](self.chain_id, nonce, to, data, GAS_LIMIT)
        del self._nonces[caller]  # should its fate remain unknown, the node is asked again
        told = self.rpc.ask(_received, "eth_sendRawTransactionSync", f"0x{raw.hex()}")
        self._nonces[caller] = nonce + 1
        at = self._time_of(hex(told.block))
        if at != self._now:
            raise self._odd("eth_sendRawTransactionSync", f"a block at {at}, not {self._now}")
        if not told.succeeded:  # though it did not fail when it was asked
            raise Reverted(answers.octets(self.trace(told.transaction)["returnValue"]))
        return Receipt(told.transaction, told.block, at, told.gas, told.logs)

    def _call(self, to: Address | None, data: bytes, caller: Address) -> bytes:
        message = {"from": caller, "data": f"0x{data.hex()}", "gas": hex(GAS_LIMIT)} | ({"to": to} if to else {})
        try:
            return self.rpc.ask(answers.octets, "eth_call", message, "latest", None, {"time": hex(self._now)})
        except NodeRefused as refused:
            failed = _failure(refused)
            if failed is None:
                raise
            raise Reverted(failed) from None

    def _nonce(self, caller: Address) -> int:
        if caller not in self._nonces:
            self._nonces[caller] = self.rpc.ask(answers.number, "eth_getTransactionCount", caller, "latest")
        return self._nonces[caller]

    def _time_of(self, block: str) -> UtcSeconds:
        header = self.rpc.ask(lambda told: answers.number(told["timestamp"]), "eth_getBlockByNumber", block, False)
        return UtcSeconds(header)

    def _odd(self, method: str, why: str) -> MalformedAnswer:
        return MalformedAnswer(node=self.rpc.node, method=method, why=why)


@dataclass(frozen=True, slots=True)
class _Received:
    transaction: Hash
    block: int
    gas: int
    logs: tuple[Log, ...]
    succeeded: bool


def _received(told: Any) -> _Received:
    return _Received(
        Hash(answers.word(told["transactionHash"])),
        answers.number(told["blockNumber"]),
        answers.number(told["gasUsed"]),
        tuple(answers.log(entry) for entry in told["logs"]),
        answers.number(told["status"]) == 1,
    )


def _accounts(told: Any) -> dict[Address, dict[Slot, Word]]:
    """Each account's storage in a dump of the whole state, which is gzipped JSON."""
    try:
        accounts = json.loads(gzip.decompress(answers.octets(told)))["accounts"]
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"no dump: {error}") from None
    return {
        answers.address(name): {
            Slot(answers.number(slot)): Word(answers.number(value).to_bytes(32, "big"))
            for slot, value in account["storage"].items()
        }
        for name, account in accounts.items()
    }


def _mined(entry: Any) -> tuple[int, Hash, Log]:
    return answers.number(entry["blockNumber"]), Hash(answers.word(entry["transactionHash"])), answers.log(entry)


def _failure(refused: NodeRefused) -> bytes | None:
    """What a failed message answered; None when the node refused for another reason."""
    number, said, data = (refused.arguments[name] for name in ("number", "said", "data"))
    if number == REVERTED:
        return answers.octets(data or "0x")
    return b"" if str(said).startswith("EVM error") else None  # an invalid opcode, or out of gas
