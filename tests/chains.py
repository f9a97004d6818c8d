# SPDX-License-Identifier: Apache-2.0
"""A chain within the test: the EVM itself, without blocks, fees or signed transactions, and a ledger on it.

`Chain` is what a test needs of any chain; EvmChain is py-evm run message by message, as fast as Python goes. What it
leaves out (transactions and their gas) tests/unit/abi/test_chains.py checks against eth-tester, which has them.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol

from coincurve import PrivateKey
from eth._utils.address import generate_contract_address
from eth.constants import BLANK_ROOT_HASH, CREATE_CONTRACT_ADDRESS
from eth.db.atomic import AtomicDB
from eth.vm.execution_context import ExecutionContext
from eth.vm.forks.cancun.state import CancunState
from eth.vm.message import Message
from eth_abi.abi import decode as abi_decode
from eth_abi.abi import encode as abi_encode
from eth_typing import Address as RawAddress
from eth_typing import BlockNumber, Hash32
from eth_utils.abi import collapse_if_tuple, function_abi_to_4byte_selector

from chain.abi import events, reverts
from chain.abi.artifacts import Contract, artifact
from chain.abi.calls import SignedCall, encode
from chain.abi.eip712 import Domain, Signed, digest
from chain.abi.events import Log
from chain.abi.keccak import keccak
from chain.abi.records import Word
from chain.abi.schema import entries
from chain.abi.slots import Slot
from chain.domain.clock import UtcSeconds
from chain.domain.events import Event
from chain.domain.money import Ppm
from chain.domain.vocabulary import ZERO_ADDRESS, Address, Hash, OfficerId, Rules

START = UtcSeconds(1_800_000_000)  # 2027-01-15 08:00:00 UTC
CHAIN_ID = 31_337
CURRENCY, EXPONENT = b"CNY", 2
YEAR = 366 * 86_400
FIRST_RULES = Rules(
    start=UtcSeconds(0),
    max_tenor=YEAR,
    max_offer=30 * 24,
    hop_cap=6,
    min_piece=2,
    min_late_rate=Ppm(0),
    max_late_rate=Ppm(500_000),
    min_closes=0,
    max_closes=30,
)
GAS = 30_000_000  # a message's; no operation comes near


def _raw(address: Address) -> RawAddress:
    return RawAddress(bytes.fromhex(address[2:]))


def _text(raw: bytes) -> Address:
    return Address(f"0x{raw.hex()}")


# ---------------------------------------------------------------- keys


@dataclass(frozen=True)
class Key:
    """A signing key that is the same in every run."""

    name: str
    private: PrivateKey = field(repr=False, compare=False)
    address: Address

    def sign(self, message: Signed, domain: Domain) -> bytes:
        """65 bytes r, s, v; libsecp256k1 makes s low."""
        return self.sign_hash(digest(message, domain))

    def sign_hash(self, hashed: bytes) -> bytes:
        """65 bytes r, s, v over 32 bytes."""
        signature = self.private.sign_recoverable(hashed, hasher=None)
        return signature[:64] + bytes([27 + signature[64]])


@cache
def key(name: str) -> Key:
    """The key of that name."""
    private = PrivateKey(hashlib.sha256(f"deeptier test key {name}".encode()).digest())
    return Key(name, private, _text(keccak(private.public_key.format(compressed=False)[1:])[12:]))


DEPLOYER, RELAY = key("deployer"), key("relay")
"""Two callers with no account in any ledger."""


# ---------------------------------------------------------------- chains


class Reverted(Exception):
    """A message failed; `data` is what it answered."""

    def __init__(self, data: bytes) -> None:
        super().__init__(f"0x{data.hex()}")
        self.data = data


class Chain(Protocol):
    """A chain whose time stands still until a test moves it, and where a transaction costs nothing."""

    chain_id: int

    @property
    def now(self) -> UtcSeconds:
        """The block time of what runs next."""

    def travel(self, to: UtcSeconds) -> None:
        """Go forward to an instant."""

    def next_address(self, ahead: int = 0) -> Address:
        """Where the next deployed contract, or one some deployments later, will stand."""

    def deploy(self, creation: bytes) -> tuple[Address, tuple[Log, ...]]:
        """Run creation code, arguments included. Raises Reverted."""

    def send(self, to: Address, data: bytes, caller: Address) -> tuple[Log, ...]:
        """Run a message for good. Raises Reverted, and then nothing has changed."""

    def call(self, to: Address, data: bytes, caller: Address) -> bytes:
        """Ask. Raises Reverted."""

    def word(self, contract: Address, slot: Slot) -> Word:
        """What stands in one storage slot."""


class _State(CancunState):
    """The EVM's state, which remembers where it was written."""

    def __init__(
        self, db: AtomicDB, context: ExecutionContext, root: Hash32, written: Mapping[RawAddress, set[int]]
    ) -> None:
        self.written = defaultdict(set, {contract: set(slots) for contract, slots in written.items()})
        super().__init__(db, context, root)

    def set_storage(self, address: RawAddress, slot: int, value: int) -> None:
        self.written[address].add(slot)
        super().set_storage(address, slot, value)


