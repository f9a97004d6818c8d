# SPDX-License-Identifier: Apache-2.0
"""What a holder and the financiers that it invites do: ask, quote, open, accept, withdraw.

Each is worked out at a desk; what must not have changed meanwhile is asked again in the commit, on the locked request.
A price is written down nowhere before the requester opens it: neither in the book nor in the audit log, and nothing
from which one could find it by trying, as the hash that was signed would be.
"""

from dataclasses import dataclass

from api.access.audit import Action
from api.financing import offers, store
from api.financing.errors import (
    FinancingDone,
    NotYourPart,
    QuotesSealed,
    QuoteThere,
    QuoteVoid,
    QuotingEnded,
    UntilOutOfRange,
)
from api.financing.judging import askable, takable
from api.financing.offers import Offer, Wanted
from api.financing.store import Asking, Financing, Received
from api.paging import instant
from api.problems import NotFound
from api.writing.desk import Desk, Voice
from api.writing.holds import holds
from api.writing.plan import Made
from chain.documents import sealing
from chain.documents.errors import SealDoesNotOpen
from chain.domain import commands as c
from chain.domain.clock import DAY, UtcSeconds
from chain.domain.money import Fen, Ppm
from chain.domain.pricing import Basis
from chain.domain.rules.conditions import not_past_due
from chain.domain.vocabulary import ClaimId, Obligation, ParticipantId
from chain.store.db import Db
from chain.store.words import FinancingState as State

LONGEST = 30 * DAY
"""Seconds for which a request takes quotes, and for which a quote may stand after that, at most."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a financier says of its price."""

    rate: Ppm
    basis: Basis
    until: UtcSeconds


def ask(
    desk: Desk,
    claim: ClaimId,
    amount: Fen | None,
    financiers: tuple[ParticipantId, ...],
    until: UtcSeconds,
    seal: bytes,
) -> None:
    """Ask financiers for early payment of a claim, or of its last `amount` fen.

    Raises NotFound, SealKeyUnusable, UntilOutOfRange, NotFinancier, what a discount is refused for.
    """
    row, own = desk.claim(claim), desk.caller
    wanted = Wanted(0, own.participant, claim, row.version, row.amount if amount is None else amount)
    askable(desk.rows, wanted, financiers, desk.now)
    _within(until, desk.now, min(desk.now + LONGEST, _obligation(desk, claim).due))
    asked = Asking(
        own.participant, own.officer, claim, row.version, wanted.amount, sealing.usable(seal), until, financiers
    )
    desk.plan.also.append(lambda book, made: Made(financing=store.add(book, asked, desk.now)))
    desk.note(Action.FINANCING, f"claim {claim}, amount {wanted.amount}, to {_list(financiers)}")


def quote(desk: Desk, number: int, terms: Terms) -> None:
    """A financier's price, signed, and sealed at once.

    Raises NotFound to whoever is not invited; NotYourPart, FinancingDone, QuotingEnded, QuoteThere, UntilOutOfRange;
    PastDue, ProceedsEmpty, DatesReversed; what a discount is refused for; AccountAbsent, SigningError.
    """
    own, row = desk.caller.participant, _seen(desk, number)
    if own == row.participant:
        raise NotYourPart
    _awaited(desk.book, row, own, desk.now)
    obligation = _obligation(desk, row.claim)
    not_past_due(row.claim, obligation, desk.now)
    _within(terms.until, desk.now, min(row.until + LONGEST, obligation.due))
    price = offers.priced(obligation, row.amount, terms.rate, terms.basis, desk.now)
    epoch = desk.rows.participants[own].quote_epoch
    message = offers.message(row.wanted, price, own, epoch, desk.account(), terms.until)
    takable(desk.rows, row.participant, message, desk.now)
    offer = Offer(message, desk.sign(message.signer, message, sealed=True))
    octets = offers.sealed(offer, row.seal, desk.domain, row.id)

    def write(book: Db, made: Made) -> Made:
        present = _locked(book, row)
        _awaited(book, present, own, desk.now)
        store.put(book, present, (own, desk.caller.officer), octets, terms.until, desk.now)
        return Made(financing=row.id)

    desk.plan.also.append(write)
    desk.note(Action.QUOTE, row.ground)


