# SPDX-License-Identifier: Apache-2.0
"""What the rest asks of any chain, and a ledger and a cash token on one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from chain.abi import events, reverts
from chain.abi.calls import SignedCall, encode
from chain.abi.eip712 import Domain
from chain.abi.events import Log
from chain.abi.plain import Contract, answer, calldata, creation, rulebook_creation
from chain.abi.records import Word
from chain.abi.slots import Slot
from chain.domain.clock import UtcSeconds
from chain.domain.events import Event
from chain.domain.vocabulary import Address, Hash, OfficerId, Rules

RELAY = Address("0x" + "0f" * 20)
"""A caller with no account in any ledger, for questions; nobody has its key."""


class Reverted(Exception):
    """A message failed; `data` is what it answered."""

    def __init__(self, data: bytes) -> None:
        super().__init__(f"0x{data.hex()}")
        self.data = data


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a transaction."""

    transaction: Hash | None  # none on a chain without transactions
    block: int
    at: UtcSeconds  # the block's time
    gas: int  # used by all of it: intrinsic, calldata and execution, less the refund
    logs: tuple[Log, ...]


class Chain(Protocol):
    """A chain whose time stands still until somebody moves it, and where a transaction costs nothing."""

    chain_id: int
    relay: Address
    """A caller with no account in any ledger for whom this chain can send."""

    @property
    def now(self) -> UtcSeconds:
        """The block time of what runs next."""

    def travel(self, to: UtcSeconds) -> None:
        """Go forward to an instant."""

    def next_address(self, ahead: int = 0) -> Address:
        """Where the next deployed contract, or one some deployments later, will stand."""

    def deploy(self, creation: bytes) -> tuple[Address, Receipt]:
        """Run creation code, arguments included; where the contract stands. Raises Reverted."""

    def send(self, to: Address, data: bytes, caller: Address) -> Receipt:
        """Run a message for good. Raises Reverted, and then nothing has changed."""

    def call(self, to: Address, data: bytes, caller: Address) -> bytes:
        """Ask. Raises Reverted."""

    def word(self, contract: Address, slot: Slot) -> Word:
        """What stands in one storage slot."""


@dataclass(frozen=True)
class Carried:
    """A call that was run for good: what happened, and what it took."""

    events: tuple[Event, ...]
    receipt: Receipt


@dataclass(frozen=True)
class Deployed:
    """A ledger on a chain."""

    chain: Chain
    ledger: Address
    module: Address
    views: Address
    rulebook: Address
    domain: Domain
    born: tuple[Event, ...]  # of the Rulebook's and the ledger's constructors

    def carry(self, call: SignedCall, caller: Address | None = None) -> Carried:
        """Run a call for good; the caller is the chain's relay unless said. Raises its Refusal, or UnknownRevert."""
        try:
            receipt = self.chain.send(self.ledger, encode(call), self.chain.relay if caller is None else caller)
        except Reverted as revert:
            raise reverts.refusal(revert.data) from None
        return Carried(self.events(receipt.logs), receipt)

    def send(self, call: SignedCall, caller: Address | None = None) -> tuple[Event, ...]:
        """Run a call for good; what happened. Raises as carry."""
        return self.carry(call, caller).events

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
        return replace(self, chain=chain)


def deploy_ledger(
    chain: Chain,
    registrars: Sequence[tuple[Address, OfficerId, int]],
    identity: bytes,
    rules: Rules,
    currency: bytes,
    exponent: int,
) -> Deployed:
    """A ledger whose Registrar has these accounts: (address, officer, rights). `currency`: 3 letters."""
    views, _ = chain.deploy(creation("LedgerViews"))
    module, _ = chain.deploy(creation("LedgerModule", views))
    ledger = chain.next_address(ahead=1)
    rulebook, first = chain.deploy(rulebook_creation(ledger, 1, rules))
    placed, second = chain.deploy(
        creation("ReceivableLedger", module, rulebook, currency, exponent, identity, list(registrars))
    )
    assert placed == ledger
    newborn = Deployed(chain, ledger, module, views, rulebook, Domain(chain.chain_id, ledger), ())
    return replace(newborn, born=newborn.events(first.logs + second.logs))


@dataclass(frozen=True)
class Deposit:
    """A bank's TokenizedDeposit on a chain."""

    chain: Chain
    token: Address
    bank: Address

    def mint(self, to: Address, amount: int) -> None:
        self.chain.send(self.token, calldata("TokenizedDeposit", "mint", to, amount), self.bank)

    def approve(self, owner: Address, spender: Address, amount: int = 2**256 - 1) -> None:
        self.chain.send(self.token, calldata("TokenizedDeposit", "approve", spender, amount), owner)

    def balance(self, owner: Address) -> int:
        (balance,) = ask(self.chain, "TokenizedDeposit", self.token, "balanceOf", owner)
        return int(balance)


def deploy_deposit(chain: Chain, bank: Address, exponent: int) -> Deposit:
    """A cash token of a bank."""
    token, _ = chain.deploy(creation("TokenizedDeposit", "Deposit", "DEP", exponent, bank))
    return Deposit(chain, token, bank)


def ask(chain: Chain, contract: Contract, address: Address, name: str, *arguments: Any) -> tuple[Any, ...]:
    """What a view of a contract answers."""
    return answer(contract, name, chain.call(address, calldata(contract, name, *arguments), RELAY))
