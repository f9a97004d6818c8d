# SPDX-License-Identifier: Apache-2.0
"""A request for early payment as its requester sees it, and as a financier does; and what both send."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from api.financing.offers import Compared, Offer
from api.financing.store import Financing as Row
from api.financing.store import Received
from api.holdings.schemas import ClaimName, ObligationName, Reason
from api.paging import Amount, Currency, Instant, Participant, Said, instant, rfc3339, said
from chain.domain.errors import Lang
from chain.domain.money import MAX_FEN, MAX_PPM
from chain.domain.pricing import Basis
from chain.store.words import FinancingState

MOST = 50
"""Financiers that a request may be for."""
_NUMBER = "[1-9][0-9]{0,9}"
_HEX = "^[0-9a-f]{64}$"

State = Literal["open", "opened", "accepted", "withdrawn"]
DayCount = Literal["ACT/360", "ACT/365F", "30E/360"]
Until = Annotated[AwareDatetime, BeforeValidator(rfc3339), Field(examples=["2026-12-01T18:00:00+08:00"])]
_Financier = Annotated[int, Field(ge=1, le=2**32 - 1)]


class AskBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    claim: str = Field(pattern=f"^{_NUMBER}-{_NUMBER}-{_NUMBER}$", description="A claim you hold.", examples=["10-1-3"])
    amount: int | None = Field(
        None, ge=1, le=MAX_FEN, description="Its last so many minor units; without it, all of it.", examples=[100_000]
    )
    financiers: set[_Financier] = Field(
        min_length=1, max_length=MOST, description="Who may quote.", examples=[[51, 52]]
    )
    until: Until = Field(description="Quotes are taken until then: 30 days at most, and not past maturity.")
    seal: str = Field(
        pattern=_HEX,
        description="An X25519 public key, in hex: quotes are sealed to it. Keep the private one; nobody else has it.",
        examples=["4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a"],
    )


class QuoteBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    rate: int = Field(ge=0, le=MAX_PPM, description="In millionths a year: 42000 is 4.2 %.", examples=[42_000])
    basis: DayCount = Field("ACT/360", description="Day count of the rate.")
    until: Until = Field(description="The quote may be taken until then; it cannot be changed.")


class OpenBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    key: str = Field(
        pattern=_HEX, repr=False, description="The private key that goes with `seal`, in hex; kept nowhere."
    )


class AcceptBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    quote: int = Field(ge=1, lt=1 << 63, description="A quote's id.", examples=[3])


class Quote(BaseModel):
    """A quote; while it is sealed, without figures."""

    id: int
    financier: Participant
    created_at: Instant
    until: Instant = Field(description="The last second at which it may be taken.")
    void: bool = Field(description="It did not open, or is not truly this financier's about this request.")
    taken: bool = Field(description="The requester took it.")
    currency: Currency
    price: int | None = Field(description="Net proceeds: what is paid out. Null while sealed, and of a void one.")
    interest: int | None = Field(description="What it costs: amount less price.")
    rate: int | None = Field(description="As quoted, in millionths a year.")
    days: int | None = Field(description="Of interest, by its day count.")
    basis: DayCount | None
    yearly: int | None = Field(
        description="Cost of the money received, in millionths a year over 365 days, whatever the day count."
    )
    rank: int | None = Field(description="1 pays out the most. Null: it cannot be taken now; or to a financier.")
    refusal: Reason | None = Field(description="Why it cannot be taken now, while the request is opened.")


class Summary(BaseModel):
    """A request for early payment."""

    id: int
    state: State
    participant: Participant = Field(description="Who asks.")
    claim: str = ClaimName
    obligation: str = ObligationName
    version: int = Field(description="Of the claim, when it was asked for.")
    currency: Currency
    amount: Amount
    seal: str = Field(description="The public key that quotes are sealed to, in hex.")
    until: Instant = Field(description="Quotes are taken until then.")
    created_at: Instant
    opened_at: Instant | None
    financiers: list[Participant] = Field(description="Who may quote; to a financier, itself alone.")
    received: int = Field(description="Quotes received; to a financier, its own.")
    submission: int | None = Field(description="The last one that took a quote; to a financier, null.")


class Financing(Summary):
    """A request with its quotes: to the requester all of them, once opened; to a financier its own."""

    quotes: list[Quote]


def summary(row: Row, financiers: list[int], received: int, currency: str, own: bool) -> Said:
    """`own`: for the requester, who sees more."""
    return said(
        id=row.id,
        state=str(row.state),
        participant=row.participant,
        claim=str(row.claim),
        obligation=str(row.claim.obligation),
        version=row.version,
        currency=currency,
        amount=row.amount,
        seal=row.seal.hex(),
        until=instant(row.until),
        created_at=instant(row.created_at),
        opened_at=None if row.opened_at is None else instant(row.opened_at),
        financiers=financiers,
        received=received,
        submission=row.submission if own else None,
    )


def quote(received: Received, currency: str, taken: bool, void: bool) -> Said:
    """A quote without its figures."""
    empty = ("price", "interest", "rate", "days", "basis", "yearly", "rank", "refusal")
    return said(
        id=received.id,
        financier=received.financier,
        created_at=instant(received.created_at),
        until=instant(received.until),
        void=void,
        taken=taken,
        currency=currency,
        **dict.fromkeys(empty),
    )


def figures(offer: Offer, yearly: int | None) -> Said:
    """What a quote says."""
    return said(
        price=offer.quote.price,
        interest=offer.interest,
        rate=offer.quote.rate,
        days=offer.quote.tenor_days,
        basis=Basis.of(offer.quote.basis).label,
        yearly=yearly,
    )


def standing(one: Compared, lang: Lang) -> Said:
    """Where a quote stands among the others."""
    return said(rank=one.rank, refusal=None if one.refusal is None else Reason.of(one.refusal, lang))


def state(given: State | None) -> FinancingState | None:
    return None if given is None else FinancingState(given)
