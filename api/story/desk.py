# SPDX-License-Identifier: Apache-2.0
"""The officers' desks: each function writes one order at the present state of the ledger and has it signed."""

from collections.abc import Sequence
from datetime import date

from api.story import figures as f
from api.story.cast import BOTH, CHECKER, CLEARING, MAKER, MOTORS, REGISTRAR, SEATS, Company, Person, company
from api.story.orders import Order, order
from api.story.stage import Stage
from chain.domain import commands as c
from chain.domain.clock import BEIJING, UtcSeconds, due_instant
from chain.domain.money import Fen
from chain.domain.pricing import Discount
from chain.domain.vocabulary import (
    ZERO_ADDRESS,
    ZERO_HASH,
    Address,
    ClaimId,
    ObligationId,
    ObligationStatus,
    OfficerId,
    ParticipantId,
)
from chain.signing.key import Key


def key(stage: Stage, who: Company | Person) -> Key:
    """The signing key of an officer, or of a company's first officer."""
    return stage.keys.officer(who.company, who.officer) if isinstance(who, Person) else stage.keys.officer(who)


# ---------------------------------------------------------------- registry


def admit(stage: Stage, who: Company) -> Order:
    """The Registrar enters a company and its first officer, who signs as well."""
    registrar, own = key(stage, REGISTRAR), key(stage, who)
    message = c.RegisterParticipant(
        REGISTRAR.id,
        who.id,
        int(who.role),
        who.limit,
        stage.keys.cash(who).address if who.paid else ZERO_ADDRESS,
        stage.keys.commitment(who.name.en),
        own.address,
        OfficerId(1),
        MAKER.rights if who == MAKER.company else BOTH,
        registrar.address,
        f.FOREVER,
    )
    return _signed(stage, message, registrar, own)


def name_checker(stage: Stage) -> Order:
    """The car maker's first officer and the Registrar let a second one in."""
    registrar, maker, checker = (key(stage, who) for who in (REGISTRAR, MAKER, CHECKER))
    version = stage.rows.participants[MOTORS.id].version
    new = checker.address, CHECKER.officer, int(CHECKER.rights)
    signers = registrar.address, maker.address, ZERO_ADDRESS
    message = c.AddAccount(MOTORS.id, version, *new, *signers, f.FOREVER)
    return _signed(stage, message, registrar, maker, None, checker)


def set_threshold(stage: Stage) -> Order:
    """What the car maker's first officer may issue alone: agreed by both officers and the Registrar."""
    registrar, maker, checker = (key(stage, who) for who in (REGISTRAR, MAKER, CHECKER))
    version = stage.rows.participants[MOTORS.id].version
    signers = registrar.address, maker.address, checker.address
    message = c.SetThreshold(MOTORS.id, version, MAKER.officer, f.ALONE, *signers, f.FOREVER)
    return _signed(stage, message, registrar, maker, checker)


def open_rail(stage: Stage) -> Order:
    """The settlement bank's escrow account becomes the way that payments take."""
    registrar, clearing = key(stage, REGISTRAR), key(stage, CLEARING)
    bank = stage.deposit.token, CLEARING.id, stage.keys.escrow.address, clearing.address
    return _signed(stage, c.AddRail(REGISTRAR.id, f.RAIL, *bank, registrar.address, f.FOREVER), registrar, clearing)


def record(stage: Stage, documents: Sequence[f.Invoice]) -> Order:
    """The Registrar enters invoices that the car maker owes."""
    registrar = key(stage, REGISTRAR)
    entries = tuple(c.InvoiceEntry(one.fingerprint, one.gross, ZERO_HASH) for one in documents)
    message = c.RegisterInvoices(REGISTRAR.id, MOTORS.id, entries, registrar.address, f.FOREVER)
    return _signed(stage, message, registrar)


# ---------------------------------------------------------------- the promise