def open_all(desk: Desk, number: int, private: bytes) -> None:
    """The requester reads all quotes; none is taken in after that.

    Raises NotFound, NotYourPart, FinancingDone, SealDoesNotOpen, SealKeyUnusable.
    """
    row = _own(desk, number)
    if row.state != State.OPEN:
        raise FinancingDone(financing=number, state=str(row.state))
    if sealing.public_of(private) != row.seal:
        raise SealDoesNotOpen

    def write(book: Db, made: Made) -> Made:
        present = _locked(book, row)
        if present.state != State.OPEN:
            raise FinancingDone(financing=number, state=str(present.state))
        received = store.quotes(book, [row.id])[row.id]
        texts = [(one.id, offers.text(_opened(desk, private, row, one))) for one in received]
        store.opened(book, row, texts, desk.now)
        return Made(financing=row.id)

    desk.plan.also.append(write)
    desk.note(Action.OPEN_QUOTES, row.ground)


def accept(desk: Desk, number: int, wanted: int) -> None:
    """The requester takes a quote: one submission moves claim and cash, or neither.

    Raises NotFound, NotYourPart, QuotesSealed, FinancingDone, QuoteVoid; what a discount is refused for; AccountAbsent,
    SigningError.
    """
    row = _own(desk, number)
    _takes(row)
    received = next((one for one in store.quotes(desk.book, [row.id])[row.id] if one.id == wanted), None)
    if received is None or received.opened is None:
        raise NotFound
    offer = offers.told(received.opened, row.wanted, received.financier)
    if offer is None:
        raise QuoteVoid(quote=wanted)
    account = desk.account()
    message = c.Discount(row.participant, offer.quote, account, desk.soon)
    voices = Voice(account), Voice(offer.quote.signer, offer.signature, offer.quote)
    desk.send(message, voices, about=str(row.claim), holds=holds(message))

    def write(book: Db, made: Made) -> Made:
        _takes(_locked(book, row))
        store.accepted(book, row, received, made.submissions[0])
        return Made(made.submissions, made.proposal, row.id)

    desk.plan.also.append(write)


def withdraw(desk: Desk, number: int) -> None:
    """The requester wants no early payment any more. Raises NotFound, NotYourPart, FinancingDone."""
    row = _own(desk, number)
    _open_still(row)

    def write(book: Db, made: Made) -> Made:
        _open_still(_locked(book, row))
        store.withdrawn(book, row)
        return Made(financing=row.id)

    desk.plan.also.append(write)
    desk.note(Action.WITHDRAW, row.ground)


def _seen(desk: Desk, number: int) -> Financing:
    """A request that the caller made or is invited to. Raises NotFound."""
    row, own = store.found(desk.book, number), desk.caller.participant
    if row is None or (own != row.participant and own not in store.invited(desk.book, [number])[number]):
        raise NotFound
    return row


def _own(desk: Desk, number: int) -> Financing:
    """A request of the caller's. Raises NotFound, NotYourPart."""
    row = _seen(desk, number)
    if row.participant != desk.caller.participant:
        raise NotYourPart
    return row


def _locked(book: Db, row: Financing) -> Financing:
    """The same request as it is now, for nobody else to change before the commit."""
    present = store.locked(book, row.id)
    assert present is not None, "requests are never removed"
    return present


def _awaited(book: Db, row: Financing, financier: ParticipantId, now: UtcSeconds) -> None:
    """Raises FinancingDone, QuotingEnded, QuoteThere unless the request waits for that financier's quote."""
    if row.state != State.OPEN:
        raise FinancingDone(financing=row.id, state=str(row.state))
    if now > row.until:
        raise QuotingEnded(financing=row.id, until=instant(row.until))
    if any(one.financier == financier for one in store.quotes(book, [row.id])[row.id]):
        raise QuoteThere(financing=row.id)


def _takes(row: Financing) -> None:
    """Raises QuotesSealed, FinancingDone unless a quote can be taken."""
    if row.state == State.OPEN:
        raise QuotesSealed(financing=row.id)
    if row.state != State.OPENED:
        raise FinancingDone(financing=row.id, state=str(row.state))


def _open_still(row: Financing) -> None:
    """Raises FinancingDone of a request that was accepted or withdrawn."""
    if row.state not in (State.OPEN, State.OPENED):
        raise FinancingDone(financing=row.id, state=str(row.state))


def _opened(desk: Desk, private: bytes, row: Financing, received: Received) -> Offer | None:
    return offers.opened(private, received.sealed, desk.domain, row.wanted, received.financier)


def _obligation(desk: Desk, claim: ClaimId) -> Obligation:
    row: Obligation = desk.rows.obligations[claim.obligation]
    return row


def _within(until: UtcSeconds, now: UtcSeconds, latest: int) -> None:
    """Raises UntilOutOfRange unless the instant is to come and not after the latest."""
    if not now < until <= latest:
        earliest = instant(now + 1)
        raise UntilOutOfRange(until=instant(until), earliest=earliest, latest=instant(latest))


def _list(financiers: tuple[ParticipantId, ...]) -> str:
    return ", ".join(map(str, financiers))
