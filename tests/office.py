# SPDX-License-Identifier: Apache-2.0
"""The offices around a demo network that runs: the Registrar, the car maker and its suppliers, at the book's door.

What they sign goes into the book of the folder and from there its own way; the model's rows are kept beside it.
"""

import json
from pathlib import Path

from api.story.cast import BOTH, CLEARING, FOAM, MOTORS, REGISTRAR, SEATS, Company, Keys
from api.story.orders import Order, order
from api.story.stage import EXPONENT, RULES
from chain.abi.eip712 import Domain
from chain.domain import commands as c
from chain.domain.clock import DAY, SystemClock, UtcSeconds
from chain.domain.money import Fen, Ppm
from chain.domain.rules import FirstAccount, Rows, apply, check, commit, genesis
from chain.domain.vocabulary import (
    HOUR,
    ZERO_ADDRESS,
    ZERO_HASH,
    Address,
    ClaimId,
    Hours,
    InvoicePart,
    ObligationId,
    OfficerId,
    RailId,
    Rules,
)
from chain.signing.signer import Signer
from chain.store.db import connect
from chain.store.words import SubmissionState as State
from chain.submission.outbox import Outbox

RAIL = RailId(1)
FACE = Fen(50_000_00)
FOREVER = UtcSeconds(2**32 - 1)


class Office:
    """The demo network of a folder. `holder` signs for the first creditor, whose claims are split later."""

    def __init__(self, folder: Path, holder: Signer | None = None) -> None:
        network = json.loads((folder / "network.json").read_text("utf-8"))
        self.book, self.keys = folder / "book.db", Keys(network["chain_id"])
        self.ledger, self.token = Address(network["ledger"]), Address(network["cash"][0])
        self.domain = Domain(network["chain_id"], self.ledger)
        self.holder: Signer = holder or self.keys.officer(SEATS)
        self.rows = self._newborn(Address(network["rulebook"]), RULES)
        self.now = SystemClock().now()

    def furnish(self) -> None:
        """Admit everybody, open the rail; the holder accepts all that comes from the car maker."""
        for who in (CLEARING, MOTORS, FOAM):
            self.do(self.admit(who, self.keys.officer(who)))
        self.do(self.admit(SEATS, self.holder))
        registrar, checker = self.keys.officer(REGISTRAR), self.keys.officer(MOTORS, 2)
        maker, clearing, foam = (self.keys.officer(who) for who in (MOTORS, CLEARING, FOAM))
        added = checker.address, OfficerId(2), int(BOTH), registrar.address, maker.address, ZERO_ADDRESS, FOREVER
        self.do(self.signed(c.AddAccount(MOTORS.id, self.version(MOTORS), *added), registrar, maker, None, checker))
        bank = self.token, CLEARING.id, self.keys.escrow.address, clearing.address, registrar.address, FOREVER
        self.do(self.signed(c.AddRail(REGISTRAR.id, RAIL, *bank), registrar, clearing))
        always = UtcSeconds(self.now + 300 * DAY)
        message = c.SetAutoAccept(FOAM.id, self.version(FOAM), SEATS.id, always, foam.address, FOREVER)
        self.do(self.signed(message, foam))

    def held(self, number: int, face: Fen = FACE) -> ClaimId:
        """The car maker makes a promise, and the holder accepts; its claim."""
        registrar, (maker, checker) = self.keys.officer(REGISTRAR), (self.keys.officer(MOTORS, n) for n in (1, 2))
        fingerprint = self.keys.commitment(f"invoice {number}")
        entry = c.InvoiceEntry(fingerprint, face, ZERO_HASH)
        entered = c.RegisterInvoices(REGISTRAR.id, MOTORS.id, (entry,), registrar.address, FOREVER)
        self.do(self.signed(entered, registrar))
        terms = c.NewObligation(
            number,
            SEATS.id,
            face,
            UtcSeconds(self.now + 90 * DAY),
            Hours((self.now + DAY) // HOUR),
            RAIL,
            2,
            Ppm(182_500),
            self.keys.commitment(f"terms {number}"),
            (InvoicePart(fingerprint, face),),
        )
        self.do(self.signed(c.Issue(MOTORS.id, terms, maker.address, checker.address, FOREVER), maker, checker))
        claim = ObligationId(MOTORS.id, number).claim(1)
        accepted = c.Accept(SEATS.id, claim, self.rows.claims[claim].version, self.holder.address, self.soon)
        self.do(self.signed(accepted, self.holder))
        return claim

    def admit(self, who: Company, own: Signer) -> Order:
        registrar = self.keys.officer(REGISTRAR)
        cash, identity = self.keys.cash(who).address, self.keys.commitment(who.name.en)
        first = own.address, OfficerId(1), int(BOTH), registrar.address, self.soon
        message = c.RegisterParticipant(REGISTRAR.id, who.id, int(who.role), who.limit, cash, identity, *first)
        return self.signed(message, registrar, own)

    def split(self, claim: ClaimId, amount: int) -> Order:
        """The holder passes a part on to its supplier."""
        version = self.rows.claims[claim].version
        message = c.Split(SEATS.id, claim, version, FOAM.id, Fen(amount), self.holder.address, self.soon)
        return self.signed(message, self.holder)

    def signed(self, message: c.Message, *signers: Signer | None) -> Order:
        return order(self.domain, message, signers, (), self.soon)

    def version(self, who: Company) -> int:
        return self.rows.participants[who.id].version

    @property
    def soon(self) -> UtcSeconds:
        """A deadline that a signer's policy may grant."""
        return UtcSeconds(SystemClock().now() + 3 * HOUR)

    def do(self, one: Order) -> None:
        """Submit an order and wait until it is final."""
        with connect(self.book) as db:
            outbox = Outbox(db)
            found = outbox.wait(outbox.submit(one.signed, f"office {one.call.identity!r}").id, 30)
        assert found.state == State.FINAL, found
        self.play(one)

    def play(self, one: Order) -> None:
        """It happens on the model."""
        for event in check(self.rows, one.call, self.now):
            commit(self.rows, apply(self.rows, event, self.now))

    def _newborn(self, rulebook: Address, rules: Rules) -> Rows:
        officers = tuple(FirstAccount(self.keys.officer(REGISTRAR, n).address, OfficerId(n), int(BOTH)) for n in (1, 2))
        rows = genesis(self.keys.commitment(REGISTRAR.name.en), officers, rulebook, rules, EXPONENT)
        rows.tokens[self.token] = EXPONENT
        return rows
