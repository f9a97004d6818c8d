# SPDX-License-Identifier: Apache-2.0
"""A claim as whoever holds, owes or liens it sees it."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from api.paging import Amount, Currency, Instant, Participant, Said, instant, said
from chain.domain.errors import Lang, Refusal
from chain.domain.vocabulary import HOUR, LIFECYCLE_BITS, ClaimFlag, ObligationStatus
from chain.mirror.reads import Holding
from chain.mirror.reads import State as State
from chain.mirror.visible import Sight

ClaimName = Field(
    description="A claim's id: obligor, number of the obligation, number of the claim.", examples=["7-1-3"]
)
ObligationName = Field(description="An obligation's id: obligor and number.", examples=["7-1"])
Status = Literal["issued", "overdue", "defaulted", "settled", "declined", "revoked", "expired"]
Flag = Literal["frozen", "pledged", "recourse", "receipt_pending"]
_FLAGS = tuple((int(flag), str(flag.name).lower()) for flag in ClaimFlag)


class Reason(BaseModel):
    """A refusal of the ledger, told beforehand."""

    type: str = Field(examples=["/problems/claim-liened"])
    code: str = Field(examples=["claim-liened"])
    detail: str
    next_step: str

    @staticmethod
    def of(reason: Refusal, lang: Lang) -> Said:
        return said(
            type=f"/problems/{reason.code}",
            code=reason.code,
            detail=reason.message(lang),
            next_step=reason.next_step(lang),
        )


class Lien(BaseModel):
    holder: Participant
    until: Instant = Field(description="The last second in force; one that ran out stays until it is released.")


class Waiting(BaseModel):
    """Money that waits to be redeemed."""

    principal: Amount
    interest: Amount


class Claim(BaseModel):
    """The cents [start, start + amount) of one obligation, with one holder."""

    model_config = ConfigDict(json_schema_extra={"title": "Claim"})

    id: str = ClaimName
    obligation: str = ObligationName
    holder: Participant
    sight: Literal["full", "given"] = Field(description="given: one passed it on, and sees no lien on it.")
    state: State = Field(description="offered: to be accepted or declined.")
    currency: Currency
    amount: Amount
    start: Amount = Field(description="Its first cent within the obligation.")
    parent: str | None = Field(description="The claim it was cut from.", examples=["7-1-1"])
    hop: int = Field(description="How often it was passed on so far.")
    due: Instant = Field(description="The last second at which payment is on time.")
    status: Status = Field(description="The obligation's.")
    flags: list[Flag]
    lien: Lien | None
    accept_by: Instant | None = Field(description="While it is an offer: until when it may be accepted.")
    waiting: Waiting
    unpaid: Amount = Field(description="Its cents that are still unpaid.")
    version: int = Field(description="Grows with each change; the first is 1.")
    immovable: Reason | None = Field(
        description="Why it cannot be passed on whole now; null: it can, as far as it itself goes."
    )


def shown(held: Holding, currency: str, lang: Lang) -> Said:
    (obligor, number, seq), row, sight, state, due, status, share, reason = held
    obligation = f"{obligor}-{number}"
    until = instant(row.lien_until * HOUR) if row.lien_until else None
    return {
        "id": f"{obligation}-{seq}",
        "obligation": obligation,
        "holder": row.holder,
        "sight": "full" if sight is Sight.FULL else "given",
        "state": state,
        "currency": currency,
        "amount": row.amount,
        "start": row.start,
        "parent": f"{obligation}-{row.parent}" if row.parent else None,
        "hop": row.hop,
        "due": instant(due),
        "status": _STATUS[status],
        "flags": [word for bit, word in _FLAGS if row.status & bit] if row.status > LIFECYCLE_BITS else [],
        "lien": {"holder": row.lienholder, "until": until} if row.lienholder and until else None,
        "accept_by": until if state is State.OFFERED else None,
        "waiting": {"principal": share.principal, "interest": share.interest},
        "unpaid": share.unpaid,
        "version": row.version,
        "immovable": None if reason is None else Reason.of(reason, lang),
    }


def status_word(status: ObligationStatus) -> str:
    return _STATUS[status]


_STATUS = {status: status.name.lower() for status in ObligationStatus}
