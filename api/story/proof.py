# SPDX-License-Identifier: Apache-2.0
"""The proof at the end: what the node keeps = what its own log of events adds up to = what the reference model says.

Three sources that do not know of each other are compared: the events read back from the node and folded from nothing,
the node's storage (every slot that it keeps, the root that it tells of them, and each slot asked for by name), and the
model's rows, which the story played without ever reading the node. The bank's cash system must agree to the fen.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

from api.story.cast import MOTORS
from api.story.errors import ProofFailed
from api.story.stage import CURRENCY, EXPONENT, Stage
from chain.abi.slots import expected_storage
from chain.abi.storage_root import storage_roots
from chain.domain import events as e
from chain.domain.clock import UtcSeconds
from chain.domain.events import Event
from chain.domain.money import Fen
from chain.domain.rules import TABLES, Rows, apply, commit
from chain.node.onnode import NodeChain


class Happened(NamedTuple):
    """An event and its block's time."""

    event: Event
    at: UtcSeconds


@dataclass(frozen=True)
class Proof:
    """What was compared, and found equal."""

    events: int  # read back from the node and folded
    rows: int  # that they gave, each equal to the model's
    slots: int  # of the ledger and its Rulebook, each equal and none besides
    accounts: int  # at the settlement bank, each balance equal to the model's
    paid: Fen  # by the obligor, interest included
    received: Fen  # by the holders from it
    left: Fen  # in the escrow account


def history(stage: Stage, chain: NodeChain) -> tuple[Happened, ...]:
    """Every event of the ledger and its Rulebook, as the node tells them, oldest first."""
    return tuple(Happened(event, mined.at) for mined in chain.logs() for event in stage.ledger.events([mined.log]))


def prove(stage: Stage, chain: NodeChain, happened: tuple[Happened, ...]) -> Proof:
    """Compare everything with everything. Raises ProofFailed at the first difference."""
    folded = Rows(stage.ledger.rulebook, EXPONENT)
    for event, at in happened:
        commit(folded, apply(folded, event, at))
    told = replace(stage.rows, cash={}, tokens={}, rulebooks={})  # what only other contracts know
    _equal("the folded events", folded, told)
    slots = _storage(stage, chain, folded)
    accounts = 0
    for (_, owner), row in stage.rows.cash.items():
        _equal("an account's balance", stage.deposit.balance(owner), row.balance)
        accounts += 1
    paid = sum(ev.principal + ev.interest for ev, _ in happened if isinstance(ev, e.Funded))
    received = sum(ev.principal + ev.interest for ev, _ in happened if isinstance(ev, e.Redeemed))
    left = stage.deposit.balance(stage.keys.escrow.address)
    _equal("what was paid", paid, received + left)
    _equal("what the obligor owes", stage.rows.participants[MOTORS.id].utilised, 0)
    rows = sum(len(getattr(folded, table)) for table in TABLES)
    return Proof(len(happened), rows, slots, accounts, Fen(paid), Fen(received), Fen(left))


def _storage(stage: Stage, chain: NodeChain, rows: Rows) -> int:
    """Compare all that the node stores of the ledger and its Rulebook with what that must be; how many slots."""
    ledger, rulebook = stage.ledger.ledger, stage.ledger.rulebook
    expected = expected_storage(rows, ledger, CURRENCY)
    kept = chain.storage(ledger, rulebook)
    _equal("the node's storage", {place: word for place, word in kept.items() if any(word)}, expected)
    for contract, root in storage_roots(kept, keep_zeros=True).items():
        _equal("the node's own root of its storage", chain.storage_root(contract), root)
    for (contract, slot), word in expected.items():
        _equal(f"slot {slot:#x} of {contract}", chain.word(contract, slot), word)
    return len(expected)


def _equal(what: str, found: object, expected: object) -> None:
    if found != expected:
        raise ProofFailed(what=f"{what}: {found!r}, not {expected!r}")
