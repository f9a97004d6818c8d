# SPDX-License-Identifier: Apache-2.0
"""Many obligations' lives as signed transactions in blocks: no node is needed, since the model knows every version.

Deterministic: the same number of events gives the same bytes. Suppliers take claims by a standing consent, so a split
has two signatures: the holder's and the relay's.
"""

import random
from collections.abc import Iterator
from typing import Any

from chain.abi.calls import encode
from chain.abi.plain import calldata
from chain.domain import commands as c
from chain.domain.clock import DAY, UtcSeconds
from chain.domain.events import Event
from chain.domain.money import Fen
from chain.domain.vocabulary import ZERO_HASH, Address, ClaimId, InvoicePart, Lifecycle, ObligationId
from chain.signing.key import Key
from chain.signing.transaction import signed_transaction
from chain.submission import gas
from chain.submission.birth import GAS as BIRTH_GAS
from tests.bookworld import CHAIN_ID, DEPLOYMENT, LEDGER
from tests.cast import ANNA, BANK, BEN, CLEO, CORE, FIN, NOW, YUAN, digest, name_of
from tests.chains import RELAY, key
from tests.signed import SignedWorld
from tests.worlds import World

BLOCK = 100  # transactions
AT_ONCE = 20  # lives side by side
SPLITS = 60  # of an obligation's first claim, one by one
PIECES = 10  # of each of its two splits into many
FACE = 2_000 * YUAN

Block = tuple[UtcSeconds, list[bytes]]
"""A block as it is to be: its time and its raw transactions."""


class HistoryWorld(SignedWorld):
    """A World whose calls become transactions of a plan."""

    def __init__(self) -> None:
        self.deployed, token, creations = DEPLOYMENT
        self.blocks: list[Block] = []
        self._nonces: dict[Address, int] = {}
        World.__init__(self, token=token, rulebook=self.deployed.rulebook)
        self._open()
        for creation in creations:
            self._send(RELAY, None, creation, BIRTH_GAS)
        self._open()

    def do(self, call: c.Call, direct: int | None = None) -> tuple[Event, ...]:
        """Play a call on the model and put its transaction, by the relay, into the block. Raises its refusal."""
        signed, _ = self.signed(call)
        events = World.do(self, call)
        self._send(RELAY, LEDGER, encode(signed), gas.limit(call.message, len(call.invoices)))
        if len(self.blocks[-1][1]) == BLOCK:
            self._open()
        return events

    def mint(self, owner: Address, amount: int) -> None:
        World.mint(self, owner, amount)
        self._alone(BANK.cash, "mint", owner, amount)

    def approve(self, owner: Address, approved: bool = True) -> None:
        World.approve(self, owner, approved)
        self._alone(owner, "approve", LEDGER, 2**256 - 1 if approved else 0)

    def _alone(self, owner: Address, name: str, *arguments: Any) -> None:
        """A transaction of another key in a block of its own: a node need not keep the order of two keys."""
        self._open()
        self._send(key(name_of(owner)), self.token, calldata("TokenizedDeposit", name, *arguments), 200_000)
        self._open()

    def _send(self, sender: Key, to: Address | None, data: bytes, limit: int) -> None:
        nonce = self._nonces.get(sender.address, 0)
        self._nonces[sender.address] = nonce + 1
        self.blocks[-1][1].append(signed_transaction(sender, CHAIN_ID, nonce, to, data, limit))

    def _open(self) -> None:
        """Begin the next block, a second later, unless the present one is empty."""
        if self.blocks and not self.blocks[-1][1]:
            return
        self.now = UtcSeconds(NOW + len(self.blocks))
        self.blocks.append((self.now, []))


def live(world: World, events: int) -> None:
    """Let at least so many events happen in a new world."""
    world.furnish()
    world.do(world.set_standing(CORE, limit=Fen(events * FACE)))
    for assignee, giver in ((BEN, ANNA), (CLEO, BEN)):
        world.do(world.set_auto_accept(assignee, giver, world.now + 300 * DAY))
    draw = random.Random(events)
    lives = [_life(world, number, draw) for number in range(1, AT_ONCE + 1)]
    begun = len(lives)
    while len(world.log) < events:
        place = draw.randrange(len(lives))
        call = next(lives[place], None)
        if call is None:
            begun += 1
            lives[place] = _life(world, begun, draw)
        else:
            world.do(call)


def _life(world: World, number: int, draw: random.Random) -> Iterator[c.Call]:
    """All that happens to one obligation; each call is made when it is asked for, so its version is right."""
    name = ObligationId(CORE.id, number)
    first = name.claim(1)
    invoices = tuple(InvoicePart(digest(f"invoice {number} {place}"), Fen(FACE // 2)) for place in range(2))
    yield world.register_invoices(*[c.InvoiceEntry(part.fingerprint, part.amount, ZERO_HASH) for part in invoices])
    due = UtcSeconds(world.now + draw.randrange(20, 300) * DAY)
    yield world.issue(world.promise(number, ANNA, FACE, invoices=invoices, due=due))
    if draw.random() < 0.03:
        yield world.decline(name)
        return
    yield world.accept(name)
    for place in range(SPLITS):
        yield world.split(first, BEN, draw.randrange(10, 20) * YUAN, acceptances=(), identity=ZERO_HASH)
        yield from _fate(world, name.claim(world.rows.obligations[name].seq), draw)
        if place % 30 == 29:
            pieces = [(BEN, draw.randrange(2, 5) * YUAN) for _ in range(PIECES)]
            yield world.split_many(first, *pieces, acceptances=(), identity=ZERO_HASH)
    if draw.random() < 0.5:  # not due yet
        return
    yield world.fund(name, FACE // 3)
    for claim in draw.sample(_held(world, name), 10):
        yield world.redeem(claim)
    yield world.fund_by_receipt(name, world.rows.obligations[name].unpaid, f"receipt {number}")
    for claim in _held(world, name):
        yield world.redeem(claim)


def _fate(world: World, claim: ClaimId, draw: random.Random) -> Iterator[c.Call]:
    """What its holder does with a claim."""
    chance, amount = draw.random(), world.rows.claims[claim].amount
    if chance < 0.40:
        yield world.transfer(claim, CLEO, acceptances=(), identity=ZERO_HASH)
    elif chance < 0.55:
        yield world.lien(claim, FIN, amount if chance < 0.50 else amount // 2)
        pledged = claim if chance < 0.50 else claim.obligation.claim(world.rows.obligations[claim.obligation].seq)
        yield world.release(pledged)
    elif chance < 0.60:
        yield world.cut(claim, amount // 2)
    elif chance < 0.70:
        yield world.discount(world.quote(claim, amount * 99 // 100))


def _held(world: World, name: ObligationId) -> list[ClaimId]:
    """The claims of an obligation that somebody holds."""
    every = (name.claim(seq) for seq in range(1, world.rows.obligations[name].seq + 1))
    return [claim for claim in every if world.rows.claims[claim].lifecycle is Lifecycle.HELD]
