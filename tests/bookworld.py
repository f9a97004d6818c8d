# SPDX-License-Identifier: Apache-2.0
"""A world whose calls go through the book: submitted, planned, mined on an embedded node, compared with the model."""

import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from chain.abi import events
from chain.abi.plain import calldata
from chain.domain import commands as c
from chain.domain.clock import Clock, FixedClock
from chain.domain.errors import Refusal
from chain.domain.events import Event
from chain.domain.rules import apply, check, commit
from chain.domain.vocabulary import Address, Hash
from chain.node import answers
from chain.node.anvil import Anvil
from chain.node.chain import Deposit
from chain.node.rpc import Rpc
from chain.node.sequencer import Sequencer
from chain.store.db import connect
from chain.store.words import SubmissionState as State
from chain.submission.birth import bear, contracts
from chain.submission.outbox import Outbox
from chain.submission.sender import Sender, Target, Transaction
from tests.both import Disagreement
from tests.cast import BANK, FIRST_RULES, GENESIS, NOW, name_of
from tests.cast import digest as hash_of
from tests.chains import CURRENCY, EXPONENT, RELAY, key
from tests.signed import SignedWorld
from tests.worlds import World

CHAIN_ID = 7_777_777_001
DEPLOYMENT = contracts(
    CHAIN_ID, RELAY.address, GENESIS, hash_of("registrar"), FIRST_RULES, CURRENCY, EXPONENT, BANK.cash
)
LEDGER = DEPLOYMENT[0].ledger


class Cash(Deposit):
    """The cash token, written to through the book by whoever may."""

    def __init__(self, world: "BookWorld", token: Address) -> None:
        object.__setattr__(self, "_world", world)
        super().__init__(chain=None, token=token, bank=BANK.cash)  # type: ignore[arg-type]

    def mint(self, to: Address, amount: int) -> None:
        self._send(self.bank, "mint", to, amount)

    def approve(self, owner: Address, spender: Address, amount: int = 2**256 - 1) -> None:
        self._send(owner, "approve", spender, amount)

    def _send(self, owner: Address, name: str, *arguments: Any) -> None:
        data = calldata("TokenizedDeposit", name, *arguments)
        world: BookWorld = self.__dict__["_world"]
        world.sender.carry([Transaction(key(name_of(owner)), self.token, data, 200_000)])


class BookWorld(SignedWorld):
    """A World on a network of the embedded chain, whose sender runs here, a step at a time."""

    def __init__(
        self, book: str | Path, rpc: Rpc, tell: Callable[[str, dict[str, Any]], None] = lambda *_: None
    ) -> None:
        self.clock, self.db, self.rpc = FixedClock(NOW), connect(book), rpc
        self.sequencer = Sequencer(rpc)
        self.sender = make_sender(self.db, self.sequencer, self.clock, tell)
        self.outbox = Outbox(self.db, self.clock)
        self.sender.settle()
        deployed, token, creations = DEPLOYMENT
        bear(self.sender, RELAY, creations)
        self.deployed, self.deposit = deployed, Cash(self, token)
        World.__init__(self, token=token, rulebook=deployed.rulebook)

    def do(self, call: c.Call, direct: int | None = None) -> tuple[Event, ...]:
        """Submit a call and make its block. Raises its refusal, or Disagreement of model and chain."""
        expected = outcome(lambda: check(self.rows, call, self.now))
        signed, _ = self.signed(call)
        done = self.outbox.submit(signed, secrets.token_hex(8))
        self.sender.step()
        got = self.outbox.submission(done.id)
        if isinstance(expected, Refusal):
            if got.state != State.REFUSED or got.refusal != expected:
                raise Disagreement(f"{call}\nmodel: {expected!r}\nbook: {got}")
            raise expected
        happened = self.events(got.block or 0)
        if got.state != State.FINAL or happened != expected:
            raise Disagreement(f"{call}\nmodel: {expected!r}\nchain: {happened!r}, {got}")
        for event in expected:
            commit(self.rows, apply(self.rows, event, self.now))
            self.log.append((event, self.now))
        return expected

    def wait(self, seconds: int) -> None:
        World.wait(self, seconds)
        self.clock.move_to(self.now)

    def events(self, block: int) -> tuple[Event, ...]:
        """The ledger's events in a block."""
        only = {"fromBlock": hex(block), "toBlock": hex(block)}
        logs = self.rpc.ask(lambda told: [answers.log(each) for each in told], "eth_getLogs", only)
        known = [self.deployed.ledger, self.deployed.rulebook]
        decoded = [events.decode(log, *known) for log in logs if log.address in known]
        return tuple(event for event in decoded if event is not None)


def make_sender(db: Any, sequencer: Sequencer, clock: Clock, tell: Any = lambda *_: None) -> Sender:
    """The sender of the tests' network."""
    return Sender(db, sequencer, RELAY, Target(CHAIN_ID, LEDGER), clock, tell)


def outcome(run: Callable[[], Sequence[Event]]) -> tuple[Event, ...] | Refusal:
    """What happened, or why it was refused."""
    try:
        return tuple(run())
    except Refusal as refusal:
        return refusal


def node() -> Anvil:
    """A node that makes a block when it is told to."""
    return Anvil(NOW, CHAIN_ID, mining=False)


def blocks(db: Any) -> list[tuple[int, int, Hash]]:
    """Number, time and hash of every block in a book that was made."""
    return [
        (number, at, Hash(bytes(h)))
        for number, at, h in db.all("SELECT number, timestamp, hash FROM block WHERE hash IS NOT NULL ORDER BY number")
    ]