class EvmChain:
    """A Chain in this process. `fork` is cheap: deploy once, and fork for every test."""

    def __init__(self, chain_id: int = CHAIN_ID, now: UtcSeconds = START) -> None:
        self.chain_id = chain_id
        self._now, self._deployed = now, 0
        self._db = AtomicDB()
        self._state = _State(self._db, self._context(), BLANK_ROOT_HASH, {})

    def fork(self) -> "EvmChain":
        """A chain that goes on from here on its own."""
        self._state.persist()
        other = EvmChain(self.chain_id, self._now)
        other._deployed, other._db = self._deployed, self._db
        other._state = _State(self._db, other._context(), self._state.state_root, self._state.written)
        return other

    @property
    def now(self) -> UtcSeconds:
        """The block time of what runs next."""
        return self._now

    def travel(self, to: UtcSeconds) -> None:
        """Go forward to an instant."""
        if to < self._now:
            raise ValueError(f"time does not go back from {self._now} to {to}")
        self._now = to
        self._state.execution_context = self._context()

    def next_address(self, ahead: int = 0) -> Address:
        """Where the next deployed contract, or one some deployments later, will stand."""
        return _text(generate_contract_address(_raw(DEPLOYER.address), self._deployed + ahead))

    def deploy(self, creation: bytes) -> tuple[Address, tuple[Log, ...]]:
        """Run creation code, arguments included. Raises Reverted."""
        address = self.next_address()
        self._deployed += 1
        _, logs = self._run(
            Message(
                GAS, CREATE_CONTRACT_ADDRESS, _raw(DEPLOYER.address), 0, b"", creation, create_address=_raw(address)
            )
        )
        return address, logs

    def send(self, to: Address, data: bytes, caller: Address) -> tuple[Log, ...]:
        """Run a message for good. Raises Reverted, and then nothing has changed."""
        _, logs = self._run(self._message(to, data, caller))
        return logs

    def call(self, to: Address, data: bytes, caller: Address) -> bytes:
        """Ask. Raises Reverted."""
        before = self._state.snapshot()
        try:
            answer, _ = self._run(self._message(to, data, caller), final=False)
        finally:
            self._state.revert(before)
        return answer

    def word(self, contract: Address, slot: Slot) -> Word:
        """What stands in one storage slot."""
        return Word(self._state.get_storage(_raw(contract), slot).to_bytes(32, "big"))

    def storage(self, contract: Address) -> dict[Slot, Word]:
        """Every slot of a contract that is not zero: those among all that were ever written."""
        words = {Slot(slot): self.word(contract, Slot(slot)) for slot in self._state.written[_raw(contract)]}
        return {slot: word for slot, word in words.items() if any(word)}

    def put(self, contract: Address, slot: int, value: int) -> None:
        """Write a slot as no message could: for tests that begin in states which take long to reach."""
        self._state.set_storage(_raw(contract), slot, value)
        self._state.lock_changes()

    def has_code(self, address: Address) -> bool:
        """Whether a contract stands there."""
        return bool(self._state.get_code(_raw(address)))

    def put_code(self, address: Address, like: Address) -> None:
        """Make a contract stand at an address whose code is another's."""
        self._state.set_code(_raw(address), self._state.get_code(_raw(like)))
        self._state.lock_changes()

    def set_time(self, now: UtcSeconds) -> None:
        """Go to an instant, back as well: for tests that begin in a state of their own."""
        self._now = now
        self._state.execution_context = self._context()

    def _message(self, to: Address, data: bytes, caller: Address) -> Message:
        return Message(GAS, _raw(to), _raw(caller), 0, data, self._state.get_code(_raw(to)))

    def _run(self, message: Message, final: bool = True) -> tuple[bytes, tuple[Log, ...]]:
        """What a transaction does between its validation and its fee (Yellow Paper, section 6.2)."""
        state = self._state
        context = state.get_transaction_context_class()(gas_price=0, origin=message.sender)
        for address in (message.sender, message.storage_address):
            state.mark_address_warm(address)
        evm = state.computation_class
        apply = evm.apply_create_message if message.is_create else evm.apply_message
        done = apply(state, message, context)
        if final:
            state.lock_changes()
            state.clear_transient_storage()
        if done.is_error:
            raise Reverted(done.output)
        logs = [
            Log(_text(address), tuple(Hash(topic.to_bytes(32, "big")) for topic in topics), data)
            for address, topics, data in done.get_log_entries()
        ]
        return done.output, tuple(logs)

    def _context(self) -> ExecutionContext:
        return ExecutionContext(
            coinbase=RawAddress(bytes(20)),
            timestamp=self._now,
            block_number=BlockNumber(1),
            difficulty=0,
            mix_hash=Hash32(bytes(32)),
            gas_limit=GAS,
            prev_hashes=(),
            chain_id=self.chain_id,
            base_fee_per_gas=0,
            excess_blob_gas=0,
        )


