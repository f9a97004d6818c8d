# SPDX-License-Identifier: Apache-2.0
"""What a request that changes something is told: its submissions and its proposal, as they are at that moment."""

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import BaseModel, Field

from api.mirrored import Stores
from api.operations import snake
from api.paging import Age, Block, Instant, Participant, Said, instant, said
from api.proposals.reading import Proposed, proposal
from api.writing.plan import Made
from api.writing.texts import Teller
from chain.abi.eip712 import Domain, digest, typed_data
from chain.domain.clock import UtcSeconds
from chain.domain.errors import Lang
from chain.domain.vocabulary import ParticipantId
from chain.mirror.ready import Readiness
from chain.store.db import Db
from chain.submission.outbox import Outbox
from chain.submission.outbox import Submission as Sent

SubmissionState = Literal["queued", "sent", "on chain", "final", "refused"]
ProposalState = Literal["open", "submitted", "declined", "withdrawn", "void", "lapsed"]


class Refused(BaseModel):
    """Why the ledger refused it, as a problem says it."""

    code: str = Field(examples=["stale-claim"])
    detail: str
    next_step: str


class Submission(BaseModel):
    """One intent on its way to the chain."""

    id: int = Field(examples=[7])
    operation: str = Field(examples=["split"])
    state: SubmissionState
    participant: Participant | None = Field(description="Who asked for it.")
    officer: str | None = Field(description="null: the service itself.", examples=["21-1"])
    subject: str | None = Field(description="What it is about.", examples=["10-1-1"])
    queued_at: Instant
    block: int | None = Field(description="Since it is on chain, also of one that the ledger refused.")
    mirrored: bool = Field(description="Whether reads show it.")
    transaction: str | None = Field(description="In hex, since it is sent.")
    refusal: Refused | None


class Place(BaseModel):
    """Where a proposal is to be signed."""

    place: str = Field(examples=["checker"])
    participant: Participant
    officer: str | None = Field(description="null: any maker of the participant.", examples=["10-2"])
    signed_at: Instant | None


class Proposal(BaseModel):
    """A message that still lacks signatures."""

    id: int = Field(examples=[12])
    operation: str = Field(examples=["issue"])
    state: ProposalState
    participant: Participant = Field(description="Who proposed it.")
    officer: str = Field(examples=["10-1"])
    subject: str = Field(description="What it is about.", examples=["10-1"])
    text: str = Field(description="What is signed, in words, in the language that Accept-Language asks for.")
    hash: str = Field(description="What is signed: the EIP-712 hash, in hex.")
    message: dict[str, Any] = Field(
        description="What is signed, field by field, as a wallet shows it; of an offer to several, an assignee is told"
        " its own piece alone, while `hash` is of the whole."
    )
    details: dict[str, Any] = Field(description="What no chain ever hears, such as the invoices of a draft.")
    deadline: Instant = Field(description="Until when it may be carried out.")
    places: list[Place]
    follows: Submission | None = Field(description="What must have happened before.")
    submission: Submission | None = Field(description="What became of it once everybody had signed.")


class Acknowledged(BaseModel):
    """What a request came to. It happens once, whatever becomes of this answer."""

    block: Block
    age: Age
    submissions: list[Submission]
    proposal: Proposal | None
    financing: int | None = Field(description="The number of the request for early payment, of such a one.")


def acknowledged(
    book: Db, stores: Stores, made: Made, lang: Lang, readiness: Readiness, participant: ParticipantId
) -> Said:
    """The answer to a request of that participant's. Raises SubmissionUnknown, StoreError."""
    shown = Shower(book, stores, lang, readiness.block, participant)
    proposed = None if made.proposal is None else proposal(book, made.proposal)
    return said(
        block=readiness.block,
        age=readiness.age,
        submissions=[shown.submission(one) for one in Outbox(book).some(made.submissions)],
        proposal=None if proposed is None else shown.proposal(proposed),
        financing=made.financing,
    )


class Shower:
    """Shows submissions and proposals. `block`: the mirror's; `eyes`: the participant that looks, None: sees all."""

    def __init__(self, book: Db, stores: Stores, lang: Lang, block: int, eyes: ParticipantId | None) -> None:
        self._book, self._lang, self._block, self._eyes = book, lang, block, eyes
        self._domain = Domain(stores.network.chain_id, stores.network.ledger)
        self._now: UtcSeconds = stores.now()
        self._teller = Teller(book, stores.network, lang)
        self._sent: dict[int, Sent] = {}

    def learn(self, numbers: Iterable[int | None]) -> None:
        """Ask for these at once, before the proposals that name them are shown. Raises as `acknowledged`."""
        wanted = sorted({number for number in numbers if number is not None} - self._sent.keys())
        self._sent |= {one.id: one for one in Outbox(self._book).some(wanted)}

    def submission(self, one: Sent) -> Said:
        refusal = one.refusal
        told = None
        if refusal is not None:
            told = said(code=refusal.code, detail=refusal.message(self._lang), next_step=refusal.next_step(self._lang))
        return said(
            id=one.id,
            operation=snake(one.operation),
            state=one.state.value,
            participant=one.participant,
            officer=None if one.officer is None else f"{one.participant}-{one.officer}",
            subject=one.about,
            queued_at=instant(one.queued_at),
            block=one.block,
            mirrored=one.block is not None and one.block <= self._block,
            transaction=None if one.transaction is None else f"0x{one.transaction.hex()}",
            refusal=told,
        )

    def proposal(self, whole: Proposed) -> Said:
        one = whole.part_of(self._eyes)
        named = (one.follows, one.submission)
        self.learn(named)
        follows, came = (None if number is None else self.submission(self._sent[number]) for number in named)
        return said(
            id=one.id,
            operation=snake(type(one.message).__name__),
            state=one.state_at(self._now),
            participant=one.participant,
            officer=f"{one.participant}-{one.officer}",
            subject=one.about,
            text=self._teller.text(one.message),
            hash=f"0x{digest(whole.message, self._domain).hex()}",
            message=typed_data(one.message, self._domain)["message"],
            details=one.details,
            deadline=instant(one.deadline),
            places=[
                said(
                    place=place.name,
                    participant=place.participant,
                    officer=None if place.officer is None else f"{place.participant}-{place.officer}",
                    signed_at=None if place.signed_at is None else instant(place.signed_at),
                )
                for place in one.places
            ],
            follows=follows,
            submission=came,
        )
