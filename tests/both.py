# SPDX-License-Identifier: Apache-2.0
"""A world that happens twice: every call goes to the reference model and to the contract, and both must say the same.

Same refusal with the same arguments, or same events; after it, every storage slot is what the model's rows say (L10).
"""

from dataclasses import replace
from functools import cache
from typing import Any

from eth_abi.abi import encode as abi_encode

from chain.abi import slots
from chain.abi.keccak import keccak
from chain.abi.plain import rulebook_creation
from chain.abi.slots import Slot
from chain.domain import commands as c
from chain.domain.clock import UtcSeconds
from chain.domain.errors import Refusal
from chain.domain.events import Event, RulebookSet, RulesPublished
from chain.domain.rules import apply, check, commit
from chain.domain.vocabulary import Address, Rules
from tests.cast import BANK, FIRST_RULES, GENESIS, NOW
from tests.cast import digest as hash_of
from tests.chains import CURRENCY, RELAY, deploy_deposit, deploy_ledger, evm_chain
from tests.signed import SignedWorld

BALANCES, ALLOWANCES = 0, 1  # slots of OpenZeppelin's ERC20


class Disagreement(AssertionError):
    """Model and contract do not say the same."""


def outcome(run: Any) -> tuple[Event, ...] | Refusal:
    """What happened, or why it was refused."""
    try:
        return tuple(run())
    except Refusal as refusal:
        return refusal


@cache
def balance_slot(owner: Address) -> Slot:
    """Where a TokenizedDeposit keeps an owner's balance."""
    return Slot(int.from_bytes(keccak(abi_encode(["address", "uint256"], [owner, BALANCES])), "big"))


class BothWorld(SignedWorld):
    """A World whose calls run on a contract as well.

    `slow` compares all of storage after every call; `offset` moves its addresses.
    """

    def __init__(self, rules: Rules = FIRST_RULES, slow: bool = True, offset: int = 0) -> None:
        self.chain = evm_chain(now=NOW)
        for _ in range(offset):  # another ledger stands at another address
            deploy_deposit(self.chain, BANK.cash)
        self.deployed = deploy_ledger(self.chain, GENESIS, hash_of("registrar"), rules)
        self.deposit = deploy_deposit(self.chain, BANK.cash)
        self.slow, self.calls, self.refusals = slow, 0, 0
        self.books = {self.deployed.rulebook: [1]}  # which versions stand in which Rulebook that was ever in use
        super().__init__(token=self.deposit.token, rulebook=self.deployed.rulebook, rules=rules)
        self.compare()

    # ---- what happens, twice

    def do(self, call: c.Call, direct: int | None = None) -> tuple[Event, ...]:
        """Play a call on both. Raises the common refusal.

        `direct`: which signature is empty because its signer calls; unless said, the first one, every second time.
        """
        direct = 0 if direct is None and self.calls % 2 else direct
        self._place_contracts(self.rows)
        expected = outcome(lambda: check(self.rows, call, self.now))
        signed, caller = self.signed(call, direct)
        got = outcome(lambda: self.deployed.send(signed, caller))
        self.calls += 1
        if got != expected:
            raise Disagreement(f"{call}\nmodel:    {expected!r}\ncontract: {got!r}")
        if isinstance(expected, Refusal):
            self.refusals += 1
        else:
            for event in expected:
                commit(self.rows, apply(self.rows, event, self.now))
                self._shelve(event)
                self.log.append((event, self.now))
        # A refused message is undone by the EVM itself, so every fifth of those is looked at.
        if self.slow and (not isinstance(expected, Refusal) or self.calls % 5 == 0):
            self.compare()
        if isinstance(expected, Refusal):
            raise expected
        return expected

    # ---- comparison

    def compare(self) -> None:
        """Every slot of ledger and Rulebook that is not zero, and every balance the model knows, on both sides."""
        ledger = self.deployed.ledger
        expected = slots.expected_storage(self.rows, ledger, CURRENCY, self.books)
        found = {(a, slot): word for a in (ledger, *self.books) for slot, word in self.chain.storage(a).items()}
        if found != expected:
            differ = {place for place in found.keys() | expected.keys() if found.get(place) != expected.get(place)}
            raise Disagreement(
                "\n".join(f"{place}: model {expected.get(place)!r}, contract {found.get(place)!r}" for place in differ)
            )
        for (token, owner), row in self.rows.cash.items():
            held = int.from_bytes(self.chain.word(token, balance_slot(owner)), "big")
            if held != row.balance:
                raise Disagreement(f"{owner}: model {row.balance}, contract {held}")

    def impose(self, rows: Any, now: UtcSeconds) -> None:
        """Make the contract's storage and time what a model world says, however it came to be."""
        self.rows, self.now = rows, now
        chain, ledger = self.chain, self.deployed.ledger
        self._place_contracts(rows)
        self.deployed = replace(self.deployed, rulebook=rows.rulebook)
        wanted = slots.expected_storage(rows, ledger, CURRENCY)
        for address in (ledger, rows.rulebook):
            for slot in chain.storage(address):
                if (address, slot) not in wanted:
                    chain.put(address, slot, 0)
        for (address, slot), word in wanted.items():
            chain.put(address, slot, int.from_bytes(word, "big"))
        for (token, owner), row in rows.cash.items():
            if token in rows.tokens:
                lent = keccak(abi_encode(["address", "uint256"], [owner, ALLOWANCES]))
                allowed = keccak(abi_encode(["address"], [ledger]) + lent)
                chain.put(token, balance_slot(owner), row.balance)
                chain.put(token, int.from_bytes(allowed, "big"), 2**256 - 1 if row.approved else 0)
        chain.set_time(now)

    def _place_contracts(self, rows: Any) -> None:
        """Put code where the model speaks of other contracts: cash tokens, the Rulebook in use and its candidates."""
        chain = self.chain
        if not chain.has_code(rows.rulebook):
            chain.put_code(rows.rulebook, self.deployed.rulebook)
        for token, exponent in rows.tokens.items():
            if not chain.has_code(token):
                chain.put_code(token, deploy_deposit(chain, BANK.cash, exponent).token)
        for address, candidate in rows.rulebooks.items():
            if chain.has_code(address):
                continue
            served = self.deployed.ledger if candidate.serves else RELAY.address
            made, _ = chain.deploy(rulebook_creation(served, candidate.version, candidate.rules))
            chain.put_code(address, made)
            for slot, word in chain.storage(made).items():
                chain.put(address, slot, int.from_bytes(word, "big"))

    def _shelve(self, event: Event) -> None:
        """Remember where a version of the limits was published."""
        if isinstance(event, RulesPublished):
            self.books[self.rows.rulebook] = [*self.books[self.rows.rulebook], event.version]
        elif isinstance(event, RulebookSet):
            self.books[event.rulebook_address] = [self.rows.rulebooks[event.rulebook_address].version]
            self.deployed = replace(self.deployed, rulebook=event.rulebook_address)

    def fork(self) -> "BothWorld":
        """A world of its own in the same state on both sides."""
        twin = object.__new__(BothWorld)
        twin.__dict__.update(self.__dict__)
        twin.rows, twin.log, twin.books = self.rows.copy(), list(self.log), dict(self.books)
        twin.chain = self.chain.fork()
        twin.deployed = self.deployed.on(twin.chain)
        twin.deposit = replace(self.deposit, chain=twin.chain)
        return twin
