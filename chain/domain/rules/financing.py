# SPDX-License-Identifier: Apache-2.0
"""Early payment: delivery versus payment of a claim against cash (IFinancing)."""

from chain.domain.clock import UtcSeconds
from chain.domain.commands import Call, Discount, Quote
from chain.domain.events import Discounted
from chain.domain.refusals import (
    ClaimLiened,
    ObligorCannotHold,
    PriceAboveFace,
    QuoteWithdrawn,
    SelfDealing,
    StatusChanged,
    ZeroAmount,
)
from chain.domain.rules.conditions import (
    claim_of,
    held,
    lien_in_force,
    money_first,
    next_claim_version,
    next_seq,
    not_past_due,
    piece,
    still_open,
    window,
    within,
)
from chain.domain.rules.rows import Rows
from chain.domain.rules.settlement import cash_ready
from chain.domain.rules.signing import Events, proof, receiver, signed
from chain.domain.vocabulary import Obligation, ObligationStatus, Right, Role


def discount(rows: Rows, message: Discount, call: Call, now: UtcSeconds) -> Events:
    """A holder takes a financier's quote: claim and cash move together, or neither does.

    Raises what SIGNED raises of both; what CLAIM raises; NotHeld, ClaimLiened; what OPEN raises; StatusChanged; what
    WINDOW and MONEY FIRST raise; ZeroAmount, PieceTooLarge; of a part PastDue and what PIECE raises; SelfDealing,
    ObligorCannotHold; what RECEIVER raises; QuoteWithdrawn, ZeroAmount, PriceAboveFace; ClaimSequenceExhausted,
    ClaimVersionExhausted; CashRefused.
    """
    quote = message.quote
    obligation = quote.claim.obligation
    signed(rows, message, proof(call, 0), Right.MAKER, now)
    signed(rows, quote, proof(call, 1), Right.MAKER, now)
    claim = claim_of(rows, message.participant, quote.claim, quote.version)
    row = rows.obligations[obligation]
    held(quote.claim, claim)
    if lien_in_force(claim, now) and claim.lienholder not in (quote.participant, message.participant):
        raise ClaimLiened(claim=quote.claim, lienholder=claim.lienholder, until=claim.lien_until)
    still_open(obligation, row)
    present = ObligationStatus.OVERDUE if now > row.due else row.status
    if quote.status != present:
        raise StatusChanged(obligation=obligation, current=present, assumed=quote.status)
    window(quote.claim, row, now)
    money_first(rows, quote.claim, claim, row)
    whole = within(quote.claim, claim, quote.amount)
    if not whole:
        not_past_due(quote.claim, row, now)
        piece(rows, quote.claim, claim, claim.amount, quote.amount)
    _buyer(rows, message, now)
    _price(rows, quote)
    child = 0 if whole else next_seq(obligation, row)
    version = next_claim_version(quote.claim, claim)
    _cash(rows, quote, row)
    return (_sold(quote, version, child, row),)


def _buyer(rows: Rows, message: Discount, now: UtcSeconds) -> None:
    financier = message.quote.participant
    if financier == message.participant:
        raise SelfDealing(participant=financier)
    if financier == message.quote.claim.obligor:
        raise ObligorCannotHold(obligor=financier)
    receiver(rows, financier, Role.FINANCIER, now)


def _price(rows: Rows, quote: Quote) -> None:
    epoch = rows.participants[quote.participant].quote_epoch
    if quote.epoch != epoch:
        raise QuoteWithdrawn(financier=quote.participant, epoch=epoch, given=quote.epoch)
    if quote.price == 0:
        raise ZeroAmount()
    if quote.price > quote.amount:
        raise PriceAboveFace(amount=quote.amount, price=quote.price)


def _cash(rows: Rows, quote: Quote, row: Obligation) -> None:
    cash_ready(rows, rows.rails[row.rail].token, rows.participants[quote.participant].cash, quote.price)


def _sold(quote: Quote, version: int, child: int, row: Obligation) -> Discounted:
    pricing = quote.rate << 24 | quote.tenor_days << 8 | quote.basis
    return Discounted(quote.claim, version, child, quote.participant, quote.amount, quote.price, pricing, row.rulebook)