# ---------------------------------------------------------------- a ledger


@dataclass(frozen=True)
class Deployed:
    """A ledger on a chain."""

    chain: Chain
    ledger: Address
    module: Address
    rulebook: Address
    domain: Domain
    born: tuple[Event, ...]  # of the Rulebook's and the ledger's constructors

    def send(self, call: SignedCall, caller: Address = RELAY.address) -> tuple[Event, ...]:
        """Run a call for good; what happened. Raises its Refusal, or UnknownRevert."""
        try:
            return self.events(self.chain.send(self.ledger, encode(call), caller))
        except Reverted as revert:
            raise reverts.refusal(revert.data) from None

    def events(self, logs: Sequence[Log]) -> tuple[Event, ...]:
        """The events in the logs of the ledger and its Rulebook."""
        ours = [log for log in logs if log.address in (self.ledger, self.rulebook)]
        decoded = [events.decode(log, self.ledger, self.rulebook) for log in ours]
        return tuple(event for event in decoded if event is not None)

    def view(self, name: str, *arguments: Any) -> tuple[Any, ...]:
        """What one of the ledger's views answers, by eth-abi."""
        return ask(self.chain, "IReceivableLedger", self.ledger, name, *arguments)

    def on(self, chain: Chain) -> "Deployed":
        """The same ledger on a fork of its chain."""
        return Deployed(chain, self.ledger, self.module, self.rulebook, self.domain, self.born)


def deploy_ledger(
    chain: Chain, registrars: Sequence[tuple[Address, OfficerId, int]], identity: bytes, rules: Rules = FIRST_RULES
) -> Deployed:
    """A ledger whose Registrar has these accounts: (address, officer, rights)."""
    views, _ = chain.deploy(artifact("LedgerViews").creation)
    module, _ = chain.deploy(_creation("LedgerModule", views))
    ledger = chain.next_address(ahead=1)
    rulebook, first = chain.deploy(rulebook_creation(ledger, 1, rules))
    placed, second = chain.deploy(
        _creation("ReceivableLedger", module, rulebook, CURRENCY, EXPONENT, identity, list(registrars))
    )
    assert placed == ledger
    empty = Deployed(chain, ledger, module, rulebook, Domain(chain.chain_id, ledger), ())
    return Deployed(chain, ledger, module, rulebook, empty.domain, empty.events(first + second))


def rulebook_creation(ledger: Address, version: int, rules: Rules) -> bytes:
    """The creation code of a Rulebook that serves a ledger."""
    limits = (rules.start, rules.max_tenor, rules.max_offer, rules.hop_cap, rules.min_piece)
    bounds = (rules.min_late_rate, rules.max_late_rate, rules.min_closes, rules.max_closes)
    return _creation("Rulebook", ledger, (1, version, *limits, *bounds, ZERO_ADDRESS, ZERO_ADDRESS, 0))


@dataclass(frozen=True)
class Deposit:
    """A bank's TokenizedDeposit on a chain."""

    chain: Chain
    token: Address
    bank: Address

    def mint(self, to: Address, amount: int) -> None:
        self.chain.send(self.token, _calldata("TokenizedDeposit", "mint", to, amount), self.bank)

    def approve(self, owner: Address, spender: Address, amount: int = 2**256 - 1) -> None:
        self.chain.send(self.token, _calldata("TokenizedDeposit", "approve", spender, amount), owner)

    def balance(self, owner: Address) -> int:
        (balance,) = ask(self.chain, "TokenizedDeposit", self.token, "balanceOf", owner)
        return int(balance)


def deploy_deposit(chain: Chain, bank: Address, exponent: int = EXPONENT) -> Deposit:
    """A cash token of a bank."""
    token, _ = chain.deploy(_creation("TokenizedDeposit", "Deposit", "DEP", exponent, bank))
    return Deposit(chain, token, bank)


def ask(chain: Chain, contract: Contract, address: Address, name: str, *arguments: Any) -> tuple[Any, ...]:
    """What a view of a contract answers."""
    answer = chain.call(address, _calldata(contract, name, *arguments), RELAY.address)
    return tuple(abi_decode(_types(_function(contract, name)["outputs"]), answer))


def _creation(contract: Contract, *arguments: Any) -> bytes:
    (constructor,) = entries(contract, "constructor")
    return artifact(contract).creation + abi_encode(_types(constructor["inputs"]), arguments)


def _calldata(contract: Contract, name: str, *arguments: Any) -> bytes:
    entry: Any = _function(contract, name)
    return function_abi_to_4byte_selector(entry) + abi_encode(_types(entry["inputs"]), arguments)


def _function(contract: Contract, name: str) -> Mapping[str, Any]:
    (entry,) = [entry for entry in entries(contract, "function") if entry["name"] == name]
    return entry


def _types(parameters: Sequence[Any]) -> list[str]:
    return [collapse_if_tuple(parameter) for parameter in parameters]