def promise(stage: Stage, number: int, documents: Sequence[f.Invoice], due: date, *, alone: bool = False) -> Order:
    """The car maker promises tier 1 the sum of these invoices: maker and checker sign, or the maker alone."""
    terms = c.NewObligation(
        number,
        SEATS.id,
        Fen(sum(one.gross for one in documents)),
        due_instant(due, BEIJING),
        f.five_days_after(stage.now),
        f.RAIL,
        f.CLOSES,
        f.LATE_RATE,
        stage.keys.commitment(f"terms of promise {number}"),
        tuple(one.part for one in documents),
    )
    maker, checker = key(stage, MAKER), None if alone else key(stage, CHECKER)
    second = ZERO_ADDRESS if checker is None else checker.address
    return _signed(stage, c.Issue(MOTORS.id, terms, maker.address, second, stage.tomorrow), maker, checker)


def accept(stage: Stage, claim: ClaimId) -> Order:
    """The original creditor takes the promise."""
    return _signed(stage, c.Accept(*_held(stage, claim), *_speaks(stage, claim)), _holder(stage, claim))


def split(stage: Stage, claim: ClaimId, to: Company, amount: Fen) -> Order:
    """The holder passes a part on, and its new holder agrees."""
    message = c.Split(*_held(stage, claim), to.id, amount, *_speaks(stage, claim))
    return _signed(stage, message, _holder(stage, claim), assignees=(key(stage, to),))


def split_many(stage: Stage, claim: ClaimId, parts: Sequence[tuple[Company, Fen]]) -> Order:
    """The holder passes several parts on at once, and every new holder agrees."""
    pieces = tuple(c.Piece(to.id, amount) for to, amount in parts)
    message = c.SplitMany(*_held(stage, claim), pieces, *_speaks(stage, claim))
    return _signed(stage, message, _holder(stage, claim), assignees=[key(stage, to) for to, _ in parts])


def sell(stage: Stage, seller: Company, claim: ClaimId, bank: Company, offer: Discount) -> Order:
    """A bank's signed offer for the last cents of a claim, and the seller's signature under it."""
    buyer, own = key(stage, bank), key(stage, seller)
    price = offer.face, offer.proceeds, stage.rows.participants[bank.id].quote_epoch, int(ObligationStatus.ISSUED)
    terms = offer.rate, offer.days, offer.basis.value
    version = stage.rows.claims[claim].version
    quote = c.Quote(bank.id, claim, version, *price, *terms, buyer.address, stage.tomorrow)
    return _signed(stage, c.Discount(seller.id, quote, own.address, stage.tomorrow), own, buyer)


def steal(stage: Stage, claim: ClaimId, to: Company) -> Order:
    """A stranger signs in the holder's name."""
    stranger = stage.keys.stranger
    return _signed(stage, c.Transfer(*_held(stage, claim), to.id, stranger.address, stage.tomorrow), stranger)


# ---------------------------------------------------------------- the money


def pay(stage: Stage, obligation: ObligationId, amount: Fen) -> Order:
    """The car maker pays."""
    maker, version = key(stage, MAKER), stage.rows.obligations[obligation].version
    return _signed(stage, c.Fund(MOTORS.id, obligation, version, amount, maker.address, stage.tomorrow), maker)


def anyone(stage: Stage, message: c.Redeem | c.MarkOverdue) -> Order:
    """What needs nobody's signature."""
    return _signed(stage, message)


# ---------------------------------------------------------------- what orders share


def _signed(stage: Stage, message: c.Message, *signers: Key | None, assignees: Sequence[Key] = ()) -> Order:
    return order(stage.ledger.domain, message, signers, assignees, stage.tomorrow)


def _holder(stage: Stage, claim: ClaimId) -> Key:
    return stage.keys.officer(company(stage.rows.claims[claim].holder))


def _held(stage: Stage, claim: ClaimId) -> tuple[ParticipantId, ClaimId, int]:
    """The head of a holder's message: participant, claim, version."""
    row = stage.rows.claims[claim]
    return row.holder, claim, row.version


def _speaks(stage: Stage, claim: ClaimId) -> tuple[Address, UtcSeconds]:
    """The foot of a holder's message: signer, deadline."""
    return _holder(stage, claim).address, stage.tomorrow
