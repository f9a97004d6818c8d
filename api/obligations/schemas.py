# SPDX-License-Identifier: Apache-2.0
"""An obligation as the viewer sees it, and what happened to it."""

from datetime import date
from typing import Annotated, Literal

from fastapi import UploadFile
from pydantic import BaseModel, ConfigDict, Field

from api.holdings.schemas import ObligationName, Status, status_word
from api.paging import Amount, Currency, Instant, Participant, Said, instant, said
from chain.domain.money import MAX_PPM
from chain.domain.vocabulary import HOUR, StepKind
from chain.domain.vocabulary import Step as StepRow
from chain.mirror.reads import Happened, Promise


class DraftForm(BaseModel):
    """A draft: e-invoices (UBL, CII, Factur-X, 数电票 XML) with what is not in them."""

    model_config = ConfigDict(extra="forbid")

    invoices: Annotated[list[UploadFile], Field(min_length=1, max_length=50, description="The e-invoices.")]
    creditor: Annotated[
        int | None, Field(ge=1, le=2**32 - 1, description="Default: whose tax number the seller has.")
    ] = None
    due: Annotated[date | None, Field(description="Default: the due date that the invoices name.")] = None
    rail: Annotated[int, Field(ge=1, le=2**16 - 1, description="Where its cash flows.")] = 1
    late_rate: Annotated[int | None, Field(ge=0, le=MAX_PPM, description="Millionths a year; default 182500.")] = None
    closes: Annotated[
        int | None, Field(ge=0, le=255, description="Calendar days before due in which nothing is passed on.")
    ] = None
    accept_hours: Annotated[int | None, Field(ge=1, le=8784, description="How long it may be accepted.")] = None
    checker: Annotated[
        str | None, Field(pattern="^[1-9][0-9]{0,9}-[1-9][0-9]{0,4}$", description="Default: the only one who may.")
    ] = None
    alone: Annotated[bool, Field(description="Issue at once, below the maker's own threshold.")] = False
    each: Annotated[bool, Field(description="One obligation for each invoice, all or none of them.")] = False


class AcceptBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    obligations: list[Annotated[str, Field(pattern="^[1-9][0-9]{0,9}-[1-9][0-9]{0,9}$", examples=["10-1"])]] = Field(
        min_length=1, max_length=100
    )


class Invoice(BaseModel):
    """What part of the obligation an invoice backs."""

    fingerprint: str = Field(description="Keyed hash of the invoice, in hex.", examples=["5f" * 32])
    amount: Amount


class Owed(BaseModel):
    """What settles it at this instant."""

    principal: Amount
    interest: Amount = Field(description="Late interest.")
    total: Amount


class Step(BaseModel):
    """One payment or reduction."""

    number: int = Field(ge=1)
    kind: Literal["pay", "reduce"]
    principal: Amount = Field(description="Paid by it; of a reduction, the cents that it took away.")
    unpaid_before: Amount | None = Field(description="Cents unpaid before a payment; null of a reduction.")
    interest: Amount = Field(description="Late interest paid with it.")
    interest_owed: Amount = Field(description="Late interest still owed after it.")
    at: Instant


class Obligation(BaseModel):
    """A promise to pay a face amount at maturity."""

    id: str = ObligationName
    obligor: Participant
    status: Status
    currency: Currency
    face: Amount
    unpaid: Amount
    owed: Owed
    due: Instant = Field(description="The last second at which payment is on time.")
    accept_by: Instant | None = Field(description="While it is an offer: until when it may be accepted.")
    claims: int = Field(description="How many claims it was ever cut into.")
    rail: int = Field(description="Where its cash flows.")
    rulebook: int = Field(description="The version of the rules at issue.")
    closes: int = Field(description="Calendar days before due in which nothing is split or passed on.")
    hop_cap: int = Field(description="How often a claim may be passed on.")
    min_piece: Amount = Field(description="The smallest piece that may be cut.")
    late_rate: int = Field(description="Late interest, in millionths a year.")
    terms: str = Field(description="Commitment to its terms, in hex.")
    invoices: list[Invoice] | None = Field(description="null: for obligor and original creditor alone.")
    steps: list[Step]
    version: int = Field(description="Grows with each change of status and each step.")


class Event(BaseModel):
    """Something happened, without its details."""

    name: str = Field(examples=["Transferred"])
    version: int | None = Field(description="Of its subject, after it.")
    block: int
    position: int = Field(description="Among all logs of the block.")
    time: Instant
    transaction: str = Field(description="In hex.", examples=["0x" + "ab" * 32])


def shown(promise: Promise, currency: str) -> Said:
    row = promise.row
    invoices = None
    if promise.invoices is not None:
        invoices = [said(fingerprint=part.fingerprint.hex(), amount=part.amount) for part in promise.invoices]
    return said(
        id=str(promise.id),
        obligor=promise.id.obligor,
        status=status_word(row.status),
        currency=currency,
        face=row.face,
        unpaid=row.unpaid,
        owed=said(principal=promise.owed.unpaid, interest=promise.owed.interest, total=promise.owed.total),
        due=instant(row.due),
        accept_by=None if promise.accept_by is None else instant(promise.accept_by * HOUR),
        claims=row.seq,
        rail=row.rail,
        rulebook=row.rulebook,
        closes=row.closes,
        hop_cap=row.hop_cap,
        min_piece=10**row.min_piece,
        late_rate=row.late_rate,
        terms=f"0x{row.terms.hex()}",
        invoices=invoices,
        steps=[_step(number, step) for number, step in enumerate(promise.steps, 1)],
        version=row.version,
    )


def _step(number: int, row: StepRow) -> Said:
    paid = row.kind == StepKind.PAY
    return said(
        number=number,
        kind="pay" if paid else "reduce",
        principal=row.a if paid else row.b - row.a,
        unpaid_before=row.b if paid else None,
        interest=row.interest,
        interest_owed=row.interest_owed,
        at=instant(row.at),
    )


def event_shown(found: Happened) -> Said:
    return said(
        name=found.name,
        version=found.version,
        block=found.block,
        position=found.position,
        time=instant(found.time),
        transaction=f"0x{bytes(found.transaction).hex()}",
    )
