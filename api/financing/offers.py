# SPDX-License-Identifier: Apache-2.0
"""What a quote is: how it is priced, what is sealed of it, whether it is genuine, and how quotes compare. No database.

Sealed is the quote's struct in the ABI's strict encoding and its signature, always as many bytes, so that not even the
size of a price shows. What a quote is sealed under names chain, ledger, request and financier: moved to another
request or attributed to another financier, it does not open.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from chain.abi.codec import NotCanonical, whole
from chain.abi.eip712 import Domain, digest
from chain.abi.schema import struct_codec
from chain.documents import sealing
from chain.documents.errors import SealDoesNotOpen
from chain.domain import commands as c
from chain.domain.clock import BEIJING, UtcSeconds, local_date
from chain.domain.errors import Refusal
from chain.domain.money import Fen, Ppm
from chain.domain.pricing import Basis, Discount, annual_cost, straight_discount
from chain.domain.vocabulary import Address, ClaimId, Obligation, ObligationStatus, ParticipantId
from chain.signing.signer import SIGNATURE, recovered

_QUOTE = struct_codec("Quote")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a request asks to be quoted. `amount`: fen of the claim's face, its last ones if it is more."""

    financing: int
    seller: ParticipantId
    claim: ClaimId
    version: int  # of the claim
    amount: Fen


@dataclass(frozen=True, slots=True)
class Offer:
    """A signed quote. Whoever has it can take it, so it is shown to nobody as it is."""

    quote: c.Quote
    signature: bytes = field(repr=False)

    @property
    def interest(self) -> Fen:
        """What early payment costs, in fen."""
        return Fen(self.quote.amount - self.quote.price)


@dataclass(frozen=True, slots=True)
class Compared:
    """An offer among the others. `rank`: 1 is the most money now; None: it cannot be taken, and `refusal` says why."""

    id: int
    offer: Offer
    rank: int | None
    refusal: Refusal | None


def priced(row: Obligation, amount: Fen, rate: Ppm, basis: Basis, now: UtcSeconds) -> Discount:
    """The discount of an amount paid out today, in Beijing, until the obligation's due date.

    Raises DatesReversed, ProceedsEmpty, RateOutOfRange.
    """
    return straight_discount(amount, rate, local_date(now, BEIJING), local_date(row.due, BEIJING), basis)


def message(
    wanted: Wanted, price: Discount, financier: ParticipantId, epoch: int, signer: Address, until: UtcSeconds
) -> c.Quote:
    """The quote that a financier's maker signs: for an obligation on time, since one past due has no discount."""
    terms = price.rate, price.days, price.basis.value
    status = int(ObligationStatus.ISSUED)
    return c.Quote(
        financier, wanted.claim, wanted.version, wanted.amount, price.proceeds, epoch, status, *terms, signer, until
    )


def info(domain: Domain, financing: int, financier: ParticipantId) -> bytes:
    """What a quote is sealed under."""
    return f"deeptier quote, chain {domain.chain_id}, ledger {domain.ledger}, {financing}, {financier}".encode()


def sealed(offer: Offer, public: bytes, domain: Domain, financing: int) -> bytes:
    """The offer for the requester's eyes alone. Raises SealKeyUnusable."""
    plain = _QUOTE.encode(offer.quote) + offer.signature
    return sealing.seal(public, plain, info(domain, financing, offer.quote.participant))


def opened(private: bytes, octets: bytes, domain: Domain, wanted: Wanted, financier: ParticipantId) -> Offer | None:
    """The offer of a financier; None when it does not open with that key or is not genuine. Raises SealKeyUnusable."""
    try:
        plain = sealing.opened(private, octets, info(domain, wanted.financing, financier))
        quote: c.Quote = whole(_QUOTE, plain[:-SIGNATURE])
    except (SealDoesNotOpen, NotCanonical):
        return None
    offer = Offer(quote, plain[-SIGNATURE:])
    return offer if genuine(offer, domain, wanted, financier) else None


def genuine(offer: Offer, domain: Domain, wanted: Wanted, financier: ParticipantId) -> bool:
    """Whether it is that financier's, about what is wanted, and signed by the account that it names."""
    quote = offer.quote
    about = quote.participant, quote.claim, quote.version, quote.amount
    if about != (financier, wanted.claim, wanted.version, wanted.amount):
        return False
    return recovered(digest(quote, domain), offer.signature) == quote.signer


def text(offer: Offer | None) -> str:
    """What the book keeps of an offer once the requester has opened it; of one that is void, that it is."""
    if offer is None:
        return json.dumps({"void": True})
    quote = offer.quote
    kept = {
        "face": quote.amount,
        "price": quote.price,
        "rate": quote.rate,
        "days": quote.tenor_days,
        "basis": quote.basis,
        "epoch": quote.epoch,
        "status": quote.status,
        "signer": quote.signer,
        "signature": offer.signature.hex(),
        "deadline": quote.deadline,
    }
    return json.dumps(kept)


def told(kept: str, wanted: Wanted, financier: ParticipantId) -> Offer | None:
    """The offer that `text` kept; None of one that is void."""
    had = json.loads(kept)
    if "void" in had:
        return None
    price = Fen(had["price"]), had["epoch"], had["status"], Ppm(had["rate"]), had["days"], had["basis"]
    signer = Address(had["signer"]), UtcSeconds(had["deadline"])
    quote = c.Quote(financier, wanted.claim, wanted.version, Fen(had["face"]), *price, *signer)
    return Offer(quote, bytes.fromhex(had["signature"]))


def taken(kept: str, submission: int) -> str:
    """What the book keeps of an offer that a submission takes."""
    return json.dumps(json.loads(kept) | {"submission": submission})


def taken_by(kept: str) -> int | None:
    """The last submission that took the offer; None: none did."""
    found = json.loads(kept).get("submission")
    return None if found is None else int(found)


def yearly(offer: Offer, due: UtcSeconds, now: UtcSeconds) -> Ppm | None:
    """What the money costs a year if it comes today, whatever the quote's own day count; None from the due date on."""
    days = local_date(due, BEIJING).toordinal() - local_date(now, BEIJING).toordinal()
    if days <= 0:
        return None
    return annual_cost(offer.quote.price, offer.quote.amount, days)


def compared(offers: Iterable[tuple[int, Offer, Refusal | None]]) -> list[Compared]:
    """The most money now first, and the earlier of two that pay the same; those that cannot be taken at the end."""
    best = sorted(offers, key=lambda one: (one[2] is not None, -one[1].quote.price, one[0]))
    return [
        Compared(number, offer, None if refusal else rank, refusal)
        for rank, (number, offer, refusal) in enumerate(best, 1)
    ]
