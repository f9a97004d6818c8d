# SPDX-License-Identifier: Apache-2.0
"""What waits for a participant, and for the officer that asks."""

from pydantic import BaseModel, Field

from api.holdings.schemas import Claim
from api.obligations.schemas import Obligation
from api.operations import snake
from api.paging import Amount, Currency, Instant, Participant, Said, instant, said
from api.proposals.reading import Proposed
from api.todo.waiting import Request
from api.writing.texts import Teller


class Counts(BaseModel):
    """How many of each kind are listed; a count that reached `limit` may be higher."""

    to_sign: int
    offers: int
    due_soon: int
    overdue: int
    redeemable: int
    to_quote: int
    to_open: int


class ToSign(BaseModel):
    """A proposal that waits for the signature of the officer that asks."""

    id: int = Field(examples=[12])
    operation: str = Field(examples=["issue"])
    subject: str = Field(description="What it is about.", examples=["10-1"])
    text: str = Field(description="What is signed, in words.")
    participant: Participant = Field(description="Who proposed it.")
    officer: str = Field(examples=["10-1"])
    deadline: Instant


class Asking(BaseModel):
    """A request for early payment."""

    id: int = Field(examples=[3])
    participant: Participant = Field(description="Who asks.")
    claim: str = Field(examples=["10-1-3"])
    currency: Currency
    amount: Amount
    until: Instant = Field(description="Quotes are taken until then.")
    quotes: int | None = Field(description="How many have come; null: the requester's to know.")


class Inbox(BaseModel):
    """Of each kind the first `limit`; a list of that length may go on. What is not on the ledger has no earlier state:
    asked about an earlier block, nothing is to sign, to quote or to open.
    """

    counts: Counts
    to_sign: list[ToSign] = Field(description="Waits for your own signature, the latest first.")
    offers: list[Claim] = Field(description="To accept or decline, those that ran out too; by id.")
    due_soon: list[Obligation] = Field(description="To pay within `days`, the earliest first.")
    overdue: list[Obligation] = Field(description="To pay at once, the oldest first.")
    redeemable: list[Claim] = Field(description="Money waits to be redeemed; by id.")
    to_quote: list[Asking] = Field(description="Requests for early payment to quote for, the first to end first.")
    to_open: list[Asking] = Field(description="Own requests with sealed quotes to open, the first to end first.")


def signing_shown(one: Proposed, teller: Teller) -> Said:
    return said(
        id=one.id,
        operation=snake(type(one.message).__name__),
        subject=one.about,
        text=teller.text(one.message),
        participant=one.participant,
        officer=f"{one.participant}-{one.officer}",
        deadline=instant(one.deadline),
    )


def asking_shown(one: Request, currency: str, *, own: bool) -> Said:
    return said(
        id=one.id,
        participant=one.participant,
        claim=one.claim,
        currency=currency,
        amount=one.amount,
        until=instant(one.until),
        quotes=one.quotes if own else None,
    )
